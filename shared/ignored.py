"""Settings of the products that Cutroom replaces, which have no meaning any more: named in one warning."""

from __future__ import annotations

import re
from collections.abc import Mapping

from shared import log

_GONE = re.compile(
    r"^(AIVE_)?(REDIS_URL|CELERY_\w+|SUPABASE_\w+)$"
    r"|^AIVE_(DATABASE_URL|MEDIA_ROOT|\w+_DIR|WATERMARK_ENABLED)$"
)
logger = log.get(__name__)


def ignored(environment: Mapping[str, str]) -> list[str]:
    """Return the names in ``environment`` that older products read and this one does not."""
    return sorted(name for name in environment if _GONE.match(name))


def warn(environment: Mapping[str, str]) -> None:
    """Log one warning that names them all, if there are any."""
    if names := ignored(environment):
        logger.warning("settings.ignored", names=names, remedy="Remove them; docs/settings.md lists what is read.")
