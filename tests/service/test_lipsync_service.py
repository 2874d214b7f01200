"""Lip-sync as a service: a voice over a film, or an honest refusal."""

from __future__ import annotations

import asyncio
import io
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import av
import numpy as np
import pytest

from services.lipsync.app import build
from services.lipsync.settings import LipsyncSettings
from shared.bus import LocalBus, Message
from shared.contracts.commands import SyncLips
from shared.contracts.envelope import Envelope
from shared.contracts.events import LipsSynced, StepFailed
from shared.contracts.ids import new_id
from shared.contracts.topics import LIPSYNC_COMMANDS, STEP_EVENTS
from shared.infra import Infra
from shared.messages import order
from shared.process import ffmpeg_path, run
from tests.database import MakeInfra
from tests.films import starts_with_moov
from tests.service.queue_doubles import Heard

RATE = 48000


@pytest.fixture(scope="module")
async def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of moving picture with a low hum."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    await run(
        [ffmpeg_path(), "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=2", "-f", "lavfi", "-i",
         "sine=f=110:d=2", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", str(path)]
    )  # fmt: skip
    return path


def voice(seconds: float) -> bytes:
    """A high tone as a wave file."""
    held = io.BytesIO()
    tone = (np.sin(np.arange(round(seconds * RATE)) * 2 * np.pi * 880 / RATE) * 20000).astype("<i2")
    with wave.open(held, "wb") as file:
        file.setparams((1, 2, RATE, len(tone), "NONE", ""))
        file.writeframes(tone.tobytes())
    return held.getvalue()


@asynccontextmanager
async def serving(infra: Infra, settings: LipsyncSettings) -> AsyncIterator[Heard]:
    assert isinstance(infra.bus, LocalBus)
    heard = Heard(infra.bus, STEP_EVENTS)
    service = build(settings, infra)
    await service.prepare()
    task = asyncio.create_task(service.run())
    try:
        yield heard
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def answered(
    infra: Infra, video: bytes, audio: bytes, engine: str, settings: LipsyncSettings | None = None
) -> Envelope:
    """Send one order and return its answer."""
    async with serving(infra, settings or LipsyncSettings()) as heard:
        command = SyncLips.model_validate(
            {
                "asset_id": "a",
                "video": await infra.blobs.put_bytes("ingest/film", video, "video/mp4"),
                "audio": await infra.blobs.put_bytes("ingest/voice", audio, "audio/wav"),
                "engine": engine,
            }
        )
        envelope = order("test", new_id(), command, message_id=new_id(), tenant="a")
        await infra.bus.publish([Message(LIPSYNC_COMMANDS, envelope.subject, envelope.encode())])
        (answer,) = await heard.until(lambda all_: len(all_) > 0)
        assert answer.commandid == envelope.id
        return answer


async def refused(
    infra: Infra, video: bytes, audio: bytes, engine: str = "voice_only", settings: LipsyncSettings | None = None
) -> StepFailed:
    fact = (await answered(infra, video, audio, engine, settings)).event()
    assert isinstance(fact, StepFailed)
    assert not [p for p in infra.settings.blobs_root.rglob("*") if p.is_file() and "lipsync/" in str(p)]
    assert fact.attempts == 1
    return fact


def packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(p) for p in container.demux(video=0) if p.size]


def sound(path: Path) -> tuple[np.ndarray, int, int]:
    """Samples of the first channel, the rate and the number of channels."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        blocks = [f.to_ndarray()[0] for f in container.decode(stream)]
        return np.concatenate(blocks), stream.rate, stream.channels


def pitch(samples: np.ndarray) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(samples))) * RATE / len(samples))


@pytest.mark.parametrize(("spoken", "heard_for"), [(0.8, 0.8), (3.0, 2.0)])
async def test_a_voice_takes_the_place_of_the_sound(
    make_infra: MakeInfra, film: Path, spoken: float, heard_for: float
) -> None:
    infra = await make_infra("lipsync")
    fact = (await answered(infra, film.read_bytes(), voice(spoken), "voice_only")).event()
    assert isinstance(fact, LipsSynced)
    assert fact.engine == "voice_only"
    async with infra.blobs.local(fact.video) as path:
        assert starts_with_moov(path)
        assert packets(path) == packets(film)
        samples, rate, channels = sound(path)
    assert (rate, channels) == (RATE, 2)
    assert len(samples) / rate == pytest.approx(2.0, abs=0.03)
    loud = samples[: round((heard_for - 0.05) * RATE)]
    assert pitch(loud) == pytest.approx(880, abs=3)
    after = samples[round((heard_for + 0.05) * RATE) :]
    assert not len(after) or np.abs(after).max() < 0.01
    row = await infra.pool.fetchrow("select engine, video_key from syncs")
    assert tuple(row or ()) == ("voice_only", fact.video.key)


@pytest.mark.parametrize("engine", ["auto", "sync", "local", "wav2lip"])
async def test_an_engine_that_is_not_here_is_refused_and_another_named(
    make_infra: MakeInfra, film: Path, engine: str
) -> None:
    fact = await refused(await make_infra("lipsync"), film.read_bytes(), voice(0.5), engine)
    assert fact.code == "engine_unavailable"
    assert "voice_only" in fact.remedy


async def test_a_voice_is_no_film(make_infra: MakeInfra) -> None:
    assert (await refused(await make_infra("lipsync"), voice(0.5), voice(0.5))).code == "media_no_video"


async def test_a_silent_film_is_no_voice(make_infra: MakeInfra, film: Path, tmp_path: Path) -> None:
    silent = tmp_path / "silent.mp4"
    await run([ffmpeg_path(), "-loglevel", "error", "-i", str(film), "-an", "-c", "copy", str(silent)])
    fact = await refused(await make_infra("lipsync"), film.read_bytes(), silent.read_bytes())
    assert fact.code == "media_no_audio"


async def test_a_playlist_is_not_followed(make_infra: MakeInfra, film: Path, tmp_path: Path) -> None:
    playlist = f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{film}\n#EXT-X-ENDLIST\n".encode()
    fact = await refused(await make_infra("lipsync"), playlist, voice(0.5))
    assert fact.code == "media_unsupported"


async def test_a_film_that_is_too_long_is_refused(make_infra: MakeInfra, film: Path) -> None:
    limits = LipsyncSettings(max_seconds=1.0)
    fact = await refused(await make_infra("lipsync"), film.read_bytes(), voice(0.5), settings=limits)
    assert fact.code == "media_too_long"
