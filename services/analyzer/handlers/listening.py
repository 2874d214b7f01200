"""All that is heard in a medium: loudness, levels, silences, beats and words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from services.analyzer.domain.beats import QUIETEST_DB, SHORTEST_S
from services.analyzer.domain.facts import FileFacts
from services.analyzer.domain.levels import FLOOR_DB, MIN_SILENCE_S
from services.analyzer.engines.speech import Speech, SpeechEngine
from services.analyzer.handlers.deps import both, subfolder
from services.analyzer.tools import sound
from shared.contracts.media import Beats, Curve, Loudness, MediaInfo, Note, Span, Transcript
from shared.log import Log
from shared.process import ProcessFailed

_REMEDY = "Export the film again with AAC sound, or send a subtitle file with it."
Reach = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Heard:
    """The results; ``notes`` say what could not be had."""

    transcript: Transcript
    silences: tuple[Span, ...] = ()
    loudness: Loudness | None = None
    energy: Curve | None = None
    beats: Beats = field(default_factory=Beats)
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Listening:
    """One medium to listen to. ``folder`` is for files of the work, ``cache`` for librosa's compiled code."""

    path: Path
    facts: FileFacts
    info: MediaInfo
    engine: SpeechEngine
    language: str | None
    folder: Path
    cache: Path
    reach: Reach
    log: Log

    async def listen(self) -> Heard:
        """Return what is heard. Sound that cannot be decoded is a note and no failure: the pictures are still there."""
        duration = self.info.duration
        samples = self.folder / "sound.f32"
        if self.info.audio is None:
            return await self._silent()
        try:
            loudness = await sound.extract(
                self.path, self.facts, self.info.audio.index, seconds=duration, target=samples,
                on_time=lambda at: self.reach("sound", at / duration),
            )  # fmt: skip
        except ProcessFailed as failed:
            self.log.warning("sound.unreadable", error=failed.message)
            return await self._unreadable()
        levels = await sound.measure_levels(samples, duration, subfolder(self.folder, "levels"))
        self.reach("sound", 1.0)
        loudest = max(levels.energy.values, default=FLOOR_DB)
        (beats, beat_notes), spoken = await both(self._beats(samples, loudest), self._words(samples))
        transcript, word_notes = spoken
        await asyncio.to_thread(samples.unlink)
        notes = (*beat_notes, *word_notes)
        return Heard(transcript, levels.silences, loudness, levels.energy, beats, notes)

    async def _silent(self) -> Heard:
        transcript, notes = await self._words(None)
        whole = Span(start=0.0, end=self.info.duration)
        return Heard(transcript, (whole,) if self.info.duration >= MIN_SILENCE_S else (), notes=notes)

    async def _unreadable(self) -> Heard:
        """Nothing is known of the sound, also not that it is silent; subtitles still tell the words."""
        transcript, notes = await self._words(None)
        if transcript.source == "none":
            transcript = Transcript(status="failed", reason="The sound cannot be decoded.", remedy=_REMEDY)
        return Heard(transcript, notes=(Note(code="sound_unreadable", message="The sound cannot be decoded."), *notes))

    async def _beats(self, samples: Path, loudest: float) -> tuple[Beats, tuple[Note, ...]]:
        if self.info.duration < SHORTEST_S or loudest < QUIETEST_DB:
            self.reach("beats", 1.0)
            return Beats(), ()
        try:
            found = await sound.find_beats(samples, self.info.duration, subfolder(self.folder, "beats"), self.cache)
        except ProcessFailed as failed:
            self.log.warning("beats.failed", error=failed.message)
            return Beats(), (Note(code="beats_unknown", message="The beats could not be found."),)
        self.reach("beats", 1.0)
        return found, ()

    async def _words(self, samples: Path | None) -> tuple[Transcript, tuple[Note, ...]]:
        speech = Speech(samples, self.info.duration, self.language, subfolder(self.folder, "words"))
        heard = await self.engine.transcribe(speech, lambda fraction, _: self.reach("words", fraction))
        self.reach("words", 1.0)
        return heard.transcript, heard.notes
