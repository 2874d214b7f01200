"""auto-editor beside us: version 23.32.1, the last one that is all Python, in a virtual environment of its own.

Set it up once:

    python3 -m venv ~/.cache/cutroom-bench/auto-editor
    ~/.cache/cutroom-bench/auto-editor/bin/pip install "numpy<2" "av==12.3.0" "ae-ffmpeg==1.1.*" pillow
    ~/.cache/cutroom-bench/auto-editor/bin/pip install --no-deps "auto-editor==23.32.1"

It asks ffprobe what is in a file. Where there is none a few lines of PyAV answer that one question.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

from shared import process

HOME = Path.home() / ".cache" / "cutroom-bench" / "auto-editor"
MISSING = f"auto-editor is not installed in {HOME}: see tests/bench/auto_editor.py"
_FFPROBE = """#!{python}
import json, sys, av
streams = []
with av.open(sys.argv[-1]) as found:
    for one in found.streams:
        if one.type not in ("audio", "video"):
            continue
        facts = dict(codec_type=one.type, codec_name=one.codec_context.name, time_base=str(one.time_base))
        if one.duration:
            facts["duration"] = str(float(one.duration * one.time_base))
        if one.type == "audio":
            facts |= dict(sample_rate=str(one.sample_rate), channels=one.channels)
        else:
            facts |= dict(width=one.width, height=one.height, pix_fmt=one.pix_fmt, r_frame_rate=str(one.base_rate))
        streams.append(facts)
    length = str((found.duration or 0) / 1e6)
print(json.dumps(dict(streams=streams, format=dict(duration=length))))
"""


def installed() -> bool:
    """Whether it can be run here."""
    return (HOME / "bin" / "auto-editor").is_file()


_AS_OURS = """#!/bin/bash
case " $* " in *" -c:v h264 "*) set -- "${{@:1:$#-1}}" -preset veryfast -crf 20 "${{@: -1}}" ;; esac
exec {ffmpeg} "$@"
"""


def _programs() -> Path:
    folder = HOME / "programs"
    folder.mkdir(exist_ok=True)
    link, probe = folder / "ffmpeg", folder / "ffprobe"
    if not link.exists():
        link.symlink_to(process.ffmpeg_path())
    if not probe.exists():
        if there := shutil.which("ffprobe"):
            probe.symlink_to(there)
        else:
            probe.write_text(_FFPROBE.format(python=HOME / "bin" / "python"))
            probe.chmod(0o755)
    # It has no option for x264's preset: what encodes by the program's defaults is told ours.
    same = folder / "ffmpeg-as-ours"
    same.write_text(_AS_OURS.format(ffmpeg=link))
    same.chmod(0o755)
    return folder


async def edited(media: Path, scratch: Path, target: Path, cuts: list[tuple[int, int]]) -> None:
    """Have it cut the frames (from, up to) out of ``media`` into ``target``, with the preset and quality of ours."""
    argv = [str(HOME / "bin" / "auto-editor"), str(media), "--edit", "none", "-o", str(target), "--no-open", "--quiet"]
    argv += ["--cut-out", *(f"{first},{end}" for first, end in cuts)]
    with tempfile.TemporaryDirectory(dir=scratch) as own:
        argv += ["--ffmpeg-location", str(_programs() / "ffmpeg-as-ours"), "--temp-dir", str(Path(own) / "work")]
        await process.run(argv, limits=process.Limits(wall_s=3600), cwd=scratch)


async def removed(media: Path, scratch: Path, *arguments: str, rate: float = 30.0) -> list[tuple[float, float]]:
    """Return the spans in seconds that it would cut out of ``media``; ``arguments`` such as ``--margin 0s``.

    ``rate``: the frames a second that it counts in: those of the picture, 30 where there is none.
    """
    # Its working folder is new each time: it keeps what it found for a name, whatever the file of that name is now.
    with tempfile.TemporaryDirectory(dir=scratch) as own:
        told = Path(own) / "cuts.json"
        argv = [str(HOME / "bin" / "auto-editor"), str(media), "--export", "json:api=1", "-o", str(told), "--no-open"]
        argv += ["--ffmpeg-location", str(_programs() / "ffmpeg"), "--temp-dir", str(Path(own) / "work")]
        await process.run([*argv, *arguments], limits=process.Limits(wall_s=600), cwd=scratch)
        made = json.loads(told.read_text())
    return [(start / rate, end / rate) for start, end, speed in made["chunks"] if speed != 1]
