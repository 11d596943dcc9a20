"""Sound files of the telephone: WAV at 8 kHz, A-law, mu-law or PCM, one channel."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from attrs import frozen

from ivr.kernel.errors import HotlineError
from ivr.speech.recogniser import RATE

MAX_FILE: Final = 32 * 1024 * 1024  # bytes: half an hour; longer is no utterance
_PCM, _ALAW, _ULAW, _EXTENSIBLE = 1, 6, 7, 0xFFFE
_CHUNK: Final = struct.Struct("<4sI")
_FORMAT: Final = struct.Struct("<HHIIHH")
_SUBFORMAT: Final = 24  # where an extensible format keeps what it really is


class BadAudio(HotlineError):
    """A file that can not be heard; the message says why, in Chinese."""

    id = "bad-audio"


@frozen
class _Format:
    coding: int
    bits: int


def read_wave(path: Path) -> bytes:
    """The sound as signed 16-bit little-endian samples at 8 kHz. Raises `BadAudio`."""
    try:
        if path.stat().st_size > MAX_FILE:
            raise BadAudio(f"{path.name} 太大，不是一句话的录音")
        content = path.read_bytes()
    except (OSError, ValueError) as why:
        raise BadAudio(f"读不了 {path.name}：{getattr(why, 'strerror', None) or why}") from why
    return decoded(content)


def decoded(content: bytes) -> bytes:
    """The same, of a file's content; what a cut-off file still has is taken."""
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        raise BadAudio("不是WAV文件")
    chunks = _chunks(content)
    if b"fmt " not in chunks or b"data" not in chunks:
        raise BadAudio("WAV文件不完整：没有格式或声音")
    found = _format(chunks[b"fmt "])
    decode = _DECODERS.get((found.coding, found.bits))
    if decode is None:
        raise BadAudio(f"不支持这种编码（格式{found.coding}，{found.bits}位），要A律或PCM")
    return decode(chunks[b"data"])


def _chunks(content: bytes) -> dict[bytes, bytes]:
    """The first of each name; a length beyond the file ends with the file."""
    found: dict[bytes, bytes] = {}
    at = 12
    while at + _CHUNK.size <= len(content):
        name, length = _CHUNK.unpack_from(content, at)
        start = at + _CHUNK.size
        found.setdefault(name, content[start : start + length])
        at = start + length + length % 2
    return found


def _format(chunk: bytes) -> _Format:
    if len(chunk) < _FORMAT.size:
        raise BadAudio("WAV文件的格式说明不完整")
    coding, channels, rate, _, _, bits = _FORMAT.unpack_from(chunk)
    if channels != 1 or rate != RATE:
        raise BadAudio(f"要单声道8 kHz的录音，这是{channels}声道{rate} Hz")
    if coding == _EXTENSIBLE and len(chunk) >= _SUBFORMAT + 2:
        coding = int.from_bytes(chunk[_SUBFORMAT : _SUBFORMAT + 2], "little")
    return _Format(coding, bits)


def _alaw(code: int) -> int:
    """G.711 A-law."""
    bits = code ^ 0x55
    segment, step = (bits >> 4) & 7, bits & 15
    middle = (step << 4) + 8
    if segment:
        middle = (middle + 0x100) << (segment - 1)
    return middle if bits & 0x80 else -middle


def _ulaw(code: int) -> int:
    """G.711 mu-law."""
    bits = ~code & 0xFF
    worth = ((((bits & 15) << 3) + 0x84) << ((bits >> 4) & 7)) - 0x84
    return -worth if bits & 0x80 else worth


def _looked_up(worth: Callable[[int], int]) -> Callable[[bytes], bytes]:
    table = [worth(code) for code in range(256)]
    return lambda coded: array("h", [table[code] for code in coded]).tobytes()


def _whole(samples: bytes) -> bytes:
    return samples[: len(samples) // 2 * 2]


_DECODERS: Final[Mapping[tuple[int, int], Callable[[bytes], bytes]]] = {
    (_PCM, 16): _whole,
    (_PCM, 8): _looked_up(lambda code: (code - 128) << 8),
    (_ALAW, 8): _looked_up(_alaw),
    (_ULAW, 8): _looked_up(_ulaw),
}
