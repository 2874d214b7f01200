"""Fetch a speech model from the Hugging Face hub, or from the mirror in HF_ENDPOINT; only when a person says so."""

from __future__ import annotations

import shutil
from pathlib import Path

from services.analyzer.engines.models import Model, find_model, repository_of, usable
from shared.errors import CutroomError

FILES = ["config.json", "preprocessor_config.json", "model.bin", "tokenizer.json", "vocabulary.*"]
_SPARE_BYTES = 256 * 1024**2


class FetchFailed(CutroomError):
    """A model could not be fetched; what is there of it stays, and the next try goes on from it."""

    default_code = "model_unreachable"
    default_remedy = (
        "Check the network, and HF_ENDPOINT if it names a mirror; or copy a model's folder here and set "
        "CUTROOM_ANALYZER_WHISPER_MODEL to it."
    )


def fetch(name: str, cache: Path) -> Model:
    """Fetch the model ``name`` (``base``, ``owner/name``) into the ``cache`` and return it. Raises FetchFailed."""
    import httpx
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError

    repository = repository_of(name)
    cache.mkdir(parents=True, exist_ok=True)
    try:
        _has_room(snapshot_download(repository, cache_dir=cache, allow_patterns=FILES, dry_run=True), cache)
        folder = Path(str(snapshot_download(repository, cache_dir=cache, allow_patterns=FILES)))
    except HFValidationError as bad:
        raise _unknown(repository) from bad
    except (httpx.HTTPError, OSError, ValueError) as error:
        raise _why(error, repository) from error
    if not usable(folder) or (found := find_model(repository, cache)) is None:
        raise FetchFailed(
            f"The repository {repository} holds no whole faster-whisper model.",
            code="model_unusable",
            remedy="Take one with model.bin, config.json and tokenizer.json; `cutroom models list` names some.",
        )
    return found


def _why(error: BaseException, repository: str) -> FetchFailed:
    """Return what an error of the hub's library means: its cause says more than the error does."""
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OfflineModeIsEnabled):
            return FetchFailed("HF_HUB_OFFLINE is set, so nothing is fetched.", remedy="Unset it for this command.")
        if isinstance(cause, HfHubHTTPError):
            return _refused(repository, cause.response.status_code)
        cause = cause.__cause__ or cause.__context__
    return FetchFailed(f"The model {repository} could not be fetched: {_short(error)}")


def _has_room(planned: object, cache: Path) -> None:
    """Refuse a model that does not fit on the disk. ``planned``: what the hub says would be fetched."""
    files = planned if isinstance(planned, list) else []
    wanted = sum(file.file_size for file in files if file.will_download)
    free = shutil.disk_usage(cache).free
    if wanted + _SPARE_BYTES > free:
        raise FetchFailed(
            f"The model has {wanted / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free in {cache}.",
            code="disk_full",
            remedy="Make room, or name another folder in HF_HOME.",
        )


def _refused(repository: str, status: int) -> FetchFailed:
    if status in {401, 403}:
        remedy = "Accept its terms on the hub and set HF_TOKEN, or take another model."
        return FetchFailed(f"The hub does not give out {repository} ({status}).", code="model_refused", remedy=remedy)
    if status == 404:
        return _unknown(repository)
    return FetchFailed(f"The hub failed to give out {repository} (status {status}).")


def _unknown(repository: str) -> FetchFailed:
    return FetchFailed(
        f"There is no model {repository}.",
        code="model_unknown",
        remedy="`cutroom models list` names some; any repository of a faster-whisper model can be given as owner/name.",
    )


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
