"""Run the renderer alone: ``python -m services.renderer [run|migrate]``."""

from __future__ import annotations

from services.renderer.app import build
from services.renderer.settings import RendererSettings
from shared.runner import main

if __name__ == "__main__":
    main("renderer", lambda infra: build(RendererSettings(), infra))
