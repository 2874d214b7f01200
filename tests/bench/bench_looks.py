"""What effects, overlays and captions cost at 720p, and how good the sound is, in one run."""

from __future__ import annotations

import resource
import tempfile
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from services.renderer.domain.effects import DRAWN
from services.renderer.settings import RendererSettings
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.film import render
from services.renderer.tools.join import Tags
from services.renderer.tools.parts import Order
from shared.contracts.speech import Caption, Word
from shared.contracts.timeline import CaptionStyle, Output, RenderOptions
from shared.process import ffmpeg_path, run
from tests.bench.table import Row
from tests.service.renderer_footage import Footage, clip, film, rendered, sound, timeline
from tests.service.renderer_golden import logo

SIZE, SECONDS = (1280, 720), 3
SHOWN: dict[str, dict[str, Any]] = {
    "lut": {"look": "teal_orange"}, "adjust": {"contrast": 1.2, "temperature": 0.5}, "fade_in": {"duration": 5.0},
    "punch_in": {"at": [1.0]},
}  # fmt: skip


async def measure() -> list[Row]:
    """CPU milliseconds a frame that each effect adds; ducking, joins and loudness."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return [*await _costs(folder), *await _sounds(folder)]


async def _costs(folder: Path) -> list[Row]:
    footage = {"a": await _moving(folder), "logo": logo(folder)}
    bare = await _cost(folder, footage, "bare", {})
    rows = [Row("bare 720p frame, read, scaled, encoded (x264 veryfast) and proved", bare, "ms")]
    for name in DRAWN:
        effect = {"name": name, "parameters": SHOWN.get(name, {})}
        rows.append(Row(f"{name} adds", await _cost(folder, footage, name, {"effects": [effect]}) - bare, "ms"))
    still = timeline(footage, [clip(9, 0, SECONDS, "logo")], "30/1").video[0].model_dump(mode="json")
    spin = [{"frame": 0, "value": 0.0}, {"frame": SECONDS * 30, "value": 360.0}]
    text = {"id": "o", "start": 0, "frames": SECONDS * 30, "text": {"text": "Hello"}}
    for what, overlay in {
        "a text adds": text,
        "a text that moves in every frame adds": {**text, "rotation": spin},
        "a logo adds": {**text, "text": None, "clip": still, "width": 0.2},
        "a logo that moves and turns adds": {**text, "text": None, "clip": still, "width": 0.2, "rotation": spin},
    }.items():
        rows.append(Row(what, await _cost(folder, footage, what, {}, overlays=[overlay]) - bare, "ms"))
    words = tuple(Word(text=f"word{i}", start=i / 4, end=i / 4 + 0.2) for i in range(4 * SECONDS))
    said = Caption(text=" ".join(word.text for word in words), start=0, end=SECONDS, words=words)
    for style in ("plain", "highlight", "pop"):
        options = RenderOptions(caption_style=CaptionStyle.model_validate({"name": style}), loudness=None)
        cost = await _cost(folder, footage, style, {"captions": [said]}, options)
        rows.append(Row(f"captions in the style {style} add", cost - bare, "ms"))
    return rows


async def _moving(folder: Path) -> Footage:
    path = folder / "moving.mp4"
    drawn = f"testsrc2=s={SIZE[0]}x{SIZE[1]}:r=30:d={SECONDS + 1}"
    codecs = ["-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", str(path)]
    await run([ffmpeg_path(), "-loglevel", "error", "-y", "-f", "lavfi", "-i", drawn, *codecs])
    small = await film(folder, bytes(64 * 36 * 30 * (SECONDS + 1)), None, "30/1", (64, 36), "small")
    stream = small.media.video
    assert stream is not None
    size = {"width": SIZE[0], "height": SIZE[1], "coded_width": SIZE[0], "coded_height": SIZE[1]}
    return Footage(path, small.media.model_copy(update={"video": stream.model_copy(update=size)}), small.noise)


async def _cost(
    folder: Path, footage: dict[str, Footage], name: str, more: dict[str, Any],
    options: RenderOptions | None = None, **layers: Any,
) -> float:  # fmt: skip
    """CPU milliseconds of the programs, a frame; the lower of two runs."""
    made = timeline(footage, [clip(0, 0, SECONDS, **more)], "30/1", **layers)
    plain = options or RenderOptions(captions=False, loudness=None)
    spent = []
    for turn in range(2):
        scratch = folder / f"{name}{turn}".replace(" ", "_")
        scratch.mkdir()
        tags = Tags("", "", datetime(2026, 1, 1, tzinfo=UTC))
        output = Output(name="o", width=SIZE[0], height=SIZE[1])
        order = Order(made, {key: one.path for key, one in footage.items()}, (output,), plain, tags)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        await render(Bench(scratch, RendererSettings()), order, lambda fraction, detail: None)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(spent) * 1000 / made.frames


async def _sounds(folder: Path) -> list[Row]:
    t = np.arange(12 * 48000) / 48000
    voice = (0.3 * np.sin(2 * np.pi * 300 * t)).astype(np.float32)
    voice[~(((t >= 3) & (t < 5)) | ((t >= 5.4) & (t < 8)))] = 0
    grey = np.full((300, 36, 64), 90, np.uint8).tobytes()
    footage = {"a": await film(folder, grey, voice, "25/1", (64, 36), "voice")}
    music = (0.2 * np.sin(2 * np.pi * 1000 * t[: 4 * 48000])).astype(np.float32)
    footage["m"] = await film(folder, grey[: 100 * 36 * 64], music, "25/1", (64, 36), "music")
    words = (Word(text="one", start=3, end=5), Word(text="two", start=5.4, end=8))
    said = [Caption(text="one two", start=3, end=8, words=words)]
    bed = {"id": "m", "name": "bed", "at": 0, "source": "m", "loop": True, "duck_db": 12}
    output = Output(name="o", width=64, height=36)
    made = timeline(footage, [clip(0, 0, 12, captions=said)], sounds=[bed])
    quiet = RenderOptions(captions=False, loudness=None)
    (one,) = await rendered(folder / "ducked", made, footage, output, options=quiet)
    heard = (await sound(one.file))[:, 0].astype(np.float64)
    depth = _tone(heard, 1000, 1, 2.5) - _tone(heard, 1000, 3.2, 7.8)
    rows = [Row("music under speech is softer by (asked: 12)", depth, "dB", "±1")]
    cuts = [clip(i, Fraction(73 * i, 100), Fraction(73 * i, 100) + Fraction(3, 5)) for i in range(12)]
    steady = (0.4 * np.sin(2 * np.pi * 441 * t)).astype(np.float32)
    joins = {"a": await film(folder, grey, steady, "25/1", (64, 36), "steady")}
    (cut,) = await rendered(folder / "joins", timeline(joins, cuts), joins, output, options=quiet)
    heard = (await sound(cut.file))[:, 0].astype(np.float64)
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard)))) ** 2
    high = spectrum[np.fft.rfftfreq(len(heard), 1 / 48000) > 2500].sum() / spectrum.sum()
    rows.append(Row("12 joins of a tone: energy above 2.5 kHz", 10 * np.log10(high), "dB", "< -40"))
    (loud,) = await rendered(folder / "loud", made, footage, output, options=RenderOptions(captions=False))
    rows.append(Row("loudness of the mix (asked: -14)", loud.loudness or 0.0, "LUFS", "±0.5"))
    return rows


def _tone(heard: np.ndarray[Any, np.dtype[np.float64]], frequency: float, begin: float, end: float) -> float:
    part = heard[round(begin * 48000) : round(end * 48000)]
    wave = np.exp(-2j * np.pi * frequency * np.arange(len(part)) / 48000)
    return float(20 * np.log10(2 * np.abs((part * wave).mean()) + 1e-9))
