"""Demo footage made on the spot: drawn scenes, a spoken narration, music with a beat, and the truth about all of it."""

from __future__ import annotations

from deploy.sample.make import Sample, make_sample

__all__ = ["Sample", "make_sample"]
