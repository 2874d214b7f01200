"""An ffmpeg that says it has hardware encoders, and encodes by software what is asked of them."""

from __future__ import annotations

import json
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from shared.process import ffmpeg_path

_PROGRAM = """#!{python}
import json, os, sys
SOFTWARE = {{"h264": "libx264", "hevc": "libx265", "av1": "libsvtav1"}}
OWN = {{"-rc", "-cq", "-forced-idr", "-no-scenecut", "-strict_gop", "-global_quality", "-rc_mode", "-qp", "-q:v",
       "-vaapi_device", "-bf"}}
folder, present = {folder!r}, {present!r}
given, made, asked = sys.argv[1:], [], []
words = iter(given)
for word in words:
    value = next(words) if word in OWN or word in ("-vcodec", "-preset") else ""
    if word == "-vcodec" and value.split("_")[-1] in ("nvenc", "qsv", "vaapi", "videotoolbox"):
        codec, family = value.split("_")
        asked.append(family)
        made += [word, SOFTWARE[codec], "-preset", "8" if codec == "av1" else "ultrafast"]
    elif word == "-preset" and value.startswith("p") or word in OWN and asked + [w for w in given if "vaapi" in w]:
        continue
    else:
        made += [word, value] if value else [word.replace("hwupload", "null")]
if asked:
    count = 0
    while True:  # programs that run at once must not take the same number
        try:
            with open(os.path.join(folder, f"{{count:03d}}.json"), "x") as file:
                json.dump(given, file)
            break
        except FileExistsError:
            count += 1
    if not set(asked) <= set(present):
        sys.exit(f"Unknown encoder '{{asked[0]}}'")
    if {dies_at} is not None and count >= {dies_at}:
        sys.stderr.write("[h264_nvenc] EncodePicture failed!: generic error (20): CUDA_ERROR_LAUNCH_FAILED\\n")
        sys.exit(187)
os.execv({real!r}, [{real!r}, *made])
"""


@dataclass(frozen=True, slots=True)
class Double:
    """The program, and the folder in which it writes each order for hardware."""

    program: Path
    folder: Path

    def orders(self) -> list[list[str]]:
        """The arguments of every run that asked for hardware, in order."""
        return [json.loads(path.read_text()) for path in sorted(self.folder.iterdir())]


def hardware_double(folder: Path, *present: str, dies_at: int | None = None) -> Double:
    """Write a program that has the encoders of these families; from order ``dies_at`` on the driver is dead."""
    orders = folder / "orders"
    orders.mkdir()
    program = folder / "ffmpeg"
    values = {"python": sys.executable, "folder": str(orders), "present": present, "dies_at": dies_at}
    program.write_text(_PROGRAM.format(real=ffmpeg_path(), **values))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return Double(program, orders)
