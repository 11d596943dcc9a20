"""AGI commands as bytes: one small function for each, every argument quoted or refused."""

from __future__ import annotations

from functools import lru_cache
from typing import Final
from uuid import UUID

from ivr.kernel.errors import HotlineError
from ivr.wire.quoting import agi_argument, application_argument, variable_name

MAX_COMMAND: Final = 2047  # with its line feed: Asterisk before 2025-07 reads it into 2048 bytes
ALL_KEYS: Final = "0123456789*#"
REMEMBERED: Final = 2048  # commands that recur in every call; a prompt library has some hundred

ANSWER: Final = b"ANSWER\n"
HANGUP: Final = b"HANGUP\n"
CHANNEL_STATUS: Final = b"CHANNEL STATUS\n"


class CommandTooLong(HotlineError):
    """A command that an old Asterisk would read as two."""

    id = "agi-command-too-long"


@lru_cache(maxsize=REMEMBERED)
def stream_file(path: str, keys: str = ALL_KEYS) -> bytes:
    """Play a sound, named without its extension; any of `keys` interrupts it."""
    return _line(f"STREAM FILE {agi_argument(path)} {agi_argument(keys)}")


def wait_for_digit(milliseconds: int) -> bytes:
    """Wait for one key; at least a millisecond, because 0 and less would wait for ever."""
    return b"WAIT FOR DIGIT %d\n" % max(1, milliseconds)


def record_file(path: str, *, milliseconds: int, silence: int) -> bytes:
    """Beep, then record to `path`.wav until a key, `silence` seconds of it, or the limit."""
    name = agi_argument(path)
    return _line(f'RECORD FILE {name} wav "{ALL_KEYS}" {milliseconds} 0 BEEP s={silence}')


@lru_cache(maxsize=REMEMBERED)
def set_variable(name: str, value: str) -> bytes:
    """Set a channel variable, or write a function such as ``CALLERID(name)``."""
    return _line(f"SET VARIABLE {variable_name(name)} {agi_argument(value)}")


@lru_cache(maxsize=REMEMBERED)
def get_variable(name: str) -> bytes:
    """Read a channel variable or a function."""
    return _line(f"GET VARIABLE {variable_name(name)}")


@lru_cache(maxsize=REMEMBERED)
def execute(application: str, *arguments: str) -> bytes:
    """Run a dialplan application. An argument that could be read as more is refused."""
    joined = ",".join(application_argument(argument) for argument in arguments)
    return _line(f"EXEC {variable_name(application)} {agi_argument(joined)}")


@lru_cache(maxsize=REMEMBERED)
def gosub(context: str, extension: str, *arguments: str) -> bytes:
    """Run a dialplan subroutine from its first priority until it returns."""
    place = f"{agi_argument(application_argument(context))} {agi_argument(extension)} 1"
    joined = ",".join(application_argument(argument) for argument in arguments)
    return _line(f"GOSUB {place} {agi_argument(joined)}" if joined else f"GOSUB {place}")


def audio_socket(uuid: UUID, address: str) -> bytes:
    """Send the call's sound to `address` (host:port) and play what comes back, until that ends.

    Not remembered: no two are alike.
    """
    return _line(f"EXEC AudioSocket {uuid},{application_argument(address)}")


def verbose(text: str, level: int = 3) -> bytes:
    """Write a line to Asterisk's console and log."""
    return _line(f"VERBOSE {agi_argument(text)} {level}")


def set_place(context: str, extension: str, priority: int) -> tuple[bytes, bytes, bytes]:
    """Where the dialplan goes on when the AGI ends."""
    return (
        _line(f"SET CONTEXT {agi_argument(application_argument(context))}"),
        _line(f"SET EXTENSION {agi_argument(application_argument(extension))}"),
        b"SET PRIORITY %d\n" % priority,
    )


def _line(command: str) -> bytes:
    raw = command.encode() + b"\n"
    if len(raw) > MAX_COMMAND:
        raise CommandTooLong(f"{len(raw)} bytes, at most {MAX_COMMAND}: {command[:60]}")
    return raw
