"""Characters that China, Japan and Korea share are drawn as the film's language has them."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np

from shared.contracts.timeline import Output, RenderOptions
from tests.service.renderer_footage import Grey, clip, film, pictures, rendered, timeline

SHARED = "化道空食茫麻房"
SPOKEN = {"ja": "これはひらがなです", "ko": "한국어입니다", "zh": "这个头发", "za": "這個頭髮"}


async def test_one_text_has_the_shapes_of_each_language(tmp_path: Path) -> None:
    grey = np.full((20, 360, 640), 90, np.uint8).tobytes()
    footage = {"a": await film(tmp_path, grey, None, "10/1", (640, 360), "grey")}
    seen: dict[str, Grey] = {}
    for language, text in SPOKEN.items():
        captions = [{"text": SHARED, "start": 0.0, "end": 1.0}, {"text": text, "start": 1.0, "end": 2.0}]
        made = timeline(footage, [clip(0, 0, 2, captions=captions)], "10/1")
        overlay = {"id": "o", "start": 0, "frames": 10, "text": {"text": SHARED}, "x": 0.5, "y": 0.25}
        made = type(made).model_validate({**made.model_dump(), "overlays": [overlay]})
        output = Output(name=language, width=640, height=360)
        (done,) = await rendered(tmp_path / language, made, footage, output, options=RenderOptions(loudness=None))
        assert done.check.passed and not done.check.findings, done.check.findings
        seen[language] = (await pictures(done.file, (640, 360)))[5]
    for one, other in combinations(SPOKEN, 2):
        for half in (slice(0, 180), slice(180, 360)):
            differs = np.abs(seen[one][half].astype(int) - seen[other][half]) > 60
            assert differs.sum() > 20, (one, other, half)
