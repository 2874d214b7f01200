"""Find a Whisper model on this machine: a folder, or one in the Hugging Face cache. Never asks the network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_NEEDED = ("model.bin", "config.json", "tokenizer.json")
KNOWN = {
    "tiny": ("Systran/faster-whisper-tiny", 75),
    "base": ("Systran/faster-whisper-base", 145),
    "small": ("Systran/faster-whisper-small", 484),
    "medium": ("Systran/faster-whisper-medium", 1530),
    "large-v3": ("Systran/faster-whisper-large-v3", 3090),
    "large-v3-turbo": ("mobiuslabsgmbh/faster-whisper-large-v3-turbo", 1620),
    "distil-large-v3": ("Systran/faster-distil-whisper-large-v3", 1510),
}
"""Models that are known by a short name: their repository and size in megabytes."""
_PREFERRED = ("small", "base", "medium", "large-v3-turbo", "tiny", "large-v3", "large-v2")


@dataclass(frozen=True, slots=True)
class Model:
    """A model's folder and the name that goes into the identity of what it says."""

    folder: Path
    name: str


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Return where the Hugging Face library keeps its downloads, as it finds it out itself."""
    if chosen := environment.get("HF_HUB_CACHE") or environment.get("HUGGINGFACE_HUB_CACHE"):
        return Path(chosen)
    if home := environment.get("HF_HOME"):
        return Path(home) / "hub"
    return Path(environment.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "huggingface" / "hub"


def repository_of(name: str) -> str:
    """Return the repository of a model that is given by a short name or as ``owner/name``."""
    known = KNOWN.get(name)
    return known[0] if known else name if "/" in name else f"Systran/faster-whisper-{name}"


def usable(folder: Path) -> bool:
    """Whether a folder has all that the speech library needs; without a tokenizer it would ask the network."""
    return all((folder / name).is_file() for name in _NEEDED)


def find_model(wanted: str, cache: Path) -> Model | None:
    """Return the model named or placed by ``wanted``; for an empty one the best cached one; None if there is none."""
    if wanted and Path(wanted).is_dir():
        folder = Path(wanted).resolve()
        return Model(folder, f"{folder.name}@{folder.stat().st_mtime_ns}") if usable(folder) else None
    cached = dict(cached_models(cache))
    if wanted:
        ends = (f"whisper-{wanted}", f"/{wanted}")
        names = [name for name in cached if name in {wanted, repository_of(wanted)} or name.endswith(ends)]
        return cached[min(names)] if names else None
    best = sorted(cached, key=_rank)
    return cached[best[0]] if best else None


def _rank(name: str) -> tuple[int, str]:
    size = name.rsplit("whisper-", 1)[-1]
    return (_PREFERRED.index(size) if size in _PREFERRED else len(_PREFERRED), name)


def cached_models(cache: Path) -> Iterator[tuple[str, Model]]:
    """Yield the repository and the model of each that is there as a whole."""
    for repository in sorted(cache.glob("models--*whisper*")):
        name = repository.name.removeprefix("models--").replace("--", "/")
        for snapshot in sorted(repository.glob("snapshots/*")):
            if usable(snapshot):
                yield name, Model(snapshot, f"{name}@{snapshot.name}")
