"""AGI as bytes and values: what Asterisk writes to a FastAGI server or a classic script.

No input or output happens here. `Decoder.feed` takes whatever arrived and gives the messages it
completed; how the bytes were cut into chunks never shows in the result. The grammar is that of
res_agi.c in Asterisk 20 and 22::

    agi_network: yes                        environment, ended by an empty line
    100 result=0 Trying...                  a long command has begun (GOSUB)
    200 result=1 (value)                    a reply; value may hold anything but a line feed
    200 result=49 (dtmf) endpos=8000
    200 result= (timeout)
    510 Invalid or unknown command
    511 Command Not Permitted on a dead channel or intercept routine
    520-Invalid command syntax.  Proper usage follows:
    ...
    520 End of proper usage.
    HANGUP                                  unsolicited: the caller has gone
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from attrs import field, frozen

from ivr.kernel.errors import HotlineError

MAX_ENVIRONMENT: Final = (
    16 * 1024
)  # Asterisk 22 sends about 800 bytes; dialplan arguments add to it
MAX_ENVIRONMENT_LINES: Final = 192  # 22 of Asterisk's own and up to 128 agi_arg_N
MAX_REPLY_LINE: Final = 64 * 1024  # GET FULL VARIABLE of a long value; far beyond any we set
MAX_DIGITS: Final = 20  # of a position; Python would refuse thousands
MAX_USAGE: Final = 64 * 1024  # the usage text of a 520; the longest in Asterisk 22 has 2 KiB


class MalformedAgi(HotlineError):
    """The peer does not speak AGI. `before` holds what this feed had decoded until then."""

    id = "agi-malformed"

    def __init__(self, reason: str, line: bytes = b"") -> None:
        super().__init__(f"{reason}: {line[:80]!r}" if line else reason)
        self.reason = reason
        self.before: tuple[Message, ...] = ()


@frozen
class Environment:
    """The block that opens a call; cut up only where somebody looks, since few look at much.

    `block` begins and ends with a line feed, each line between is ``agi_name: value``. Values are
    hostile text; of two lines with one name the first counts. `seen` is what reading it has shown
    already.
    """

    block: str
    seen: Mapping[str, str] = field(factory=dict, eq=False, repr=False)

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Environment:
        """From names without ``agi_``, as somebody else has read them."""
        return cls("\n" + "".join(f"agi_{name}: {value}\n" for name, value in values.items()))

    def get(self, name: str) -> str:
        """The value, or '' when Asterisk sent none."""
        seen = self.seen.get(name)
        if seen is None:
            return self.block.partition(f"\nagi_{name}: ")[2].partition("\n")[0]
        return seen


class Reply(NamedTuple):
    """The answer to one command. A tuple, because one is made for each command of each call.

    `result` is what stands after ``result=``, '' when nothing does; `data` is the text in
    parentheses, `endpos` the position in samples, `text` whatever else the line says. The position
    is below zero after a recording for which the disk had no room at all.
    """

    code: int
    result: str = ""
    data: str | None = None
    endpos: int | None = None
    text: str = ""

    @property
    def number(self) -> int:
        """`result` as a number; 0 when it is none ('', '#')."""
        try:
            return int(self.result)
        except ValueError:
            return 0


class Trying(NamedTuple):
    """The command has begun; its reply follows."""

    text: str


class HangupNotice(NamedTuple):
    """The caller has gone; sent when the dialplan did not set AGIEXITONHANGUP."""


Message = Environment | Reply | Trying | HangupNotice

_GONE: Final = HangupNotice()
_PLAIN: Final = ("0", "1", "-1", *(str(ord(key)) for key in "0123456789*#"))
# Nearly every reply is one of these, alone in its segment: one look-up in place of a parse.
_COMMON: Final[dict[bytes, Reply]] = {
    f"200 result={result}\n".encode(): Reply(200, result) for result in _PLAIN
}
_LINES: Final = re.compile(rb"(?:agi_\w*+:.*+\n){0,%d}+" % MAX_ENVIRONMENT_LINES)
# What Asterisk 20 and 22 open a call with, in this order, and whether anybody looks at it.
_ASTERISKS: Final = {
    "network": False, "network_script": True, "request": False, "channel": True,
    "language": False, "type": False, "uniqueid": True, "version": False, "callerid": True,
    "calleridname": True, "callingpres": False, "callingani2": False, "callington": False,
    "callingtns": False, "dnid": True, "rdnis": False, "context": False, "extension": True,
    "priority": False, "enhanced": False, "accountcode": False, "threadid": False,
}  # fmt: skip
_LOOKED_AT: Final = tuple(name for name, looked_at in _ASTERISKS.items() if looked_at)
_OPENING: Final = re.compile(
    "".join(
        f"agi_{name}: {'(.*+)' if looked_at else '.*+'}\n" for name, looked_at in _ASTERISKS.items()
    )
    + "\n"
)
# The next in number: the value of a variable, a clip heard to its end, digits.
_ORDINARY: Final = re.compile(
    rb"200 result=(?:1 \(([^\n\0]{0,%d})\)|([0-9]{1,%d})(?: endpos=([0-9]{1,%d}))?)\n"
    % (MAX_REPLY_LINE - 64, MAX_DIGITS - 1, MAX_DIGITS - 1)
)


class Decoder:
    """Turns the bytes of one connection into messages. After an error it stays broken."""

    __slots__ = ("_broken", "_buffer", "_environment", "_usage", "_usage_size", "lone")

    lone: Callable[[bytes], Reply | None]
    """The reply that some bytes are when they are one ordinary reply, whole and alone; else None.

    For what is None there is `feed`. Nearly every segment of a call is such a reply.
    """

    def __init__(self, *, environment: bool = True) -> None:
        """With ``environment=False`` the block has been read by somebody else."""
        self._buffer = b""
        self._environment = environment  # it is still to come
        self._usage: list[str] | None = None
        self._usage_size = 0
        self._broken: MalformedAgi | None = None
        self.lone = _amid if environment else _ALONE

    def feed(self, data: bytes) -> Sequence[Message]:
        """The messages that `data` completed; raises `MalformedAgi` and then for ever."""
        if self._broken is not None:
            raise MalformedAgi(self._broken.reason)
        if self._environment:
            usual = _usual_environment(self._buffer + data)
            if usual is not None:
                self._environment, self._buffer, self.lone = False, b"", _ALONE
                return (usual,)
        found: list[Message] = []
        try:
            self._take(self._buffer + data, found)
        except MalformedAgi as error:
            self._broken, self.lone = error, _amid
            error.before = tuple(found)
            raise
        # Where something is half read, the next bytes do not begin a reply.
        half = self._buffer or self._environment or self._usage
        self.lone = _amid if half else _ALONE
        return found

    def _take(self, data: bytes, found: list[Message]) -> None:
        if self._environment:
            block, complete, rest = _opening_block(data)
            self._buffer = data
            if not complete:
                return
            found.append(_environment(block))
            self._environment, self._buffer, data = False, b"", rest
            if not data:
                return
        *lines, self._buffer = data.split(b"\n")
        for line in lines:
            _refuse_unreadable(line)
            message = self._line(line)
            if message is not None:
                found.append(message)
        _refuse_unreadable(self._buffer)

    def _line(self, line: bytes) -> Message | None:
        if line == b"HANGUP":
            return _GONE
        if self._usage is not None:
            return self._usage_line(self._usage, line)
        if line.startswith(b"520-"):
            self._usage, self._usage_size = [_text(line[4:])], len(line)
            return None
        return parse_reply(line)

    def _usage_line(self, usage: list[str], line: bytes) -> Reply | None:
        if line.startswith(b"520 "):
            self._usage = None
            return Reply(520, text="\n".join(usage))
        self._usage_size += len(line) + 1
        if self._usage_size > MAX_USAGE:
            raise MalformedAgi("usage text too long", line)
        usage.append(_text(line))
        return None


class _Ordinary(dict[bytes, Reply | None]):
    """Replies by their lines: the commonest are kept, the others read where they are looked up."""

    def __missing__(self, data: bytes) -> Reply | None:
        found = _ORDINARY.fullmatch(data)
        if found is None:
            return None
        value, result, position = found.groups()
        if value is not None:
            return tuple.__new__(Reply, (200, "1", _text(value), None, ""))
        endpos = None if position is None else int(position)
        return tuple.__new__(Reply, (200, result.decode(), None, endpos, ""))


_ALONE: Final = _Ordinary(_COMMON).__getitem__


def _amid(_: bytes) -> None:
    """Amid something no reply stands alone."""


def _usual_environment(data: bytes) -> Environment | None:
    """The environment that `data` is when it is whole, alone, and just as Asterisk has it."""
    if not data.endswith(b"\n\n") or len(data) > MAX_ENVIRONMENT or b"\0" in data:
        return None
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    found = _OPENING.fullmatch(text)
    if found is None:
        return None
    return Environment(f"\n{text[:-1]}", dict(zip(_LOOKED_AT, found.groups(), strict=True)))


def _opening_block(data: bytes) -> tuple[bytes, bytes, bytes]:
    """The environment without the empty line that ends it, whether it did, and the rest."""
    if data.startswith(b"\n"):
        return b"", b"\n", data[1:]
    block, complete, rest = data.partition(b"\n\n")
    if len(block) - (not complete) > MAX_ENVIRONMENT:
        raise MalformedAgi("environment too long", block)
    if b"\0" in block:
        raise MalformedAgi("NUL in the environment", block)
    return block, complete, rest


def _environment(block: bytes) -> Environment:
    whole = block + b"\n" if block else b""
    good = _LINES.match(whole)
    if good is None or good.end() != len(whole):
        if whole.count(b"\n") > MAX_ENVIRONMENT_LINES:
            raise MalformedAgi("environment of too many lines")
        bad = whole[good.end() if good else 0 :].partition(b"\n")[0]
        raise MalformedAgi("no line of an AGI environment", bad)
    return Environment("\n" + _text(whole))


def _refuse_unreadable(line: bytes) -> None:
    """Refuse what can not become a good line any more, complete or not."""
    if len(line) > MAX_REPLY_LINE:
        raise MalformedAgi("line too long", line)
    if b"\0" in line:
        raise MalformedAgi("NUL in a line", line)


def parse_reply(line: bytes) -> Reply | Trying:
    """One complete reply line, without its line feed; raises `MalformedAgi`."""
    code, space, rest = line[:3], line[3:4], line[4:]
    if not code.isdigit() or space != b" " or not rest:
        raise MalformedAgi("no AGI reply", line)
    if code == b"100":
        return Trying(_text(rest))
    if not rest.startswith(b"result="):
        if code == b"200":
            raise MalformedAgi("a 200 without a result", line)
        return Reply(int(code), text=_text(rest))
    result, _, tail = _text(rest[7:]).partition(" ")
    data, endpos, text = _tail(tail, line)
    return Reply(int(code), result, data, endpos, text)


def _tail(tail: str, line: bytes) -> tuple[str | None, int | None, str]:
    """What follows the result: ``(data) endpos=N``, either, plain text, or nothing."""
    data: str | None = None
    if tail.startswith("("):
        # The value of a variable may itself hold ')' and 'endpos=': the last ')' closes it.
        inside, closed, tail = tail[1:].rpartition(")")
        if not closed:
            raise MalformedAgi("reply cut inside its parentheses", line)
        data, tail = inside, tail.removeprefix(" ")
    name, equals, position = tail.partition("=")
    if name != "endpos" or not equals:
        return data, None, tail
    digits = position.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < MAX_DIGITS):
        raise MalformedAgi("endpos is no number", line)
    return data, int(position), ""


def _text(raw: bytes) -> str:
    """Caller names come in any encoding; a wrong one must not cost the caller the call."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace")
