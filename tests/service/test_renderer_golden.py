"""Every effect, transition and overlay against a picture that somebody looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from services.renderer.domain.effects import DRAWN
from services.renderer.tools.transitions import XFADES
from shared.contracts.speech import Caption, Word
from shared.contracts.timeline import CaptionStyle, Output, RenderOptions
from tests.service.renderer_footage import Footage, Grey, clip, pictures, rendered, timeline
from tests.service.renderer_golden import FRAMES, SIZE, held, logo, scene

EFFECTS: dict[str, dict[str, Any]] = {
    "zoom": {"from": 1.0, "to": 1.8},
    "zoom_out": {"from": 2.0, "to": 1.0, "ease": "ease_out"},
    "punch_in": {"scale": 1.6, "at": [0.2], "x": 0.3},
    "ken_burns": {"from_scale": 1.5, "from_x": 0.2, "to_scale": 1.5, "to_x": 0.8},
    "shake": {"strength": 0.06, "seed": 3},
    "fade_in": {"duration": 1.0},
    "fade_out": {"duration": 0.8, "colour": "#ffffff"},
    "blur": {"amount": 0.6},
    "vignette": {"strength": 0.8},
    "adjust": {"brightness": 0.05, "contrast": 1.3, "saturation": 0.4, "temperature": 0.7},
    "lut": {"look": "teal_orange"},
    "chroma_key": {"colour": "#14c828", "similarity": 0.1, "background": "#ff00ff"},
    "mirror": {},
}
LOOKS = ("warm", "cool", "noir", "sepia", "faded")


async def drawn(folder: Path, footage: dict[str, Footage], clips: list[Any], **more: Any) -> Grey:
    made = timeline(footage, clips, "25/1", **more)
    plain = RenderOptions(captions=False, loudness=None)
    (film,) = await rendered(
        folder / "out", made, footage, Output(name="o", width=SIZE[0], height=SIZE[1]), options=plain
    )
    return await pictures(film.file, SIZE, "rgb24")


async def test_every_effect_looks_as_it_did(tmp_path: Path) -> None:
    assert set(EFFECTS) == set(DRAWN)
    footage = {"a": await scene(tmp_path, "a", (240, 220, 60), 120)}
    wanted = [(f"effect_{n}", {"name": n, "parameters": p}) for n, p in EFFECTS.items()]
    wanted += [(f"look_{look}", {"name": "lut", "parameters": {"look": look}}) for look in LOOKS]
    clips = [clip(i, 0, 0.8, effects=[effect]) for i, (_, effect) in enumerate(wanted)]
    frames = await drawn(tmp_path, footage, clips)
    for place, (name, _) in enumerate(wanted):
        held(name, frames[place * 20 + 12])


async def test_every_transition_looks_as_it_did(tmp_path: Path) -> None:
    footage = {
        "a": await scene(tmp_path, "a", (240, 220, 60), 120),
        "b": await scene(tmp_path, "b", (60, 90, 240), 20),
    }
    clips = [clip(0, 0, 1, "a")]
    for number, kind in enumerate(XFADES):
        clips.append(clip(number + 1, 0, 1, "ba"[number % 2], transition_in={"kind": kind, "frames": 10}))
    frames = await drawn(tmp_path, footage, clips)
    assert len(frames) == FRAMES + len(XFADES) * (FRAMES - 10)
    for number, kind in enumerate(XFADES):
        # A dip is all black or white in its middle: it is looked at on its way there.
        held(f"transition_{kind}", frames[(number + 1) * (FRAMES - 10) + (1 if kind.startswith("dip") else 3)])


SAID = {
    "plain": "Quick brown foxes",
    "boxed": "Привет, Ελλάδα!",
    "highlight": "שלום (עולם) יפה.",
    "karaoke": "مرحبا بالعالم الجميل",
    "pop": "你好 日本語 한국어",
    "one_word": "Great 😀 job",
}


@pytest.mark.parametrize("style", SAID)
async def test_every_caption_style_looks_as_it_did_in_every_writing(tmp_path: Path, style: str) -> None:
    footage = {"a": await scene(tmp_path, "a", (240, 220, 60), 120)}
    words = tuple(Word(text=w, start=i * 0.28, end=i * 0.28 + 0.28) for i, w in enumerate(SAID[style].split()))
    said = Caption(text=SAID[style], start=0, end=0.84, words=words)
    made = timeline(footage, [clip(0, 0, 0.84, captions=[said])], "25/1")
    look = CaptionStyle.model_validate({"name": style, "size": 1.5})
    options = RenderOptions(captions=True, caption_style=look, loudness=None)
    output = Output(name="o", width=SIZE[0], height=SIZE[1])
    (film,) = await rendered(tmp_path / "out", made, footage, output, options=options)
    assert not [f for f in film.check.findings if f.code == "glyphs_missing"]
    held(f"captions_{style}", (await pictures(film.file, SIZE, "rgb24"))[10])


def keys(*points: tuple[int, float, str]) -> list[dict[str, Any]]:
    return [{"frame": frame, "value": value, "ease": ease} for frame, value, ease in points]


def overlays(footage: dict[str, Footage]) -> dict[str, list[dict[str, Any]]]:
    def shown(source: str, **more: Any) -> dict[str, Any]:
        made = timeline(footage, [clip(9, 0, 0.8, source, **more)])
        return made.video[0].model_dump(mode="json")

    keyed = {"name": "chroma_key", "parameters": {"colour": "#14c828", "similarity": 0.1}}
    return {
        "text": [{"text": {"text": "Hello {\\b1}\nsecond", "size": 0.14}, "y": 0.3}],
        "text_boxed": [{"text": {"text": "Boxed", "box": "#cc0033", "size": 0.2}, "rotation": -15}],
        "text_bounces": [{"text": {"text": "Drop", "size": 0.2}, "y": keys((0, -0.2, "bounce"), (18, 0.5, "linear"))}],
        "shapes": [
            {"shape": {"kind": "rounded", "colour": "#2060ff"}, "x": 0.2, "y": 0.3, "width": 0.3, "height": 0.3},
            {"shape": {"kind": "ellipse", "colour": "#ff6020"}, "width": 0.2, "height": 0.4, "opacity": 0.6},
            {"shape": {"kind": "arrow"}, "x": 0.8, "y": 0.7, "width": 0.3, "height": 0.2, "rotation": 30},
        ],
        "logo": [{"clip": shown("logo"), "x": 0.8, "y": 0.25, "width": 0.3}],
        "logo_moves": [
            {"clip": shown("logo"), "width": 0.4, "x": keys((0, 0.1, "cubic_in_out"), (19, 0.9, "linear")),
             "rotation": keys((0, 0, "linear"), (19, 90, "linear")),
             "scale": keys((0, 0.2, "back"), (15, 1, "linear"))},
        ],
        "logo_fades": [{"clip": shown("logo"), "width": 0.5, "opacity": keys((0, 0, "linear"), (19, 1, "linear"))}],
        "picture_in_picture": [{"clip": shown("b"), "x": 0.75, "y": 0.7, "width": 0.4}],
        "split_two": [
            {"clip": shown("a"), "x": 0.25, "width": 0.5, "height": 1.0},
            {"clip": shown("b"), "x": 0.75, "width": 0.5, "height": 1.0},
        ],
        "split_four": [
            {"clip": shown("ab"[i % 2]), "x": x, "y": y, "width": 0.5, "height": 0.5}
            for i, (x, y) in enumerate(((0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)))
        ],
        "keyed": [{"clip": shown("b", effects=[keyed]), "width": 0.7, "rotation": 10}],
        "layers": [
            {"shape": {"colour": "#000000"}, "y": 0.85, "width": 1.0, "height": 0.3, "opacity": 0.7},
            {"clip": shown("logo"), "x": 0.12, "y": 0.85, "width": 0.2},
            {"text": {"text": "Lower third", "align": "left", "size": 0.12}, "x": 0.25, "y": 0.85},
        ],
    }  # fmt: skip


async def test_every_overlay_looks_as_it_did(tmp_path: Path) -> None:
    footage = {
        "a": await scene(tmp_path, "a", (240, 220, 60), 120),
        "b": await scene(tmp_path, "b", (60, 90, 240), 20),
        "logo": logo(tmp_path),
    }
    wanted = overlays(footage)
    laid = [
        {"id": f"{name}{i}", "start": place * 20, "frames": 20, **overlay}
        for place, (name, group) in enumerate(wanted.items())
        for i, overlay in enumerate(group)
    ]
    clips = [clip(i, 0, 0.8) for i in range(len(wanted))]
    still = clip(99, 0, 0.8, "logo", effects=[{"name": "ken_burns"}])
    frames = await drawn(tmp_path, footage, [*clips, still], overlays=laid)
    for place, name in enumerate([*(f"overlay_{name}" for name in wanted), "still_ken_burns"]):
        held(name, frames[place * 20 + 12])
