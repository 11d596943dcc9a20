"""AudioSocket as bytes and values: the live sound of one call, both ways.

No input or output happens here. A message is a kind, a length (big endian, two bytes) and so
many bytes, as in Asterisk's res_audiosocket.c::

    01 0010 <16 bytes>    who this is: the UUID given to the application; Asterisk's first word
    10 0140 <320 bytes>   sound: signed 16 bit little endian samples, 8 kHz, mono
    03 0001 '5'           a key, once, when it was let go
    02 0000               silence, from senders that do not send it as sound
    00 0000               the end, in good order
    ff 0001 <code>        the sender has failed
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID

from ivr.kernel.errors import HotlineError

HEADER: Final = 3
FRAME: Final = 320  # bytes of 20 ms, which is what Asterisk sends and how we write
MAX_SOUND: Final = 2400  # bytes of 150 ms, the longest packet Asterisk's A-law and u-law allow
MAX_ERROR: Final = 64  # one byte is enough for Asterisk

_HANGUP, _IDENTITY, _SILENCE, _KEY, _SOUND, _ERROR = 0x00, 0x01, 0x02, 0x03, 0x10, 0xFF
# The least and the most bytes of each kind. A kind that is not here ends the connection: what
# follows it can not be trusted to be sound.
_LENGTHS: Final = {
    _HANGUP: (0, 0),
    _IDENTITY: (16, 16),
    _SILENCE: (0, 0),
    _KEY: (1, 1),
    _SOUND: (0, MAX_SOUND),
    _ERROR: (0, MAX_ERROR),
}
_KEYS: Final = frozenset(b"0123456789*#ABCD")
_SOUND_HEADER: Final = b"\x10\x01\x40"

END: Final = b"\x00\x00\x00"
"""Ends the application on the switch; the call goes on after it."""


class MalformedAudio(HotlineError):
    """The peer does not speak AudioSocket. `before` holds what this feed had decoded until then."""

    id = "audiosocket-malformed"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.before: tuple[Message, ...] = ()


class Identity(NamedTuple):
    """Whose sound this is."""

    uuid: UUID


class Sound(NamedTuple):
    """What the caller sends: whole samples, any number of them."""

    samples: bytes


class Key(NamedTuple):
    """A key of the telephone: 0-9, *, #, A-D."""

    key: str


class Silence(NamedTuple):
    """The caller sends nothing."""


class End(NamedTuple):
    """The switch has done with it."""


class Failed(NamedTuple):
    """The switch could not go on; `code` is its own, 0 when it gave none."""

    code: int


Message = Identity | Sound | Key | Silence | End | Failed


def sound(samples: bytes) -> bytes:
    """The message of FRAME bytes of samples."""
    return _SOUND_HEADER + samples


class Decoder:
    """Turns the bytes of one connection into messages. After an error it stays broken."""

    __slots__ = ("_broken", "_buffer")

    def __init__(self) -> None:
        self._buffer = b""
        self._broken: MalformedAudio | None = None

    def feed(self, data: bytes) -> Sequence[Message]:
        """The messages that `data` completes; raises `MalformedAudio`.

        At most one unfinished message is kept, so a peer can make this hold MAX_SOUND bytes.
        """
        if not self._buffer and len(data) == HEADER + FRAME and data[:HEADER] == _SOUND_HEADER:
            return (Sound(data[HEADER:]),)  # nearly every segment is this one
        return self._several(data)

    def _several(self, data: bytes) -> Sequence[Message]:
        if self._broken is not None:
            raise self._broken
        held = self._buffer + data
        found: list[Message] = []
        at = 0
        try:
            while len(held) - at >= HEADER:
                end = at + HEADER + _length(held[at], held[at + 1] << 8 | held[at + 2])
                if end > len(held):
                    break
                found.append(_message(held[at], held[at + HEADER : end]))
                at = end
        except MalformedAudio as error:
            error.before = tuple(found)
            self._broken, self._buffer = error, b"\x00"  # never again the quick way
            raise
        self._buffer = held[at:]
        return found


def _length(kind: int, length: int) -> int:
    least, most = _LENGTHS.get(kind, (0, -1))
    if not least <= length <= most:
        raise MalformedAudio(f"{length} bytes of kind {kind:#04x}")
    return length


def _message(kind: int, body: bytes) -> Message:
    if kind == _SOUND:
        if len(body) % 2:
            raise MalformedAudio("half a sample")
        return Sound(body)
    if kind == _KEY:
        if body[0] not in _KEYS:
            raise MalformedAudio(f"key {body!r}")
        return Key(body.decode())
    if kind == _IDENTITY:
        return Identity(UUID(bytes=body))
    if kind == _ERROR:
        return Failed(body[0] if body else 0)
    return Silence() if kind == _SILENCE else End()
