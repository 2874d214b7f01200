"""All of the analysis but the words against the sum of the usual tools, one after the other, on a 1080p film: a probe,
PySceneDetect adaptive, librosa's beat_track, ffmpeg's silencedetect and ebur128, thumbnails by seeking: as many as our
pass leaves behind, which are the tiles of its sheet and one still. Beside it the same film decoded and nothing else,
with as many threads, and our picture pass alone.

Needs the ``bench`` extra: ``pip install -e .[bench]``. ``CUTROOM_BENCH_SECONDS`` (600) is the length of the film; ten
minutes take some seven on two idle cores. librosa's compiled code is made before it is measured.
"""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from pydantic import TypeAdapter

from services.analyzer.app import speech_engine
from services.analyzer.domain.stills import tiles
from services.analyzer.handlers.deps import Deps
from services.analyzer.handlers.measuring import Measuring
from services.analyzer.settings import AnalyzerSettings
from services.analyzer.tools.opening import threads
from shared import log
from shared.blobs import FolderBlobs
from shared.contracts.media import Part
from shared.process import ffmpeg_path
from shared.step import Step
from tests.bench.bench_shots import made
from tests.bench.shots.clips import corpus
from tests.bench.table import Row
from tests.service.analyzer_stage import ffmpeg

SECONDS = int(os.environ.get("CUTROOM_BENCH_SECONDS", "600"))
SHOWN = ("mixed", "cuts_25", "wipes", "flashes", "dissolves_long", "cuts_grain", "whips")
SIZE = (1920, 1080)
THUMBNAILS = tiles(SECONDS, *SIZE).count + 1
WHOLE = "pictures,faces,sound,beats"
BEATS = "0.4*sin(2*PI*220*t)*lt(mod(t,0.5),0.06)+0.1*(random(0)-0.5)*gt(mod(t,20),12)"

SCENES = """
import sys
from scenedetect import AdaptiveDetector, SceneManager, open_video
video, manager = open_video(sys.argv[1]), SceneManager()
manager.add_detector(AdaptiveDetector())
manager.detect_scenes(video)
"""
DECODE = """
import sys
import av
with av.open(sys.argv[1]) as container:
    stream = container.streams.video[0]
    stream.codec_context.thread_type, stream.codec_context.thread_count = "AUTO", int(sys.argv[2])
    for frame in container.decode(stream):
        pass
"""
RHYTHM = """
import subprocess, sys
import librosa
wave = sys.argv[3]
mono = ["-vn", "-ac", "1", "-ar", "22050", wave]
subprocess.run([sys.argv[2], "-v", "error", "-y", "-i", sys.argv[1], *mono], check=True)
samples, rate = librosa.load(wave, sr=None)
librosa.beat.beat_track(y=samples, sr=rate)
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of wall clock and of CPU; ``peak``: the largest process in MiB."""

    wall: float
    cpu: float
    peak: float


async def measure() -> list[Row]:
    """Measure the tools, then ours, on the same file."""
    with tempfile.TemporaryDirectory(prefix="cutroom-bench-") as name:
        folder = Path(name)
        large = await made_film(folder / "large.mp4", "{}:{}".format(*SIZE), SECONDS)
        tools = {what: _tools(commands) for what, commands in _usual(large, folder).items()}
        bare = _tools([[sys.executable, "-c", DECODE, str(large), str(threads())]])
        seen = await ours_of(large, folder / "seen", "pictures,faces")
        ours = await ours_of(large, folder / "ours")
        rows = [
            Row(f"{what}: wall, CPU {s.cpu:.1f} s, peak {s.peak:.0f} MiB", s.wall, "s") for what, s in tools.items()
        ]
        wall, cpu = (sum(getattr(s, part) for s in tools.values()) for part in ("wall", "cpu"))
        rows += [
            Row(f"the tools one after the other, film of {SECONDS} s: wall, CPU {cpu:.1f} s", wall, "s"),
            Row(f"ours: wall, CPU {ours.cpu:.1f} s", ours.wall, "s"),
            Row("ours: peak of the largest process", ours.peak, "MiB"),
            Row("times faster, wall", wall / ours.wall, "x", "≥ 3"),
            Row("times less CPU", cpu / ours.cpu, "x"),
            Row(f"decoding alone: wall, CPU {bare.cpu:.1f} s", bare.wall, "s"),
            Row(f"our picture pass alone, faces too: wall, CPU {seen.cpu:.1f} s", seen.wall, "s"),
            Row("our picture pass, faces too: CPU, in decodes", seen.cpu / bare.cpu, "", "≤ 1.5"),
            Row("the most that one full decode allows: the tools' wall over that of decoding", wall / bare.wall, "x"),
        ]
        return rows


