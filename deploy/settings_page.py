"""``python -m deploy.settings_page > docs/settings.md``: every setting of every service, from the code."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from pydantic import AliasChoices, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from services.analyzer.settings import AnalyzerSettings
from services.gateway.settings import GatewaySettings
from services.lipsync.settings import LipsyncSettings
from services.planner.settings import PlannerSettings
from services.renderer.settings import RendererSettings
from shared.settings import Settings

CLASSES: dict[str, type[BaseSettings]] = {
    "Every service": Settings,
    "Gateway": GatewaySettings,
    "Analyzer": AnalyzerSettings,
    "Planner": PlannerSettings,
    "Renderer": RendererSettings,
    "Lip-sync": LipsyncSettings,
}


def names(settings: type[BaseSettings]) -> dict[str, FieldInfo]:
    """Return the fields of a settings class by the names of their environment variables, aliases joined by `` or ``."""
    prefix = str(settings.model_config.get("env_prefix", ""))
    found = {}
    for name, field in settings.model_fields.items():
        alias = field.validation_alias
        if isinstance(alias, AliasChoices):
            found[" or ".join(str(choice) for choice in alias.choices)] = field
        else:
            found[str(alias) if alias else f"{prefix}{name}".upper()] = field
    return found


def page() -> str:
    """Return the whole page as Markdown."""
    parts = [
        "# Settings",
        "Environment variables, all optional unless a service says that it needs one. This page is made from the code"
        " by `python -m deploy.settings_page`; a test holds it to the code.",
    ]
    for title, settings in CLASSES.items():
        rows = [f"| `{name}` | {_default(field)} |" for name, field in names(settings).items()]
        said = re.sub(r"\s+", " ", re.sub(r"``", "`", settings.__doc__ or "")).strip()
        parts += [f"## {title}", said, "\n".join(["| setting | default |", "|---|---|", *rows])]
    return "\n\n".join(parts) + "\n"


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, Path):
        value = value.name if not value.is_absolute() else f"a folder `{value.name}` for temporary files"
    return "" if value in ("", None, ()) else f"{value}"


if __name__ == "__main__":
    sys.stdout.write(page())
