"""What is seen: shapes, rotation, colours, captions, watermark, movement."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from services.renderer.settings import RendererSettings
from shared.contracts.speech import Caption, Word
from shared.contracts.timeline import CaptionStyle, Output, RenderOptions
from shared.process import ffmpeg_path, run
from tests.service.renderer_footage import Footage, Grey, clip, film, pictures, rendered, timeline

SIZE = (160, 90)


def scene() -> bytes:
    """Ten frames: dark left third, grey middle, bright right third."""
    row = np.repeat(np.array([40, 120, 220], np.uint8), [53, 54, 53])
    return np.broadcast_to(row, (10, SIZE[1], SIZE[0])).tobytes()


async def scene_film(folder: Path, frames: int = 10) -> Footage:
    """The scene as a film of so many frames."""
    return await film(folder, scene() * (frames // 10), None, "10/1", SIZE, "scene")


async def shown(folder: Path, footage: Footage, output: Output, options: RenderOptions | None = None) -> Grey:
    """Frames of the first second in RGB."""
    made = timeline({"a": footage}, [clip(0, 0, 1)], "10/1")
    (done,) = await rendered(folder / output.name, made, {"a": footage}, output, options=options)
    assert done.check.passed, done.check.findings
    return await pictures(done.file, (output.width, output.height), "rgb24")


async def test_crop_keeps_the_middle(tmp_path: Path) -> None:
    frames = await shown(tmp_path, await scene_film(tmp_path), Output(name="a", width=90, height=90, fit="crop"))
    row = frames[5, 45, :, 0].astype(int)
    assert row[4] < 60 and 100 < row[45] < 145 and row[86] > 200
    assert abs(int(np.argmax(row > 80)) - 18) <= 2, "35 of 160 columns are cut off at each side"


async def test_pad_shows_everything_on_black(tmp_path: Path) -> None:
    frames = await shown(tmp_path, await scene_film(tmp_path), Output(name="a", width=90, height=160, fit="pad"))
    assert frames[5, :50].max() < 10 and frames[5, 112:].max() < 10
    middle = frames[5, 80, :, 0].astype(int)
    assert middle[5] < 60 and middle[85] > 200


async def test_blur_fills_the_frame_with_the_picture(tmp_path: Path) -> None:
    frames = await shown(tmp_path, await scene_film(tmp_path), Output(name="a", width=90, height=160))
    middle = frames[5, 80, :, 0].astype(int)
    assert middle[5] < 60 and middle[85] > 200
    above = frames[5, 20, :, 0].astype(int)
    assert above.min() > 40, "not black"
    assert np.abs(np.diff(above)).max() < 25, "soft"
    assert 80 < above.mean() < 115, "the middle of the scene, a little darker"


async def test_auto_crops_when_little_is_lost(tmp_path: Path) -> None:
    frames = await shown(tmp_path, await scene_film(tmp_path), Output(name="a", width=120, height=90))
    assert frames[5, 2, :, 0].min() < 60 and frames[5, 2, :, 0].max() > 200, "the picture reaches the upper edge"


async def test_a_turned_phone_film_stands_upright(tmp_path: Path) -> None:
    lying = await scene_film(tmp_path)
    turned = tmp_path / "turned.mp4"
    arguments = ["-display_rotation", "90", "-i", str(lying.path), "-c", "copy", str(turned)]
    await run([ffmpeg_path(), "-loglevel", "error", "-y", *arguments])
    video = lying.media.video
    assert video is not None
    upright = video.model_copy(update={"width": 90, "height": 160, "rotation": 90})
    footage = replace(lying, path=turned, media=lying.media.model_copy(update={"video": upright}))
    frames = await shown(tmp_path, footage, Output(name="a", width=90, height=160))
    column = frames[5, :, 45, 0].astype(int)
    assert {column[5] < 60, column[155] < 60} == {True, False}, "thirds lie above each other"
    assert column[80] == pytest.approx(120, abs=12)
    assert np.ptp(frames[5, 80, :, 0].astype(int)) < 12


async def test_oblong_pixels_are_made_square(tmp_path: Path) -> None:
    square = await scene_film(tmp_path)
    oblong = tmp_path / "oblong.mp4"
    codecs = ["-vf", "setsar=2/1", "-c:v", "libx264", "-pix_fmt", "yuv420p", str(oblong)]
    await run([ffmpeg_path(), "-loglevel", "error", "-y", "-i", str(square.path), *codecs])
    video = square.media.video
    assert video is not None
    wide = video.model_copy(update={"width": 320, "height": 90, "sample_aspect_ratio": "2/1"})
    footage = replace(square, path=oblong, media=square.media.model_copy(update={"video": wide}))
    frames = await shown(tmp_path, footage, Output(name="a", width=160, height=90, fit="pad"))
    column = frames[5, :, 10, 0].astype(int)
    assert column[:20].max() < 10 and column[45] > 25, "320x90 fills half the height of 160x90"


@pytest.mark.parametrize("space", ["bt709", "smpte170m"])
async def test_colours_survive_whatever_their_matrix(tmp_path: Path, space: str) -> None:
    source = tmp_path / "red.mp4"
    tags = ["-colorspace", space, "-color_primaries", space, "-color_trc", space, "-color_range", "tv"]
    made = ["-f", "lavfi", "-i", "color=c=0xC02040:s=160x90:d=1:r=10"]
    turned = ["-vf", f"scale=out_color_matrix={space}:out_range=tv,format=yuv420p"]
    codecs = ["-c:v", "libx264", "-crf", "5", *tags, str(source)]
    await run([ffmpeg_path(), "-loglevel", "error", "-y", *made, *turned, *codecs])
    scene_ = await scene_film(tmp_path)
    video = scene_.media.video
    assert video is not None
    media = scene_.media.model_copy(update={"video": video.model_copy(update={"color_space": space})})
    frames = await shown(tmp_path, replace(scene_, path=source, media=media), Output(name="a", width=160, height=90))
    assert np.abs(frames[5, 45, 80].astype(int) - [0xC0, 0x20, 0x40]).max() <= 6


async def test_hdr_is_tone_mapped_not_washed_out(tmp_path: Path) -> None:
    source = tmp_path / "hdr.mp4"
    made = ["-f", "lavfi", "-i", "color=c=0x808080:s=160x90:d=1:r=10"]
    pq = "format=yuv420p10le,setparams=colorspace=bt2020nc:color_primaries=bt2020:color_trc=smpte2084:range=tv"
    codecs = ["-vf", pq, "-c:v", "libx265", "-x265-params", "log-level=error", "-tag:v", "hvc1", str(source)]
    await run([ffmpeg_path(), "-loglevel", "error", "-y", *made, *codecs])
    scene_ = await scene_film(tmp_path)
    video = scene_.media.video
    assert video is not None
    hdr = video.model_copy(update={"hdr": "pq", "color_space": "bt2020nc", "codec": "hevc"})
    footage = replace(scene_, path=source, media=scene_.media.model_copy(update={"video": hdr}))
    frames = await shown(tmp_path, footage, Output(name="a", width=160, height=90))
    level = frames[5, 45, 80].astype(int)
    assert np.ptp(level) <= 6, "grey stays grey"
    assert 120 < level.mean() < 215, "PQ's middle is near 90 nits: a light grey on an SDR screen"


async def captioned(folder: Path, text: str, style: str, at: float = 0.5, **more: object) -> Grey:
    """One frame, at ``at`` seconds, of a scene whose first second says ``text``."""
    footage = await scene_film(folder)
    spoken = [Word(text=t, start=i * 0.4, end=i * 0.4 + 0.4) for i, t in enumerate(text.split())]
    caption = Caption(text=text, start=0, end=1, words=tuple(spoken) if style == "highlight" else ())
    made = timeline({"a": footage}, [clip(0, 0, 1, captions=[caption])], "10/1")
    look = CaptionStyle.model_validate({"name": style, **more})
    options = RenderOptions(captions=True, caption_style=look, loudness=None)
    folder.joinpath("out").mkdir(exist_ok=True)
    output = Output(name="a", width=320, height=180)
    (done,) = await rendered(
        folder / "out" / f"{style}{at}{abs(hash(text))}", made, {"a": footage}, output, options=options
    )
    return (await pictures(done.file, (320, 180), "rgb24"))[round(at * 10)]


def yellow(frame: Grey) -> np.ndarray:
    """Columns in which the highlight's colour is seen."""
    red, green, blue = (frame[:, :, i].astype(int) for i in range(3))
    return np.flatnonzero(((red > 180) & (green > 150) & (blue < 110)).any(axis=0))


