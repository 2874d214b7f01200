"""What it means that a speech model on this machine gave no words."""

from __future__ import annotations

import pytest

from services.analyzer.domain.unheard import damaged, failed, of_ending, of_loading, out_of_memory, unknown_language


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MemoryError(), "speech_memory"),
        (RuntimeError("mkl_malloc: failed to allocate memory"), "speech_memory"),
        (RuntimeError("std::bad_alloc"), "speech_memory"),
        (RuntimeError("CUDA failed with error out of memory"), "speech_memory"),
        (ImportError("libctranslate2.so: failed to map segment from shared object"), "speech_memory"),
        (
            ValueError("Requested float16 compute type, but the target device does not support it"),
            "speech_device_unusable",
        ),
        (RuntimeError("CUDA driver version is insufficient for CUDA runtime version"), "speech_device_unusable"),
        (RuntimeError("Library libcublas.so.12 is not found or cannot be loaded"), "speech_device_unusable"),
        (RuntimeError("File model.bin is incomplete: failed to read a buffer of size 4"), "speech_model_damaged"),
        (Exception("expected value at line 1 column 1"), "speech_model_damaged"),
    ],
)
def test_why_a_model_cannot_be_loaded(error: Exception, code: str) -> None:
    assert of_loading("tiny", error).code == code


@pytest.mark.parametrize(
    ("reason", "status", "said", "code"),
    [
        ("signal", -9, "", "speech_memory"),
        ("signal", -6, "terminate called after throwing an instance of 'std::bad_alloc'", "speech_memory"),
        ("exit", 1, "numpy.core._exceptions._ArrayMemoryError: Unable to allocate 3 GiB", "speech_memory"),
        ("signal", -11, "", "speech_model_failed"),
        ("wall_limit", 0, "no answer in 900 s", "speech_model_failed"),
    ],
)
def test_why_its_process_ended(reason: str, status: int, said: str, code: str) -> None:
    found = of_ending("tiny", reason, status, said)
    assert found.code == code and "tiny" in found.reason and found.remedy


def test_each_says_what_to_do_on_one_line_of_bounded_length() -> None:
    for found in (
        out_of_memory("m"),
        damaged("m", "x\n" * 9999),
        failed("m", "y" * 9999),
        unknown_language("m", "tlh", 99),
    ):
        assert found.remedy and len(found.reason) < 400 and "\n" not in found.reason
