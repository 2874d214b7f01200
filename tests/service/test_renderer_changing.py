"""Sources that change inside: the size of their pictures, the channels and the rate of their sound."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from services.renderer.domain.sound import CHANNELS
from services.renderer.settings import RendererSettings
from services.renderer.tools.sound import LEAST_HOLE_S
from shared.contracts.timeline import Output, RenderOptions, SoundLayout
from shared.process import ffmpeg_path, run
from tests.service.analyzer_stage import info_of
from tests.service.renderer_footage import Floats, Footage, clip, lag, pictures, rendered, timeline

SIZES = {"wide": "256x144", "tall": "136x256", "square": "160x160"}
SECONDS = 2
FINE = RendererSettings(preset="ultrafast", crf=8)
PLAIN = RenderOptions(captions=False, loudness=None)


async def ffmpeg(*arguments: str | Path) -> None:
    await run([ffmpeg_path(), "-loglevel", "error", "-y", *map(str, arguments)])


async def footage_of(path: Path) -> Footage:
    """A file with what the analyzer finds in it."""
    return Footage(path, await info_of(path, path.parent), np.zeros(0, np.float32))


async def strung(folder: Path, pieces: Sequence[Path]) -> Path:
    """Recordings one behind the other, each from its own time on, as a receiver writes what it is sent."""
    named = "".join(f"file {piece.name}\nduration {SECONDS}\n" for piece in pieces)
    (folder / "pieces.txt").write_text(named)
    await ffmpeg("-f", "concat", "-i", folder / "pieces.txt", "-map", "0", "-c", "copy", folder / "all.ts")
    return folder / "all.ts"


async def films(folder: Path) -> dict[str, Footage]:
    """Films of three sizes, and ``all`` of them in one file."""
    for name, size in SIZES.items():
        picture = ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate=25:duration={SECONDS}"]
        coded = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "10", "-g", "25", "-colorspace", "bt709"]
        await ffmpeg(*picture, *coded, folder / f"{name}.ts")
    await strung(folder, [folder / f"{name}.ts" for name in SIZES])
    return {name: await footage_of(folder / f"{name}.ts") for name in (*SIZES, "all")}


async def test_pictures_of_every_size_are_fitted_as_films_of_that_size_are(tmp_path: Path) -> None:
    footage = await films(tmp_path)
    video = footage["all"].media.video
    assert video is not None and video.resized and (video.width, video.height) == (256, 144)
    fits: tuple[Literal["auto", "crop", "blur", "pad"], ...] = ("auto", "crop", "pad")
    outputs = [Output(name=fit, width=192, height=144, fit=fit) for fit in fits]
    whole = timeline({"all": footage["all"]}, [clip(0, 0, 3 * SECONDS, "all")])
    apart = timeline(footage, [clip(n, 0, SECONDS, name) for n, name in enumerate(SIZES)])
    seen = [
        [await pictures(film.file, (192, 144), "rgb24") for film in await rendered(folder, line, footage, *outputs,
         options=PLAIN, settings=FINE)]
        for folder, line in ((tmp_path / "whole", whole), (tmp_path / "apart", apart))
    ]  # fmt: skip
    for fit, one, other in zip(fits, *seen, strict=True):
        assert one.shape == other.shape == (3 * SECONDS * 25, 144, 192, 3)
        off = np.abs(one.astype(np.int16) - other).mean(axis=(1, 2, 3))
        assert off.max() < 2, f"{fit}: frame {int(off.argmax())} differs by {off.max():.1f}"


FORMS: dict[str, tuple[SoundLayout, int]] = {
    "pair": ("stereo", 48000), "wide": ("5.1", 48000), "single": ("mono", 48000), "one": ("mono", 44100),
    "low": ("stereo", 32000),
}  # fmt: skip
NAMES: tuple[SoundLayout, ...] = ("mono", "5.1")


async def sounds(folder: Path, codec: str, names: Sequence[str]) -> dict[str, Footage]:
    """Noise of several forms, each at its own time beside a small picture, and ``all`` of them in one file."""
    paths = []
    for number, name in enumerate(names):
        layout, rate = FORMS[name]
        noise = f"anoisesrc=r={rate}:a=0.2:d={SECONDS}:seed={number}"
        if layout == "stereo":
            noise += f",asplit[a][b];[b]adelay=40[c];[a][c]join=channel_layout=stereo,atrim=duration={SECONDS}"
        elif layout == "5.1":
            noise += f",pan=5.1|FL=c0|FR=0.5*c0|FC=0.25*c0|LFE=c0|BL=0*c0|BR=0.1*c0,atrim=duration={SECONDS}"
        paths.append(folder / f"{name}.ts")
        inputs = ["-f", "lavfi", "-i", f"testsrc2=size=64x36:rate=25:duration={SECONDS}", "-f", "lavfi", "-i", noise]
        coded = [
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-c:a",
            codec,
            "-b:a",
            "192k" if layout != "5.1" else "448k",
        ]
        await ffmpeg(*inputs, *coded, paths[-1])
    await strung(folder, paths)
    whole = await footage_of(folder / "all.ts")
    return {"all": whole, **{name: piece(folder / f"{name}.ts", whole, name) for name in names}}


def piece(path: Path, whole: Footage, name: str) -> Footage:
    """One of the films: all that differs from the whole is how long it lasts, and the form of its sound."""
    layout, rate = FORMS[name]
    heard, seen = whole.media.audio, whole.media.video
    assert heard is not None and seen is not None
    lasts = {"duration": float(SECONDS)}
    form = {"channels": CHANNELS[layout], "sample_rate": rate}
    audio, video = heard.model_copy(update=lasts | form), seen.model_copy(update=lasts)
    media = whole.media.model_copy(update={**lasts, "audio": audio, "video": video})
    return Footage(path, media, whole.noise)


async def samples(path: Path, layout: SoundLayout) -> Floats:
    raw = await run([ffmpeg_path(), "-loglevel", "error", "-i", str(path), "-map", "0:a", "-f", "f32le", "pipe:1"])
    return np.frombuffer(raw.stdout, np.float32).reshape(-1, CHANNELS[layout])


@pytest.mark.parametrize(
    ("codec", "names", "off"),
    [
        ("ac3", ("pair", "wide", "one"), 1),
        ("aac", ("single", "wide", "pair"), 1),
        ("aac", ("low", "wide", "one"), LEAST_HOLE_S * 48000),  # ADTS has no times of its own for every frame
    ],
)
async def test_sound_of_every_form_is_heard_as_a_source_of_that_form_is(
    tmp_path: Path, codec: str, names: Sequence[str], off: float
) -> None:
    footage = await sounds(tmp_path, codec, names)
    outputs = [
        Output(name=f"s{n}", width=64, height=36, codec="none", audio_codec="pcm", channels=layout)
        for n, layout in enumerate(NAMES)
    ]
    whole = timeline({"all": footage["all"]}, [clip(0, 0, len(names) * SECONDS, "all")])
    apart = timeline(footage, [clip(n, 0, SECONDS, name) for n, name in enumerate(names)])
    one, other = [
        [await samples(film.file, layout) for layout, film in zip(NAMES, made, strict=True)]
        for made in [
            await rendered(folder, line, footage, *outputs, options=PLAIN)
            for folder, line in ((tmp_path / "whole", whole), (tmp_path / "apart", apart))
        ]
    ]
    for layout, found, wanted in zip(NAMES, one, other, strict=True):
        assert found.shape == wanted.shape == (len(names) * SECONDS * 48000, CHANNELS[layout])
        for number, name in enumerate(names):
            inside = slice((number * SECONDS * 10 + 2) * 4800, ((number + 1) * SECONDS * 10 - 2) * 4800)
            for channel in range(CHANNELS[layout]):
                here, there = found[inside, channel], wanted[inside, channel]
                at = (layout, name, channel)
                assert np.abs(here).mean() == pytest.approx(np.abs(there).mean(), rel=0.02, abs=1e-4), at
                if np.abs(there).mean() > 1e-3:
                    assert abs(lag(here, there)) <= off, at
