"""AMI as bytes and values: what Asterisk's manager interface writes, and actions for it.

No input or output happens here. The connection opens with a banner line; then come packets of
``Key: value`` lines, each packet ended by an empty line. A packet is an event, or the response to
an action, and carries the ActionID of the action it belongs to. Keys repeat (ChanVariable, the
Output of a command).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from attrs import frozen

from ivr.kernel.errors import HotlineError

MAX_BANNER: Final = 256
MAX_PACKET: Final = 4 * 1024 * 1024  # the output of a command on a switch with thousands of calls
MAX_LINE: Final = 1024  # Asterisk reads actions into a buffer of 1025 bytes
MAX_FIELDS: Final = 128  # AST_MAX_MANHEADERS: Asterisk ignores what comes after

_BANNER: Final = b"Asterisk Call Manager/"
_KEY: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}", re.ASCII)
_BREAKS: Final = re.compile(r"[\r\n\0]")

Fields = tuple[tuple[str, str], ...]


class MalformedAmi(HotlineError):
    """The peer does not speak AMI. `before` holds what this feed had decoded until then."""

    id = "ami-malformed"

    def __init__(self, reason: str, data: bytes = b"") -> None:
        super().__init__(f"{reason}: {data[:80]!r}" if data else reason)
        self.reason = reason
        self.before: tuple[Message, ...] = ()


class BadAction(HotlineError):
    """An action that Asterisk would read as something else, or not at all."""

    id = "ami-bad-action"


@frozen
class Banner:
    """The first line; `version` is that of the protocol, not of Asterisk."""

    version: str


@frozen
class _Packet:
    fields: Fields

    def get(self, key: str) -> str:
        """The first value of `key`, or ''."""
        return next((value for name, value in self.fields if name == key), "")

    def all(self, key: str) -> tuple[str, ...]:
        """Every value of a key that repeats."""
        return tuple(value for name, value in self.fields if name == key)

    @property
    def action_id(self) -> str:
        return self.get("ActionID")

    @property
    def variables(self) -> dict[str, str]:
        """Channel variables sent along: ``ChanVariable: name=value``."""
        pairs = (text.partition("=") for text in self.all("ChanVariable"))
        return {name: value for name, _, value in pairs}


@frozen
class Event(_Packet):
    """Something that happened, or one item of a list."""

    @property
    def name(self) -> str:
        return self.get("Event")

    @property
    def ends_list(self) -> bool:
        return self.get("EventList").lower() in ("complete", "cancelled")


@frozen
class Response(_Packet):
    """The answer to an action."""

    @property
    def succeeded(self) -> bool:
        return self.get("Response") in ("Success", "Goodbye", "Pong")

    @property
    def message(self) -> str:
        return self.get("Message")

    @property
    def starts_list(self) -> bool:
        """Whether events follow that belong to it, until one `ends_list`."""
        return self.get("EventList").lower() == "start"

    @property
    def output(self) -> tuple[str, ...]:
        """The lines that a command wrote."""
        return self.all("Output")


Message = Banner | Event | Response


class Decoder:
    """Turns the bytes of one connection into messages. After an error it stays broken."""

    def __init__(self) -> None:
        self._buffer = b""
        self._greeted = False
        self._broken: MalformedAmi | None = None

    def feed(self, data: bytes) -> Sequence[Message]:
        """The messages that `data` completed; raises `MalformedAmi` and then for ever."""
        if self._broken is not None:
            raise MalformedAmi(self._broken.reason)
        found: list[Message] = []
        try:
            self._take(self._buffer + data, found)
        except MalformedAmi as error:
            self._broken = error
            error.before = tuple(found)
            raise
        return found

    def _take(self, data: bytes, found: list[Message]) -> None:
        if not self._greeted:
            banner, complete, rest = data.partition(b"\r\n")
            _refuse_foreign(banner, complete=bool(complete))
            self._buffer = data
            if not complete:
                return
            found.append(Banner(_text(banner[len(_BANNER) :])))
            self._greeted, data = True, rest
        *packets, self._buffer = data.split(b"\r\n\r\n")
        for packet in packets:
            _refuse_unreadable(packet)
            message = _message(packet)
            if message is not None:
                found.append(message)
        # A first half of the empty line that ends it does not count to the packet's length.
        _refuse_unreadable(self._buffer.removesuffix(b"\n").removesuffix(b"\r"))


def action(name: str, fields: Iterable[tuple[str, str]], action_id: str) -> bytes:
    """One action. Raises `BadAction` for what could begin another line, or is too long."""
    lines = [("Action", name), ("ActionID", action_id), *fields]
    if len(lines) > MAX_FIELDS:
        raise BadAction(f"{name}: {len(lines)} fields, at most {MAX_FIELDS}")
    return b"".join(_line(key, value) for key, value in lines) + b"\r\n"


def _line(key: str, value: str) -> bytes:
    if not _KEY.fullmatch(key):
        raise BadAction(f"no key of an action: {key[:40]!r}")
    if _BREAKS.search(value):
        raise BadAction(f"{key}: a value may hold no line break or NUL: {value[:40]!r}")
    try:
        line = f"{key}: {value}\r\n".encode()
    except UnicodeEncodeError:
        raise BadAction(f"{key}: half a surrogate pair: {value[:40]!a}") from None
    if len(line) > MAX_LINE:
        raise BadAction(f"{key}: {len(line)} bytes, at most {MAX_LINE}")
    return line


def _message(packet: bytes) -> Message | None:
    """An event or a response; None for an empty packet."""
    if not packet.strip():
        return None
    fields = tuple(_field(line) for line in _text(packet).split("\r\n"))
    kinds = {key for key, _ in fields}
    return Response(fields) if "Response" in kinds and "Event" not in kinds else Event(fields)


def _field(line: str) -> tuple[str, str]:
    """A line without a colon stays, under the key '', and is harmless.

    One odd value in one event must not cost the connection and all that is known through it.
    """
    key, colon, value = line.partition(":")
    return (key, value.removeprefix(" ")) if colon else ("", line)


def _refuse_foreign(banner: bytes, *, complete: bool) -> None:
    expected = _BANNER if complete else _BANNER[: len(banner)]
    if not banner.startswith(expected) or len(banner) > MAX_BANNER or b"\0" in banner:
        raise MalformedAmi("no banner of a manager interface", banner)


def _refuse_unreadable(packet: bytes) -> None:
    if len(packet) > MAX_PACKET:
        raise MalformedAmi("packet too long", packet)
    if b"\0" in packet:
        raise MalformedAmi("NUL in a packet", packet)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
