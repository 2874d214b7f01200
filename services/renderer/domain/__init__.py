"""Chunks, fits, sound, captions and the check as pure functions over values."""
