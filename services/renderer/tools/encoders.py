"""Which encoder draws an output: software, or hardware that has proved on this machine that it works."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from services.renderer.domain import ladder
from services.renderer.domain.formats import Option, hardware_options, picture_options
from services.renderer.settings import RendererSettings
from shared import log
from shared.contracts.timeline import Output, VideoCodec
from shared.process import Limits, ProcessFailed, ffmpeg_path, run

FAMILIES = ("nvenc", "qsv", "vaapi", "videotoolbox")
_works: dict[tuple[str, str, str], bool] = {}
logger = log.get(__name__)
Hardware = Mapping[VideoCodec, str]
"""The family of the hardware encoder by codec; what is not there is encoded by software."""


async def hardware(settings: RendererSettings, codecs: frozenset[VideoCodec]) -> Hardware:
    """Return the hardware that can be used for ``codecs``: each was made to encode one frame, once a process."""
    wanted = {"software": (), "auto": FAMILIES}.get(settings.encoder, (settings.encoder,))
    found: dict[VideoCodec, str] = {}
    for codec in sorted(codecs):
        family = None
        for candidate in wanted:
            if family is None and await _tried(settings, codec, candidate):
                family = candidate
        if family is not None:
            found[codec] = family
        elif settings.encoder not in ("software", "auto"):
            logger.warning("encoder.falls_back", codec=codec, wanted=settings.encoder)
    return found


def encoder(settings: RendererSettings, output: Output, rate: str, family: str | None = None) -> dict[str, Option]:
    """Return the encoder's options: the same for every chunk, so that they can be joined by stream copy."""
    crf = settings.draft_crf if output.draft else settings.crf
    preset = settings.draft_preset if output.draft else settings.preset
    between = ladder.KEY_FRAMES_S if output.hls else Fraction(settings.keyframe_seconds)
    keyframe = max(1, round(Fraction(rate) * between))
    threads = settings.chunk_threads()
    options = hardware_options(output, family, crf=crf, keyframe=keyframe) if family else None
    if options is None:
        options = picture_options(output, crf=crf, preset=preset, keyframe=keyframe, threads=threads)
    if output.hls:
        most = ladder.most_bits(output, rate)
        options = {**options, "maxrate": most, "bufsize": 2 * most}
    return {**options, "video_track_timescale": timescale(rate)}


def uploads(family: str | None) -> bool:
    """Tell whether frames have to be moved to the device before they are encoded."""
    return family == "vaapi"


def device(settings: RendererSettings, families: frozenset[str]) -> list[str]:
    """Return ffmpeg's arguments that open the device which the hardware needs."""
    return ["-vaapi_device", str(settings.device)] if "vaapi" in families else []


def forget(families: Hardware) -> None:
    """Try this hardware again before it is used next: it failed at work."""
    for codec, family in families.items():
        _works.pop((ffmpeg_path(), codec, family), None)


def timescale(rate: str) -> int:
    """Return ticks a second in which a frame of ``rate`` is a whole number, at least 10,000 of them."""
    ticks = Fraction(rate).numerator
    while ticks < 10_000:
        ticks *= 2
    return ticks


async def _tried(settings: RendererSettings, codec: VideoCodec, family: str) -> bool:
    key = ffmpeg_path(), codec, family
    if key not in _works:
        _works[key] = await _encodes(settings, codec, family)
    return _works[key]


async def _encodes(settings: RendererSettings, codec: VideoCodec, family: str) -> bool:
    """Encode one frame: that an encoder is compiled in says nothing of the machine."""
    options = encoder(settings, Output(name="probe", width=256, height=256, codec=codec), "25/1", family)
    if not str(options["vcodec"]).endswith(family) or (family == "vaapi" and not settings.device.exists()):
        return False
    options.pop("video_track_timescale")
    source = ["-f", "lavfi", "-i", "color=gray:s=256x256:r=25"]
    upload = ["-vf", "format=nv12,hwupload"] if uploads(family) else []
    flags = [word for name, value in options.items() for word in (f"-{name}", str(value))]
    head = [ffmpeg_path(), "-hide_banner", "-loglevel", "error", *device(settings, frozenset({family}))]
    try:
        await run([*head, *source, *upload, *flags, "-frames:v", "1", "-f", "null", "-"], limits=Limits(wall_s=30))
    except ProcessFailed:
        return False
    return True
