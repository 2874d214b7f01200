"""The register of effects, curves, tables of colours, and ways through a source."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.timeline.data import SegmentData
from services.gateway.domain.timeline.pace import drawn_effects, pace_of
from services.renderer.domain.cube import identity, look, mixed, parse, written
from services.renderer.domain.effects import DRAWN, filters_of
from services.renderer.domain.filters import Moment, animated_expression, eased_expression
from services.renderer.domain.stretching import stretched
from shared.contracts.easing import Ease, Keyframe, eased, value_at
from shared.contracts.effect_rules import described, faults
from shared.contracts.effects import KINDS, TIME_EFFECTS, Effect
from shared.contracts.warp import Warp, output_at, source_at, stretches
from shared.cube import text_of

EASES: tuple[Ease, ...] = Ease.__args__  # type: ignore[attr-defined]
MOMENT = Moment(0, 50, Fraction(25), 320, 180)


def worked_out(expression: str, **values: float) -> float:
    """What ffmpeg makes of an expression."""
    names: dict[str, object] = {
        "clip": lambda x, a, b: min(max(x, a), b),
        "lt": lambda a, b: float(a < b),
        "pow": pow,
        "If": lambda test, yes, no: yes if test else no,
        "sin": math.sin,
        "min": min,
    }
    return float(eval(expression.replace("if(", "If("), {"__builtins__": {}}, {**names, **values}))


def test_every_effect_is_drawn_or_runs_through_time() -> None:
    assert set(DRAWN) | TIME_EFFECTS == set(KINDS)
    for name in KINDS:
        assert faults(name, {}) == [] and described(name) is not None
        filters_of([Effect(name=name)], MOMENT)


@pytest.mark.parametrize("ease", EASES)
def test_ffmpeg_moves_by_the_same_curve(ease: Ease) -> None:
    for share in np.linspace(0, 1, 41):
        assert worked_out(eased_expression(ease, "x"), x=float(share)) == pytest.approx(
            eased(ease, float(share)), abs=1e-6
        )
    if ease != "hold":
        assert eased(ease, 0) == pytest.approx(0, abs=1e-9) and eased(ease, 1) == pytest.approx(1)


def test_keyframes_stand_still_outside_and_are_met_exactly() -> None:
    keys = (Keyframe(frame=5, value=1, ease="bounce"), Keyframe(frame=15, value=3), Keyframe(frame=20, value=2))
    assert [value_at(keys, f) for f in (0, 5, 15, 20, 99)] == [1, 1, 3, 2, 2]
    for frame in range(30):
        assert worked_out(animated_expression(keys, "n"), n=frame) == pytest.approx(value_at(keys, frame), abs=1e-5)
    for span in ((0, 3), (6, 9), (4, 16), (15, 20), (21, 25)):
        for frame in range(span[0], span[1] + 1):
            drawn = worked_out(animated_expression(keys, "n", span), n=frame)
            assert drawn == pytest.approx(value_at(keys, frame), abs=1e-5)


def test_many_keyframes_are_not_nested_deeper_than_ffmpeg_reads() -> None:
    keys = tuple(Keyframe(frame=3 * n, value=n % 7, ease=EASES[n % len(EASES)]) for n in range(100))
    text = animated_expression(keys, "n")
    depths = np.cumsum([(c == "(") - (c == ")") for c in text])
    assert depths[-1] == 0 and depths.max() < 30, "it refuses a hundred"
    for frame in range(0, 310, 7):
        assert worked_out(text, n=frame) == pytest.approx(value_at(keys, frame), abs=1e-5)


def test_faults_are_named() -> None:
    assert [f.code for f in faults("explode", {})] == ["effect_unknown"]
    assert [(f.parameter, f.code) for f in faults("zoom", {"to": 9, "spin": 1})] == [
        ("to", "parameter_range"),
        ("spin", "parameter_unknown"),
    ]
    assert [f.code for f in faults("adjust", {"contrast": float("nan")})] != []
    assert [f.parameter for f in faults("fade_in", {"colour": "red;movie=x"})] == ["colour"]


def test_a_cube_is_read_written_and_mixed() -> None:
    table = look("teal_orange")
    assert np.allclose(parse(written(table)), table, atol=1e-6)
    assert np.allclose(mixed(table, 0), identity(17)) and not np.allclose(table, identity(17))


@pytest.mark.parametrize(
    "text",
    [
        "", "LUT_3D_SIZE 2\n0 0 0", "LUT_3D_SIZE 999\n", "LUT_3D_SIZE 2\n" + "0 0\n" * 8,
        "LUT_3D_SIZE 2\n" + "nan 0 0\n" * 8,
        "LUT_3D_SIZE 2\n" + "0 0 0\n" * 9, "LUT_1D_SIZE 2\n0 0 0\n1 1 1", "movie=/etc/passwd", "LUT_3D_SIZE\n",
        "DOMAIN_MIN -1 0 0\nLUT_3D_SIZE 2\n" + "0 0 0\n" * 8,
    ],
)  # fmt: skip
def test_what_is_no_cube_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse(text)


def test_cubes_of_all_writings_are_read() -> None:
    rows = "LUT_3D_SIZE 2\r\n" + "0 0.5 1\r\n" * 8
    for before in (b"\xef\xbb\xbf", 'TITLE "Größe"\n# 映画\n'.encode(), b'TITLE "Gr\xf6\xdfe"\n'):
        assert parse(text_of(before + rows.encode())).shape == (2, 2, 2, 3)
    for data in (rows.encode("utf-16"), b"\x89PNG\r\n\x1a\n\0\0"):
        with pytest.raises(ValueError, match="no text"):
            text_of(data)


speeds = st.fractions(min_value=Fraction(1, 20), max_value=20, max_denominator=50)
warps = st.lists(
    st.builds(
        lambda s, a, b, h: Warp(source=str(s), begin=str(a), end=str(b), hold=str(h)),
        st.fractions(min_value=Fraction(1, 10), max_value=10, max_denominator=30), speeds, speeds,
        st.sampled_from([Fraction(0), Fraction(1, 3), Fraction(2)]),
    ), min_size=1, max_size=5,
)  # fmt: skip


@given(warps, st.fractions(min_value=0, max_value=1, max_denominator=97))
def test_there_and_back_through_a_warp_is_the_same_moment(made: list[Warp], share: Fraction) -> None:
    span = sum((Fraction(w.source) for w in made), Fraction(0))
    way = stretches(span, Fraction(1), made)
    at = span * share
    assert abs(source_at(way, output_at(way, at)) - at) < Fraction(1, 10**6)


def segment(*effects: object, **more: object) -> SegmentData:
    return SegmentData.model_validate({"start": 0.0, "end": 4.0, "effects": list(effects), **more})


def test_speeds_multiply_and_a_freeze_cuts_the_ramp() -> None:
    assert pace_of(segment("slowmo", {"name": "speed", "factor": 4.0}), Fraction(4)).speed == 2
    ramp, freeze = {"name": "speed_ramp", "from": 1.0, "to": 3.0}, {"name": "freeze", "at": 2.0, "duration": 1.5}
    pace = pace_of(segment(ramp, freeze, "reverse"), Fraction(4))
    assert pace.reverse and len(pace.warp) == 2
    assert sum(Fraction(w.source) for w in pace.warp) == 4
    assert pace.warp[0].end == pace.warp[1].begin and pace.warp[0].hold == "3/2"
    assert float(Fraction(pace.warp[0].end)) == pytest.approx(math.sqrt(5), abs=1e-3)


def test_punches_follow_the_beats_through_slow_motion() -> None:
    beats = [0.5, 1.0, 1.5, 2.0]
    made = segment("slowmo", {"name": "punch_in", "on": "beats", "every": 2}, beats=beats)
    pace = pace_of(made, Fraction(4))
    (punch,) = drawn_effects(made, pace, Fraction(4), Fraction(0))
    assert punch.parameters["at"] == (1.0, 3.0)


def test_stretched_sound_keeps_its_pitch_and_meets_its_length() -> None:
    t = np.arange(48000 * 2) / 48000
    source = np.repeat(np.sin(2 * np.pi * 440 * t)[:, None], 2, axis=1).astype(np.float32)
    made = [Warp(source="2/1", begin="1/2", end="3/2")]
    way = stretches(Fraction(2), Fraction(1), made)
    heard = np.concatenate(list(stretched(source, way, 96000, 48000)))
    assert heard.shape == (96000, 2)
    for begin in (12000, 60000):
        spectrum = np.abs(np.fft.rfft(heard[begin : begin + 24000, 0] * np.hanning(24000)))
        assert abs(int(np.argmax(spectrum)) * 2 - 440) <= 6
    assert 0.9 < np.abs(heard[4800:-4800]).max() < 1.1
