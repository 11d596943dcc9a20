"""What an Asterisk with a caller on the line would answer to each command."""

from __future__ import annotations

import wave
from collections.abc import Callable, Iterator, Mapping
from itertools import repeat
from pathlib import Path
from typing import Final

Answer = Callable[[bytes], bytes]
"""The reply line to one command line, both without their line feeds."""

OK: Final = b"200 result=0"
SET: Final = b"200 result=1"
NOT_SET: Final = b"200 result=0"

# Told apart by eight bytes, so that the generator costs less than what it measures.
_TWELVE: Final[Mapping[bytes, bytes]] = {
    b"GET DATA": b"200 result=1234",
    b"GET VARI": b"200 result=1 (some value)",
    b"STREAM F": b"200 result=0 endpos=16000",
    b"SET VARI": SET,
    b"VERBOSE ": SET,
    b"HANGUP": SET,
}

_VISIT: Final[Mapping[bytes, bytes]] = {
    b"STREAM F": b"200 result=0 endpos=16000",
    b"RECORD F": b"200 result=35 (dtmf) endpos=24000",
    b"SET VARI": SET,
    b"HANGUP": SET,
}

_SERVED: Final[Mapping[bytes, bytes]] = {
    b"CONTEXT": b"hotline-serve",
    b"EXTEN": b"114",
    b"PRIORITY": b"8",
    b"QUEUESTATUS": b"CONTINUE",
    b"MEMBERINTERFACE": b"PJSIP/op1001",
    b"QEHOLDTIME": b"3",
}

NO_WAIT: Final = b"WAIT FOR DIGIT 1"  # the flow throws away what was keyed ahead


def twelve_commands() -> Answer:
    """One caller of the comparison: every server asks the same twelve things."""
    return _twelve


def _twelve(line: bytes) -> bytes:
    return _TWELVE.get(line[:8], OK)


def visitor(keys: str) -> Callable[[], Answer]:
    """Callers who hear every question to its end, press `keys` one by one, and are served."""

    def dial() -> Answer:
        pressed: Iterator[int] = iter(keys.encode())

        def answer(line: bytes) -> bytes:
            if line.startswith(b"WAIT FOR"):
                key = None if line == NO_WAIT else next(pressed, None)
                return OK if key is None else b"200 result=%d" % key
            if line.startswith(b"GET VARI"):
                value = _SERVED.get(line[13:].strip(b'" '))
                return NOT_SET if value is None else b"200 result=1 (%b)" % value
            if line.startswith(b"RECORD F"):
                _leave_recording(Path(line.split(b'"')[1].decode()))
            return _VISIT.get(line[:8], OK)

        return answer

    return dial


def _leave_recording(path: Path) -> None:
    """The three seconds that `_VISIT` speaks of: all calls share one file, under many names."""
    shared = path.with_name("three-seconds.wav")
    if not shared.exists():
        with wave.open(str(shared), "wb") as audio:
            audio.setparams((1, 2, 8000, 0, "NONE", ""))
            audio.writeframes(bytes(48_000))
    path.with_suffix(".wav").hardlink_to(shared)


def environment(call: int, host: str, port: int) -> bytes:
    """The block with which Asterisk 22 opens a FastAGI connection."""
    values = {
        "network": "yes",
        "network_script": "incoming",
        "request": f"agi://{host}:{port}/incoming",
        "channel": f"PJSIP/trunk-{call:08x}",
        "language": "zh",
        "type": "PJSIP",
        "uniqueid": f"1790000000.{call}",
        "version": "22.10.0",
        "callerid": f"1380473{call % 10_000:04d}",
        "calleridname": "unknown",
        "callingpres": "0",
        "callingani2": "0",
        "callington": "0",
        "callingtns": "0",
        "dnid": "114",
        "rdnis": "unknown",
        "context": "hotline-serve",
        "extension": "114",
        "priority": "8",
        "enhanced": "0.0",
        "accountcode": "",
        "threadid": str(140_000_000_000_000 + call),
    }
    lines = (f"agi_{name}: {value}\n" for name, value in values.items())
    return ("".join(lines) + "\n").encode()


def moments(rate: float, calls: int) -> Iterator[float]:
    """Seconds after the start at which each call is due; all at once for a rate of 0."""
    return (number / rate for number in range(calls)) if rate else repeat(0.0, calls)
