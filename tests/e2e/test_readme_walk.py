"""The commands of the README's walk over REST, run as they stand there."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from deploy.embedded import Studio
from deploy.sample import Sample
from shared.process import Limits, run
from tests.films import look

README = Path(__file__).parents[2] / "README.md"


def walk() -> str:
    """The one block of commands between the marks."""
    found = re.search(r"<!-- walk -->\s*```bash\n(.*?)```\s*<!-- /walk -->", README.read_text("utf-8"), re.DOTALL)
    assert found, "the README has no walk"
    return found.group(1)


async def test_the_walk_of_the_readme_leaves_a_film(tmp_path: Path, sample: Sample) -> None:
    if shutil.which("curl") is None:
        pytest.fail("the walk needs curl")
    (tmp_path / "footage").mkdir()
    shutil.copy(sample.video, tmp_path / "footage" / "sample.mp4")
    shutil.copy(sample.subtitles, tmp_path / "footage" / "sample.srt")
    async with Studio(tmp_path / "studio") as studio:
        env = {"PATH": os.environ["PATH"], "CUTROOM": studio.url}
        script = "set -euo pipefail\n" + walk()
        done = await run(["bash", "-c", script], cwd=tmp_path, env=env, limits=Limits(wall_s=900))
    assert b"event: cutroom.job.completed" in done.stdout or b"completed" in done.stdout
    film = look(tmp_path / "film.mp4")
    assert (film.width, film.height) == (480, 854) and film.frames > 60
