"""Which language a film's texts are drawn in."""

from __future__ import annotations

import pytest

from services.renderer.domain import ass
from services.renderer.domain.shapes import of_texts


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("彼は骨を直した", "ja"),
        ("カメラ", "ja"),
        ("뼈를 바로잡다 直", "ko"),
        ("他把骨头弄直了", "zh"),
        ("他把骨頭弄直了", "za"),
        ("直骨", "zh"),
        ("这是日本的の字", "ja"),
        ("这是一个很长的中文句子里面只有一个日本的假名の字而已没有别的", "zh"),
        ("plain words", ""),
        ("café — “quoted” …", ""),
        ("שלום", ""),
        ("👩‍🚀", ""),
        ("", ""),
    ],
)
def test_a_language_is_told_by_what_is_written(text: str, language: str) -> None:
    assert of_texts([text]) == language
    assert of_texts([text[:1], text[1:]]) == language, "over all texts together"


def test_the_language_stands_in_the_head_of_a_script() -> None:
    assert "Language: ja" in ass.opening(64, 36, "ja")
    assert not any(line.startswith("Language") for line in ass.opening(64, 36))
