"""Run lip-sync alone: ``python -m services.lipsync [run|migrate]``."""

from __future__ import annotations

from services.lipsync.app import build
from services.lipsync.settings import LipsyncSettings
from shared.runner import main

if __name__ == "__main__":
    main("lipsync", lambda infra: build(LipsyncSettings(), infra))
