"""From a segment's effects on time to how its clip runs through the source. Pure and exact."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from services.gateway.domain.timeline.data import SegmentData
from shared.contracts.effects import TIME_EFFECTS, Effect, Freeze, Parameter, PunchIn, Speed, SpeedRamp
from shared.contracts.time import fraction_text
from shared.contracts.warp import Warp, output_at, stretches

SLOWEST, FASTEST = Fraction(1, 20), Fraction(20)
FINE = 10_000


@dataclass(frozen=True, slots=True)
class Pace:
    """The values of a clip: either one ``speed``, or a ``warp``; ``reverse``: backwards."""

    speed: Fraction
    warp: tuple[Warp, ...]
    reverse: bool


def pace_of(segment: SegmentData, span: Fraction) -> Pace:
    """Return how ``span`` seconds of source are run through. Speeds multiply, within 1/20 and 20."""
    effects = [Effect(name=e.name, parameters=e.parameters) for e in segment.effects if e.name in TIME_EFFECTS]
    speed, begin, end = Fraction(1), Fraction(1), Fraction(1)
    holds: list[tuple[Fraction, Fraction]] = []
    for effect in effects:
        settings = effect.settings
        if isinstance(settings, SpeedRamp):
            begin, end = begin * _exact(settings.begin), end * _exact(settings.end)
        elif isinstance(settings, Speed):
            speed *= _exact(settings.factor)
        elif isinstance(settings, Freeze):
            holds.append((min(_exact(settings.at), span), _exact(settings.duration)))
        elif effect.name == "slowmo":
            speed /= 2
    reverse = any(effect.name == "reverse" for effect in effects)
    ramp = (_bounded(speed * begin), _bounded(speed * end))
    if not holds and ramp[0] == ramp[1]:
        return Pace(ramp[0], (), reverse)
    return Pace(Fraction(1), tuple(_warps(span, ramp, sorted(holds))), reverse)


def drawn_effects(segment: SegmentData, pace: Pace, span: Fraction, start: Fraction) -> tuple[Effect, ...]:
    """Return the effects on the picture, those that follow beats or words with the moments at which they act."""
    drawn: list[Effect] = []
    for written in segment.effects:
        if written.name in TIME_EFFECTS:
            continue
        effect = Effect(name=written.name, parameters=written.parameters)
        settings = effect.settings
        if isinstance(settings, PunchIn) and settings.on != "moments":
            source = segment.beats if settings.on == "beats" else [c.start for c in segment.captions or ()]
            effect = _punched(effect, pace, span, [Fraction(repr(at)) - start for at in source][:: settings.every])
        drawn.append(effect)
    return tuple(drawn)


def _punched(effect: Effect, pace: Pace, span: Fraction, moments: Sequence[Fraction]) -> Effect:
    way = stretches(span, pace.speed, pace.warp)
    whole = way[-1].output + way[-1].running + way[-1].hold
    shown = [output_at(way, at) for at in moments if 0 <= at < span]
    at = tuple(sorted(round(float(whole - moment if pace.reverse else moment), 6) for moment in shown))
    parameters: dict[str, Parameter] = {n: v for n, v in effect.parameters.items() if n not in ("on", "every")}
    return Effect(name=effect.name, parameters=parameters | {"at": at})


def _warps(
    span: Fraction, ramp: tuple[Fraction, Fraction], holds: Sequence[tuple[Fraction, Fraction]]
) -> Iterable[Warp]:
    done, speed = Fraction(0), ramp[0]
    for at, hold in [*holds, (span, Fraction(0))]:
        square = ramp[0] ** 2 + (ramp[1] ** 2 - ramp[0] ** 2) * at / span
        there = ramp[0] if ramp[0] == ramp[1] else Fraction(sqrt(square)).limit_denominator(FINE)
        if at > done or hold:
            yield Warp(
                source=fraction_text(at - done),
                begin=fraction_text(speed),
                end=fraction_text(there),
                hold=fraction_text(hold),
            )
        done, speed = at, there


def _exact(value: float) -> Fraction:
    return Fraction(repr(value))


def _bounded(speed: Fraction) -> Fraction:
    return min(max(speed, SLOWEST), FASTEST)
