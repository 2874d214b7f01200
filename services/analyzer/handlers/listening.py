"""All that is heard in a medium: loudness, levels, silences, beats and words, from one decode of its sound."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from services.analyzer.domain.beats.finding import SHORTEST_S
from services.analyzer.domain.facts import FileFacts
from services.analyzer.domain.parts import BeatsFound, Found, SoundFound, SpeechFound, same_named
from services.analyzer.domain.sound.levels import MIN_SILENCE_S
from services.analyzer.engines.speech import Speech, SpeechEngine
from services.analyzer.handlers.deps import both, put_drawn, subfolder
from services.analyzer.tools import sound
from shared.blobs import Blobs
from shared.contracts.hearing import Waveform
from shared.contracts.media import MediaInfo, Note, Part, Span
from shared.contracts.speech import Transcript
from shared.log import Log
from shared.process import ProcessFailed

_REMEDY = "Export the film again with AAC sound, or send a subtitle file with it."
_UNREADABLE = Note(code="sound_unreadable", message="The sound cannot be decoded.")
_DECODING = 0.3
Reach = Callable[[str, float], None]
Keep = Callable[[Part, Found], Awaitable[None]]
"""Takes a part that is finished, while others are still being measured."""


@dataclass(frozen=True, slots=True)
class Listening:
    """One medium to listen to for what is ``wanted``; ``folder`` is for files of the work."""

    blobs: Blobs
    sha256: str
    path: Path
    facts: FileFacts
    info: MediaInfo
    engine: SpeechEngine
    language: str | None
    wanted: frozenset[Part]
    folder: Path
    tracker: sound.Tracker
    reach: Reach
    keep: Keep
    log: Log

    async def listen(self) -> dict[Part, Found]:
        """Return what is heard. Sound that cannot be decoded is a note and no failure: the pictures are still there."""
        if not self.wanted & {"sound", "beats", "speech"}:
            return {}
        if self.info.audio is None:
            return await self._silent()
        samples = self.folder / "sound.f32"
        if not self._decodes:
            return await self._words(samples)
        try:
            extracted = await self._extract(samples, self.info.audio.index)
        except ProcessFailed as failed:
            self.log.warning("sound.unreadable", error=failed.message)
            return await self._unreadable()
        (levels, beats), words = await both(self._measure(samples, extracted), self._words(samples))
        await asyncio.to_thread(samples.unlink)
        return {**levels, **beats, **words}

    @property
    def _decodes(self) -> bool:
        """Whether what is wanted needs the samples: subtitles tell the words without."""
        return bool(self.wanted & {"sound", "beats"}) or self.engine.listens

    async def _extract(self, samples: Path, index: int) -> sound.Extracted:
        duration = self.info.duration
        self.log.info("analysis.decode", what="sound", parts=sorted(self.wanted))
        return await sound.extract(
            self.path, self.facts, index, seconds=duration, target=samples,
            on_time=lambda at: self.reach("sound", self._decoding * at / duration),
        )  # fmt: skip

    @property
    def _decoding(self) -> float:
        """The share of the phase ``sound`` that the decoder takes: finding speech and pauses takes longer."""
        return _DECODING if "sound" in self.wanted else 1.0

    async def _silent(self) -> dict[Part, Found]:
        whole = Span(start=0.0, end=self.info.duration)
        silences = (whole,) if self.info.duration >= MIN_SILENCE_S else ()
        nothing = self._only({"sound": SoundFound(silences=silences), "beats": BeatsFound()})
        for part, found in nothing.items():
            await self.keep(part, found)
        return nothing | await self._words(None)

    async def _unreadable(self) -> dict[Part, Found]:
        """Nothing is known of the sound, also not that it is silent; subtitles still tell the words."""
        words = await self._words(None)
        speech = words.get("speech")
        if isinstance(speech, SpeechFound) and speech.transcript.source == "none":
            transcript = Transcript(status="failed", reason=_UNREADABLE.message, remedy=_REMEDY)
            words = {"speech": SpeechFound(transcript=transcript, failed=True)}
        nothing: dict[Part, Found] = {
            "sound": SoundFound(notes=(_UNREADABLE,), failed=True),
            "beats": BeatsFound(failed=True),
        }
        return self._only({**nothing, **words})

    def _only(self, found: dict[Part, Found]) -> dict[Part, Found]:
        return {part: result for part, result in found.items() if part in self.wanted}

    async def _measure(self, samples: Path, extracted: sound.Extracted) -> tuple[dict[Part, Found], dict[Part, Found]]:
        return await both(self._levels(samples, extracted), self._beats(samples))

    async def _levels(self, samples: Path, extracted: sound.Extracted) -> dict[Part, Found]:
        if "sound" not in self.wanted:
            return {}
        duration = self.info.duration
        levels, waveform = await both(
            sound.measure_levels(
                samples, duration, subfolder(self.folder, "levels"),
                lambda done, _: self.reach("sound", _DECODING + (1 - _DECODING) * done),
            ),
            self._waveform(samples),
        )  # fmt: skip
        self.reach("sound", 1.0)
        found = same_named(SoundFound, levels, loudness=extracted.loudness, waveform=waveform, notes=extracted.notes)
        return await self._finished("sound", found)

    async def _finished(self, part: Part, found: Found) -> dict[Part, Found]:
        await self.keep(part, found)
        return {part: found}

    async def _waveform(self, samples: Path) -> Waveform:
        swings = await sound.measure_waveform(samples, self.info.duration, subfolder(self.folder, "waveform"))
        blobs, prefix = self.blobs, f"thumbnails/{self.sha256}/waveform"
        peaks = await put_drawn(blobs, prefix, swings.peaks, "application/octet-stream")
        picture = await put_drawn(blobs, prefix, swings.picture, "image/png")
        return Waveform(peaks=peaks, picture=picture, rate=swings.found.rate, count=swings.found.count)

    async def _beats(self, samples: Path) -> dict[Part, Found]:
        if "beats" not in self.wanted:
            return {}
        if self.info.duration < SHORTEST_S:
            self.reach("beats", 1.0)
            return await self._finished("beats", BeatsFound())
        try:
            found = await sound.find_beats(
                samples, self.info.duration, subfolder(self.folder, "beats"), self.tracker,
                lambda done, _: self.reach("beats", done),
            )  # fmt: skip
        except ProcessFailed as failed:
            self.log.warning("beats.failed", error=failed.message)
            note = Note(code="beats_unknown", message="The beats could not be found.")
            return {"beats": BeatsFound(notes=(note,), failed=True)}
        self.reach("beats", 1.0)
        return await self._finished("beats", BeatsFound(beats=found))

    async def _words(self, samples: Path | None) -> dict[Part, Found]:
        if "speech" not in self.wanted:
            return {}
        speech = Speech(samples, self.info.duration, self.language, subfolder(self.folder, "words"))
        heard = await self.engine.transcribe(speech, lambda fraction, _: self.reach("words", fraction))
        self.reach("words", 1.0)
        failed = heard.transcript.status == "failed"
        found = SpeechFound(transcript=heard.transcript, marks=heard.marks, notes=heard.notes, failed=failed)
        return await self._finished("speech", found)
