"""Pictures and documents: their facts, and that hostile ones cost nothing."""

from __future__ import annotations

import json
import struct
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from services.analyzer.domain.animations import gif_frames
from services.analyzer.domain.documents import MOST_CHARACTERS, DocumentFound, refuse
from services.analyzer.domain.images import MOST_FRAMES, image_info, picture_format
from services.analyzer.domain.judge import Bounds
from services.analyzer.tools.holdings import look_at_document, look_at_image
from shared.contracts.commands import AnalyzeMedia, ProbeMedia
from shared.contracts.events import MediaAnalyzed, MediaProbed, StepFailed
from shared.contracts.media import Analysis, MediaInfo
from shared.errors import BadMedia
from tests.database import MakeInfra
from tests.patience import slack
from tests.people import PORTRAIT
from tests.service.analyzer_stage import analyzer, clip

KINDS = ("video", "audio", "image", "document")


async def info_of(path: Path, folder: Path, bounds: Bounds = Bounds()) -> tuple[MediaInfo, Path | None]:  # noqa: B008
    name = picture_format(path.read_bytes()[:64])
    assert name is not None
    found, still = await look_at_image(path, name, folder, bounds.max_pixels)
    return image_info(found, path.stat().st_size, bounds), still


def flag() -> Image.Image:
    """Left two thirds red, the rest blue; 120x60."""
    pixels = np.zeros((60, 120, 3), np.uint8)
    pixels[:, :80], pixels[:, 80:] = (220, 30, 40), (20, 40, 200)
    return Image.fromarray(pixels)


def pdf(pages: int, text: str = "Hello pages", size: str = "612 792", extra: bytes = b"") -> bytes:
    """A small PDF, written by hand."""
    stream = f"BT /F1 24 Tf 72 700 Td ({text}) Tj ET".encode() + extra
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {pages} /Kids [{' '.join(f'{5 + n} 0 R' for n in range(pages))}] >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        f"<< /Length {len(stream)} >>\nstream\n".encode() + stream + b"\nendstream",
        *(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {size}] /Contents 4 0 R"
            f" /Resources << /Font << /F1 3 0 R >> >> >>".encode()
            for _ in range(pages)
        ),
    ]
    body, places = b"%PDF-1.4\n", []
    for number, written in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n".encode() + written + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF".encode()
    return body + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode() + table + end


@pytest.mark.parametrize(("orientation", "size"), [(1, (120, 60)), (3, (120, 60)), (6, (60, 120)), (7, (60, 120))])
async def test_a_picture_is_shown_as_its_orientation_says(
    tmp_path: Path, orientation: int, size: tuple[int, int]
) -> None:
    tags = Image.Exif()
    tags[0x0112] = orientation
    flag().save(tmp_path / "a.jpg", exif=tags, quality=95)
    info, still = await info_of(tmp_path / "a.jpg", tmp_path)
    assert (info.kind, info.video and (info.video.width, info.video.height)) == ("image", size)
    assert info.image is not None
    assert info.image.orientation == orientation
    assert still is not None
    with Image.open(still) as shown:
        assert shown.size == size
        ends = [shown.getpixel(place) for place in ((3, 3), (size[0] - 4, size[1] - 4))]
        reds = [pixel[0] > 150 for pixel in ends if isinstance(pixel, tuple)]
    assert reds == {1: [True, False], 3: [False, True], 6: [True, False], 7: [False, True]}[orientation]
    assert any(note.code == "mirrored" for note in info.notes) == (orientation == 7)


async def test_colours_and_alpha(tmp_path: Path) -> None:
    flag().save(tmp_path / "a.png")
    info, _ = await info_of(tmp_path / "a.png", tmp_path)
    assert info.image is not None
    assert not info.image.alpha
    first, second = info.image.palette[:2]
    assert (first.rgb, second.rgb) == ("#dc1e28", "#1428c8")
    assert first.share == pytest.approx(2 / 3, abs=0.05)
    clear = flag().convert("RGBA")
    clear.putalpha(Image.fromarray(np.repeat(np.array([[255, 0]], np.uint8), [80, 40], axis=1).repeat(60, 0)))
    clear.save(tmp_path / "logo.webp", lossless=True)
    info, _ = await info_of(tmp_path / "logo.webp", tmp_path)
    assert info.image is not None
    assert info.image.alpha
    assert [colour.rgb for colour in info.image.palette if colour.share > 0.2] == ["#dc1e28"]


async def test_faces_of_a_still(tmp_path: Path) -> None:
    info, _ = await info_of(PORTRAIT, tmp_path)
    assert info.image is not None
    (face,) = info.image.faces
    assert 0.2 < face.x < 0.35
    assert 0.4 < face.width < 0.6


async def test_an_animation_is_counted_and_shows_its_first_frame(tmp_path: Path) -> None:
    frames = [flag().rotate(90 * n) for n in range(5)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:], duration=200)
    info, still = await info_of(tmp_path / "a.gif", tmp_path)
    assert info.image is not None
    assert (info.image.frames, info.image.seconds) == (5, 1.0)
    assert still is not None
    assert [note.code for note in info.notes] == ["animated"]