async def made_film(path: Path, size: str, seconds: int) -> Path:
    """A minute of the shots corpus with beats, then copied until it is long enough."""
    listed, minute = path.with_suffix(".txt"), path.with_suffix(".minute.mp4")
    shown = [made(clip, "tuning") for clip in corpus("tuning") if clip.name in SHOWN]
    await asyncio.to_thread(listed.write_text, "".join(f"file '{clip}'\n" for clip in shown), "utf-8")
    await ffmpeg(
        "-f", "concat", "-safe", "0", "-i", listed, "-f", "lavfi", "-i", f"aevalsrc='{BEATS}':s=44100", "-t", "60",
        "-vf", f"fps=25,scale={size},noise=alls=7:allf=t", "-c:v", "libx264", "-preset", "veryfast", "-crf", "23",
        "-pix_fmt", "yuv420p", "-c:a", "aac", minute,
    )  # fmt: skip
    await ffmpeg(
        "-stream_loop", str(max(0, -(-seconds // 60) - 1)), "-i", minute, "-t", str(seconds), "-c", "copy", path
    )
    return path


def _usual(film: Path, folder: Path) -> dict[str, list[list[str]]]:
    program = ffmpeg_path()
    times = [SECONDS * n / THUMBNAILS for n in range(THUMBNAILS)]
    picture = ["-frames:v", "1", "-vf", "scale=160:-2", "-y", str(folder / "thumbnail.jpg")]
    null = ["-f", "null", "-"]
    rhythm = [sys.executable, "-c", RHYTHM]
    subprocess.run([*rhythm, str(film), program, str(folder / "warm.wav")], check=True)
    return {
        "probe (every packet)": [[program, "-i", str(film), "-c", "copy", *null]],
        "PySceneDetect adaptive": [[sys.executable, "-c", SCENES, str(film)]],
        "librosa beat_track": [[*rhythm, str(film), program, str(folder / "sound.wav")]],
        "silencedetect": [[program, "-i", str(film), "-vn", "-af", "silencedetect", *null]],
        "ebur128": [[program, "-i", str(film), "-vn", "-af", "ebur128=peak=true", *null]],
        f"{THUMBNAILS} thumbnails by seeking": [[program, "-ss", str(at), "-i", str(film), *picture] for at in times],
    }


def _tools(commands: Sequence[Sequence[str]]) -> Spent:
    begun, cpu, peak = time.perf_counter(), 0.0, 0.0
    for command in commands:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{command[0]} failed; is the bench extra installed? pip install -e .[bench]")
        cpu, peak = cpu + used.ru_utime + used.ru_stime, max(peak, used.ru_maxrss / 1024)
    return Spent(time.perf_counter() - begun, cpu, peak)


class _Alone:
    """What the functions need of a step: a folder, and somebody to tell."""

    def __init__(self, scratch: Path) -> None:
        self.scratch, self.log = scratch, log.get("bench")

    def progress(self, fraction: float, detail: dict[str, float | int | str] | None = None) -> None:
        """Nobody listens."""


async def ours_of(film: Path, folder: Path, parts: str = WHOLE) -> Spent:
    """Measure everything but the words in a process of its own, whose children are all ours."""
    folder.mkdir()
    code = "import asyncio, sys; from tests.bench.bench_analysis import alone; asyncio.run(alone(*sys.argv[1:]))"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(film), str(folder), parts, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await process.communicate()
    if process.returncode:
        raise SystemExit("the analysis failed")
    wall, cpu, peak = (float(text) for text in told.split()[-3:])
    return Spent(wall, cpu, peak)


async def alone(film: str, folder: str, parts: str) -> None:
    """Measure ``parts`` (comma-separated) of ``film``.

    Prints seconds of wall clock, of CPU, and the largest child's peak in MiB.
    """
    begun = time.perf_counter()
    settings, scratch = AnalyzerSettings(), Path(folder)
    deps = Deps(settings, FolderBlobs(scratch / "blobs"), cast(Any, None), cast(Any, speech_engine))
    engine = cast(Any, type("Silent", (), {"listens": False, "identity": "none"})())
    measuring = Measuring(Path(film), "0" * 64, engine, None, cast(Step, _Alone(scratch)), deps, _keep)
    wanted = TypeAdapter(frozenset[Part]).validate_python(parts.split(","))
    found = await measuring.measure(await measuring.probe(), wanted)
    assert found.keys() == wanted
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


async def _keep(_part: object, _found: object) -> None:
    """Every part is thrown away."""