async def test_the_spoken_word_is_highlighted(tmp_path: Path) -> None:
    first = yellow(await captioned(tmp_path, "hello world", "highlight", 0.2))
    second = yellow(await captioned(tmp_path, "hello world", "highlight", 0.6))
    assert first.size and second.size
    assert first.max() < second.min()
    assert yellow(await captioned(tmp_path, "hello world", "plain", 0.2)).size == 0


@pytest.mark.parametrize(("position", "rows"), [("bottom", (120, 178)), ("middle", (62, 118)), ("top", (2, 60))])
async def test_captions_stand_where_they_are_told(tmp_path: Path, position: str, rows: tuple[int, int]) -> None:
    frame = await captioned(tmp_path, "WWWW", "boxed", position=position)
    bare = (await shown(tmp_path, await scene_film(tmp_path), Output(name="bare", width=320, height=180)))[5]
    changed = np.flatnonzero((np.abs(frame.astype(int) - bare) > 40).any(axis=(1, 2)))
    assert changed.size and rows[0] <= changed.min() and changed.max() <= rows[1]


async def test_text_that_is_code_elsewhere_is_drawn_literally(tmp_path: Path) -> None:
    secret = tmp_path / "secret.mp4"
    secret.write_bytes((await scene_film(tmp_path)).path.read_bytes())
    bare = (await shown(tmp_path, await scene_film(tmp_path), Output(name="bare", width=320, height=180)))[5]
    for text in (r"{\an8}{\fs200}x", f"'; movie={secret} [x]; [in]", r"\N\N\N\h", "{}", "%{pts} \\{\\an8\\}"):
        frame = await captioned(tmp_path, text, "plain")
        changed = (np.abs(frame.astype(int) - bare) > 60).any(axis=2)
        rows = np.flatnonzero(changed.any(axis=1))
        assert rows.size and rows.min() > 110, f"{text}: only the caption's place changes"
        wide = np.ptp(np.flatnonzero(changed.any(axis=0)))
        assert wide > 3 * min(len(text), 40), f"{text}: its letters are seen"