def png_bomb(side: int) -> bytes:
    """A picture of side x side pixels, all zero, as a few kilobytes."""
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))]
    packer = zlib.compressobj(9)
    row = bytes(1 + 3 * side)
    data = b"".join(packer.compress(row) for _ in range(64)) + packer.flush()
    chunks += [(b"IDAT", data), (b"IEND", b"")]
    written = b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + written


def gif_bomb(side: int, frames: int) -> bytes:
    """Frames of one empty block each."""
    head = b"GIF89a" + struct.pack("<HHBBB", side, side, 0x80, 0, 0) + bytes(6)
    frame = (
        b"!\xf9\x04\x00\x01\x00\x00\x00" + b"," + struct.pack("<HHHHB", 0, 0, side, side, 0) + b"\x02\x02\x4c\x01\x00"
    )
    return head + frame * frames + b";"


async def test_bombs_are_refused_before_they_go_off(tmp_path: Path) -> None:
    bombs = {"huge.png": png_bomb(30_000), "long.gif": gif_bomb(4000, 10_000), "few.gif": gif_bomb(4000, 200)}
    for name, data in bombs.items():
        (tmp_path / name).write_bytes(data)
        soon, began = slack(5), time.monotonic()
        with pytest.raises(BadMedia) as caught:
            await info_of(tmp_path / name, tmp_path)
        assert caught.value.code == "media_too_complex", name
        assert time.monotonic() - began < soon
    with pytest.raises(BadMedia, match="120x60"):
        flag().save(tmp_path / "a.png")
        await info_of(tmp_path / "a.png", tmp_path, Bounds(max_pixels=7000))


