"""What service and worker say to one another: four bytes of length, then MessagePack."""

from __future__ import annotations

import struct
from typing import Final, TypeAlias, TypeVar

import msgspec

from ivr.kernel.heard import Heard, Hints

_LENGTH: Final = struct.Struct(">I")
HEADER: Final = _LENGTH.size
MAX_MESSAGE: Final = 4 * 1024 * 1024  # bytes; two minutes of a recorded message are half of it


class Job(msgspec.Struct, frozen=True, tag=True):
    """Hear this audio: 16-bit samples at 8 kHz."""

    id: int
    audio: bytes
    hints: Hints


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The engine is loaded."""

    engine: str


class Done(msgspec.Struct, frozen=True, tag=True):
    """A job's answer, and the CPU seconds it took."""

    id: int
    heard: Heard
    seconds: float


class Failed(msgspec.Struct, frozen=True, tag=True):
    """A job the engine could not do."""

    id: int
    why: str


Answer: TypeAlias = Ready | Done | Failed

T = TypeVar("T")

_ENCODER: Final = msgspec.msgpack.Encoder()
_JOBS: Final = msgspec.msgpack.Decoder(Job)
_ANSWERS: Final[msgspec.msgpack.Decoder[Answer]] = msgspec.msgpack.Decoder(Answer)


class BadMessage(Exception):
    """The other process does not speak this."""


def packed(message: Job | Answer) -> bytes:
    body = _ENCODER.encode(message)
    return _LENGTH.pack(len(body)) + body


def length_of(header: bytes) -> int:
    """How many bytes follow; raises `BadMessage`."""
    (length,) = _LENGTH.unpack(header)
    if length > MAX_MESSAGE:
        raise BadMessage(f"a message of {length} bytes")
    return int(length)


def job(body: bytes) -> Job:
    return _read(_JOBS, body)


def answer(body: bytes) -> Answer:
    return _read(_ANSWERS, body)


def _read(decoder: msgspec.msgpack.Decoder[T], body: bytes) -> T:
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, ValueError) as why:
        raise BadMessage(str(why)) from why
