"""Child program: speak lines with espeak-ng through its C interface. Run by path: ``speak.py OUT.pcm RATE VOICE``.

The library keeps global state, hangs when it is opened twice, and is under the GPL: so it lives in a process of its
own, which ends with its work. Lines come as a JSON array on stdin; mono 16-bit PCM goes to OUT.pcm; stdout gets one
JSON object ``{rate, lines: [{samples, words: [[characters_before, length, start_ms, end_ms]...]}...]}``, with times
from the start of the line.
"""

import ctypes
import json
import sys

import espeakng_loader

_RETRIEVAL, _PHONEME_EVENTS, _DONT_EXIT = 1, 1, 0x8000
_UTF8, _POSITION_CHARACTER, _PARAMETER_RATE = 1, 1, 1
_WORD, _END, _PHONEME = 1, 5, 7


class _Id(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("uid", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Id),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class Voice:
    """The one open library: collects samples and events of the line being spoken."""

    def __init__(self, voice: str, words_per_minute: int) -> None:
        """Open the library with one of its voices at a speaking rate."""
        self.pcm = bytearray()
        self.events: list[tuple[int, int, int, int, bytes]] = []
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path().encode()
        self.rate = int(self._library.espeak_Initialize(_RETRIEVAL, 200, data, _PHONEME_EVENTS | _DONT_EXIT))
        if self.rate <= 0 or self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            sys.exit(f"espeak-ng cannot open the voice {voice}")
        self._library.espeak_SetParameter(_PARAMETER_RATE, words_per_minute, 0)
        self._callback = _Callback(self._take)
        self._library.espeak_SetSynthCallback(self._callback)

    def _take(self, wav, count, events) -> int:  # type: ignore[no-untyped-def] # ctypes pointers
        if wav and count > 0:
            self.pcm += ctypes.string_at(wav, count * 2)
        index = 0
        while events and events[index].type != 0:
            event = events[index]
            self.events.append((event.type, event.text_position, event.length, event.audio_position, event.id.string))
            index += 1
        return 0

    def say(self, line: str) -> dict[str, object]:
        """Speak one line; return its number of samples and its words."""
        self.events.clear()
        before = len(self.pcm)
        data = line.encode()
        self._library.espeak_Synth(data, len(data) + 1, 0, _POSITION_CHARACTER, 0, _UTF8, None, None)
        self._library.espeak_Synchronize()
        return {"samples": (len(self.pcm) - before) // 2, "words": self._words()}

    def _words(self) -> list[list[int]]:
        """A word lasts until its last sound ends: at the pause after it, else at the next word."""
        words: list[list[int]] = []
        for kind, position, length, at, sound in self.events:
            pause = kind == _PHONEME and sound.startswith(b"_")
            if words and words[-1][3] < 0 and (pause or kind in (_WORD, _END)):
                words[-1][3] = at
            if kind == _WORD:
                words.append([position - 1, length, at, -1])
        return words


def main() -> None:
    """Speak all lines of stdin."""
    path, words_per_minute, name = sys.argv[1:4]
    voice = Voice(name, int(words_per_minute))
    lines = [voice.say(line) for line in json.load(sys.stdin)]
    with open(path, "wb") as out:  # noqa: PTH123 no other import is needed here
        out.write(voice.pcm)
    json.dump({"rate": voice.rate, "lines": lines}, sys.stdout)


if __name__ == "__main__":
    main()