async def test_damaged_pictures_say_so(tmp_path: Path) -> None:
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (90, 90, 3), np.uint8)).save(tmp_path / "a.png")
    whole = (tmp_path / "a.png").read_bytes()
    for name, data, code in (
        ("cut.png", whole[: len(whole) // 2], "media_truncated"),
        ("junk.png", whole[:8] + b"\0" * 400, "media_unsupported"),
        ("junk.gif", b"GIF89a" + b"\xff" * 50, "media_unsupported"),
    ):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(BadMedia) as caught:
            await info_of(tmp_path / name, tmp_path)
        assert caught.value.code == code, name


def test_counting_frames_stops_behind_the_limit() -> None:
    data = gif_bomb(10, 3 * MOST_FRAMES)
    place = [0]

    def read(count: int) -> bytes:
        place[0] += count
        return data[place[0] - count : place[0]]

    frames, _ = gif_frames(read, MOST_FRAMES)
    assert frames == MOST_FRAMES + 1
    assert place[0] < len(data) / 2


async def test_pages_sizes_and_words_of_a_pdf(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf(3))
    found, still = await look_at_document(tmp_path / "a.pdf", tmp_path)
    assert (found.pages, found.sizes, found.texts) == (3, ((612.0, 792.0),) * 3, ("Hello pages",) * 3)
    assert still is not None
    with Image.open(still) as shown:
        assert shown.size == (495, 640)
        assert int(np.asarray(shown).min()) < 100, "the words are drawn"


async def test_hostile_documents(tmp_path: Path) -> None:
    (tmp_path / "many.pdf").write_bytes(pdf(2500))
    (tmp_path / "wide.pdf").write_bytes(pdf(1, size="9999999 14"))
    (tmp_path / "junk.pdf").write_bytes(b"%PDF-1.7\n" + b"\xff" * 4000)
    (tmp_path / "none.pdf").write_bytes(pdf(0))
    codes = {}
    for name in ("many", "junk", "none"):
        found, _ = await look_at_document(tmp_path / f"{name}.pdf", tmp_path)
        with pytest.raises(BadMedia) as caught:
            refuse(found)
        codes[name] = caught.value.code
    assert codes == {"many": "media_too_complex", "junk": "media_unsupported", "none": "media_unsupported"}
    found, still = await look_at_document(tmp_path / "wide.pdf", tmp_path)
    assert found.pages == 1
    assert still is None or still.stat().st_size < 100_000
    with pytest.raises(BadMedia, match="password"):
        refuse(DocumentFound(problem="locked"))


async def test_the_probe_takes_only_what_was_asked_for(make_infra: MakeInfra, tmp_path: Path) -> None:
    flag().save(tmp_path / "a.png")
    (tmp_path / "a.pdf").write_bytes(pdf(2, "Budget"))
    await clip(tmp_path / "tone.m4a", seconds=1, picture="")
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04" + b"\0" * 600)
    (tmp_path / "a.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    infra = await make_infra("analyzer")
    async with analyzer(infra) as stage:

        async def ask(name: str, kinds: tuple[str, ...]) -> MediaProbed | StepFailed:
            media = await stage.upload(tmp_path / name)
            answer = await stage.ask(ProbeMedia.model_validate({"asset_id": "a", "media": media, "kinds": kinds}))
            return {"MediaProbed": MediaProbed, "StepFailed": StepFailed}[answer.name].model_validate(answer.data)

        kinds = {name: await ask(name, KINDS) for name in ("a.png", "a.pdf", "tone.m4a")}
        assert [f.info.kind for f in kinds.values() if isinstance(f, MediaProbed)] == ["image", "document", "audio"]
        document = kinds["a.pdf"]
        assert isinstance(document, MediaProbed)
        assert document.info.document is not None
        assert document.info.document.text is not None
        assert json.loads(await infra.blobs.get_bytes(document.info.document.text)) == ["Budget", "Budget"]
        refused = [await ask(name, KINDS) for name in ("a.zip", "a.svg")]
        refused += [await ask(name, ("video",)) for name in ("a.png", "a.pdf", "tone.m4a")]
        assert [f.code for f in refused if isinstance(f, StepFailed)] == ["media_unsupported"] * 4 + ["media_no_video"]


@pytest.mark.parametrize("ending", ["gif", "webp", "png"])
async def test_an_animation_lasts_as_long_as_its_frames_say(tmp_path: Path, ending: str) -> None:
    frames = [Image.fromarray(np.roll(np.asarray(flag()), shift, 1)) for shift in range(0, 120, 20)]
    path = tmp_path / f"moving.{ending}"
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=[200, 300, 200, 300, 200, 300])
    info, _ = await info_of(path, tmp_path)
    assert info.image and (info.image.frames, info.image.seconds) == (6, 1.5)
    frames[0].save(path)
    info, _ = await info_of(path, tmp_path)
    assert info.image and (info.image.frames, info.image.seconds) == (1, 0)


async def test_sixteen_bits_of_grey_are_not_clipped(tmp_path: Path) -> None:
    deep = np.repeat(np.repeat(np.array([[0, 16384, 32768, 65535]], np.uint16), 50, axis=1), 100, axis=0)
    Image.fromarray(deep).save(tmp_path / "deep.png")
    info, _ = await info_of(tmp_path / "deep.png", tmp_path)
    assert info.image and info.video and info.video.pixel_format == "gray16"
    assert {colour.rgb for colour in info.image.palette} >= {"#000000", "#404040", "#808080", "#ffffff"}


async def test_pages_behind_the_most_text_are_not_read(tmp_path: Path) -> None:
    """1500 pages of 50,000 letters each would take half a minute."""
    (tmp_path / "long.pdf").write_bytes(pdf(1500, "abcdefgh " * 5000))
    soon, started = slack(12), time.monotonic()
    found, _ = await look_at_document(tmp_path / "long.pdf", tmp_path)
    assert (found.pages, len(found.texts), found.cut) == (1500, 1500, True)
    assert sum(map(len, found.texts)) <= MOST_CHARACTERS and not found.texts[-1]
    assert time.monotonic() - started < soon


async def test_what_is_wrong_with_a_picture_has_a_remedy_for_pictures(tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    with pytest.raises(BadMedia) as caught:
        await info_of(tmp_path / "broken.png", tmp_path)
    assert "mp4" not in caught.value.remedy and "video" not in caught.value.message
    flag().save(tmp_path / "large.png")
    with pytest.raises(BadMedia) as caught:
        await info_of(tmp_path / "large.png", tmp_path, Bounds(max_pixels=100))
    assert "smaller" in caught.value.remedy and "streams" not in caught.value.remedy
    with pytest.raises(BadMedia) as caught:
        refuse(DocumentFound(pages=5000, problem="pages"))
    assert "Split" in caught.value.remedy


async def test_a_picture_and_a_document_are_analysed_at_a_look(make_infra: MakeInfra, tmp_path: Path) -> None:
    flag().save(tmp_path / "flag.png")
    (tmp_path / "two.pdf").write_bytes(pdf(2))
    async with analyzer(await make_infra("analyzer")) as stage:
        found: list[Analysis] = []
        for name, content_type in (("flag.png", "image/png"), ("two.pdf", "application/pdf")):
            media = await stage.upload(tmp_path / name, content_type)
            answer = await stage.ask(AnalyzeMedia(asset_id="a", media=media))
            assert answer.name == "MediaAnalyzed", answer.data
            found.append(await stage.document(MediaAnalyzed.model_validate(answer.data).analysis))
    picture, document = found
    assert picture.media.image and picture.media.image.palette[0].rgb == "#dc1e28" and picture.thumbnail
    assert document.media.document and document.media.document.pages == 2 and document.thumbnail
    assert not picture.missing and not document.missing and not picture.shots and picture.transcript.captions == ()


async def test_a_palette_names_no_colour_twice(tmp_path: Path) -> None:
    grainy = np.asarray(flag()).astype(np.int16) + np.random.default_rng(1).integers(-4, 5, (60, 120, 3))
    Image.fromarray(grainy.clip(0, 255).astype(np.uint8)).save(tmp_path / "grain.png")
    info, _ = await info_of(tmp_path / "grain.png", tmp_path)
    assert info.image
    first, second = info.image.palette
    assert (first.share, second.share) == pytest.approx((2 / 3, 1 / 3), abs=0.01)
