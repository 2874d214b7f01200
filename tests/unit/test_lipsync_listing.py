"""Reading what ffmpeg tells of an input."""

from __future__ import annotations

import pytest

from services.lipsync.domain.listing import duration

LOG = """Input #0, mov,mp4,m4a,3gp,3g2,mj2, from 'file:picture.mp4':
  Metadata:
    title           : a film
                    :   Duration: 09:00:00.00
  Duration: {0}, start: 0.000000, bitrate: 197 kb/s
  Stream #0:0[0x1](und): Video: h264 (High) (avc1 / 0x31637661), yuv420p(progressive), 160x90, 25 fps (default)
"""


@pytest.mark.parametrize(("told", "seconds"), [("00:00:02.00", 2.0), ("01:02:03.45", 3723.45), ("N/A", None)])
def test_the_length_is_read(told: str, seconds: float | None) -> None:
    assert duration(LOG.format(told)) == seconds