async def test_the_watermark_stands_in_its_corner_from_the_first_frame_to_the_last(tmp_path: Path) -> None:
    footage = await scene_film(tmp_path)
    options = RenderOptions(captions=False, loudness=None, watermark=r"{\an5}© me")
    marked = await shown(tmp_path, footage, Output(name="marked", width=320, height=180), options)
    bare = await shown(tmp_path, footage, Output(name="bare", width=320, height=180))
    for i in (0, 5, 9):
        where = np.argwhere((np.abs(marked[i].astype(int) - bare[i]) > 20).any(axis=2))
        assert where.size
        assert where[:, 0].max() < 40 and where[:, 1].min() > 160


async def test_zoom_moves_by_fractions_of_a_pixel(tmp_path: Path) -> None:
    size = (320, 180)
    across = np.clip((np.arange(size[0]) - 260) * 8 + 128, 20, 230).astype(np.uint8)
    frames = np.broadcast_to(across, (75, size[1], size[0])).tobytes()
    footage = {"a": await film(tmp_path, frames, None, "25/1", size, "edge")}
    made = timeline(footage, [clip(0, 0, 3, effects=[{"name": "zoom"}])])
    fine = RendererSettings(preset="ultrafast", crf=2)
    output = Output(name="a", width=320, height=180)
    (done,) = await rendered(tmp_path / "out", made, footage, output, settings=fine)
    rows = (await pictures(done.file, size))[:, 90, :].astype(float)
    middle = (rows.max() + rows.min()) / 2
    edge = np.array([np.interp(middle, row[200:], np.arange(200, 320)) for row in rows])
    zoom = 1 + 0.2 * np.arange(75) / 74
    expected = 160 + (edge[0] - 160) * zoom
    inside = expected < 310
    assert np.abs(edge - expected)[inside].max() < 0.15
    assert np.abs(np.diff(edge, n=2))[: inside.sum() - 2].max() < 0.35, "no shaking"


async def test_a_zoom_that_overshoots_the_whole_picture_shows_the_whole(tmp_path: Path) -> None:
    away = {"name": "zoom", "parameters": {"from": 4.0, "to": 1.0, "ease": "back"}}
    footage = {"a": await scene_film(tmp_path)}
    made = timeline(footage, [clip(0, 0, 1, effects=[away])], "10/1")
    (done,) = await rendered(tmp_path / "out", made, footage, Output(name="a", width=160, height=90))
    rows = (await pictures(done.file, SIZE))[:, 45, :].astype(int)
    assert rows[0].min() > 100, "four times as large, of the middle third alone"
    assert all(row[4] < 60 and row[155] > 200 for row in rows[6:])


async def test_a_writing_without_a_font_is_named_in_the_check(tmp_path: Path) -> None:
    footage = {"a": await scene_film(tmp_path)}
    said = [Caption(text="Ça, Привет, नमस्ते, 你好 😀, ሰላም", start=0, end=1)]
    made = timeline(footage, [clip(0, 0, 1, captions=said)], "10/1")
    options = RenderOptions(captions=True, loudness=None)
    (done,) = await rendered(tmp_path / "out", made, footage, options=options)
    assert done.check.passed
    (finding,) = (f for f in done.check.findings if f.code == "glyphs_missing")
    assert "ሰላም" in finding.message and finding.figure == 3
