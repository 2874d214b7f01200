"""What players hold a file to: names of codecs, colours, clocks, what stands at its head, where its tracks begin."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Iterator

import pytest

from services.renderer.tools.film import Film
from shared.contracts.timeline import Output, RenderOptions
from tests.service.renderer_footage import clip, numbered, rendered, timeline

INSIDE = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts")
BT709 = struct.pack(">HHH", 1, 1, 1)
PICTURES = {"h264": b"avc1", "hevc": b"hvc1", "av1": b"av01", "prores": b"apcn"}
WANTED = [
    *(
        Output(name=codec, width=192, height=108, codec=codec)
        for codec in ("h264", "hevc", "av1", "prores", "vp9", "gif")
    ),
    Output(name="mp3", width=192, height=108, audio_codec="mp3"),
    Output(name="high", width=192, height=108, codec="prores", quality="high"),
    Output(name="sound", width=192, height=108, codec="none"),
]


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The bytes of a file of each kind, by name: 70 frames at 25 a second."""
    folder = tmp_path_factory.mktemp("players")

    async def made() -> list[Film]:
        footage = {"a": await numbered(folder, 100, "25/1")}
        edit = timeline(footage, [clip(0, 0.2, 1.8), clip(1, 2.4, 3.6)])
        return await rendered(
            folder / "out", edit, footage, *WANTED, options=RenderOptions(captions=False, loudness=None)
        )

    return {film.output.name: film.file.read_bytes() for film in asyncio.run(made())}


def boxes(data: bytes, path: str = "") -> Iterator[tuple[str, bytes]]:
    """Every box of an MP4 or QuickTime file with what is in it, in order (ISO/IEC 14496-12)."""
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        size = size or len(data) - at
        name, inside = f"{path}/{kind.decode('latin-1')}", data[at + 8 : at + size]
        yield name, inside
        if kind in INSIDE:
            yield from boxes(inside, name)
        at += size


def of(data: bytes, ending: str) -> list[bytes]:
    return [inside for name, inside in boxes(data) if name.endswith(ending)]


@pytest.mark.parametrize("name", ["h264", "hevc", "av1", "prores", "mp3", "high", "sound"])
def test_the_head_stands_before_the_pictures(films: dict[str, bytes], name: str) -> None:
    top = [path for path, _ in boxes(films[name]) if path.count("/") == 1]
    assert top[0] == "/ftyp" and top.index("/moov") < top.index("/mdat")


@pytest.mark.parametrize(("name", "tag"), [*PICTURES.items(), ("mp3", b"avc1"), ("high", b"apch")])
def test_pictures_have_the_names_and_colours_that_players_look_for(
    films: dict[str, bytes], name: str, tag: bytes
) -> None:
    entry = of(films[name], "/stsd")[0]
    assert entry[12:16] == tag
    colour = entry[entry.index(b"colr") + 4 :]
    kind = b"nclc" if name in ("prores", "high") else b"nclx"
    assert colour[:10] == kind + BT709, "not left to guessing by height"
    assert kind == b"nclc" or colour[10] >> 7 == 0, "16 to 235"


@pytest.mark.parametrize("name", ["h264", "hevc", "av1", "prores", "mp3"])
def test_every_track_begins_with_the_film_and_lasts_as_long(films: dict[str, bytes], name: str) -> None:
    (head,) = of(films[name], "/mvhd")
    clock = struct.unpack_from(">I", head, 12 if head[0] == 0 else 20)[0]
    assert clock <= 1_000_000, "32 bits hold an hour of it"
    for edit in of(films[name], "/elst"):
        count, length, begin = struct.unpack_from(">IIi", edit, 4)
        assert count == 1 and begin >= 0, "no empty edit, which some players skip"
        assert length / clock == pytest.approx(2.8, abs=0.0001)


def test_aac_says_how_much_of_it_is_priming(films: dict[str, bytes]) -> None:
    for name in ("h264", "sound"):
        edit = of(films[name], "/elst")[-1]
        assert struct.unpack_from(">i", edit, 12)[0] == 1024


def test_a_gif_goes_on_for_ever_at_its_pace(films: dict[str, bytes]) -> None:
    data = films["gif"]
    begin = data.index(b"NETSCAPE2.0")
    assert data[:6] == b"GIF89a" and struct.unpack_from("<H", data, begin + 13)[0] == 0
    at, delays = 0, []
    while (at := data.find(b"\x21\xf9\x04", at)) >= 0:
        delays.append(struct.unpack_from("<H", data, at + 4)[0])
        at += 8
    assert delays == [8] * 35, "two hundredths is the least that browsers keep to"


def elements(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The elements of a WebM file's segment, in order (RFC 8794)."""

    def number(at: int, *, keep: bool) -> tuple[int, int]:
        length = 9 - data[at].bit_length()
        value = int.from_bytes(data[at : at + length], "big")
        return (value if keep else value & (1 << 7 * length) - 1), at + length

    _, at = number(0, keep=True)
    size, at = number(at, keep=False)
    _, at = number(at + size, keep=True)
    _, at = number(at, keep=False)
    while at < len(data):
        kind, at = number(at, keep=True)
        size, at = number(at, keep=False)
        yield f"{kind:x}", data[at : at + size]
        at += size


def test_a_webm_has_its_index_before_its_pictures_and_says_its_colours(films: dict[str, bytes]) -> None:
    found = dict(reversed(list(elements(films["vp9"]))))
    order = list(reversed(found))
    cues, cluster, tracks = "1c53bb6b", "1f43b675", "1654ae6b"
    assert order.index(cues) < order.index(cluster)
    for colour in ("55b1", "55ba", "55bb"):
        assert bytes.fromhex(f"{colour}8101") in found[tracks], "BT.709"
