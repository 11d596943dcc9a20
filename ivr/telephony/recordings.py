"""Recordings as Asterisk leaves them on the disk, whole or cut.

Asterisk writes the lengths into the head of a file when it closes it. One that was killed in the
middle leaves a head that says "nothing" before the seconds that had been written: players and
recognisers would take it at its word.
"""

from __future__ import annotations

import contextlib
import logging
import struct
from pathlib import Path
from typing import Final

from ivr.kernel.units import Seconds, seconds
from ivr.telephony.call import Recording, RecordingEnd

_log = logging.getLogger(__name__)
HEAD: Final = struct.Struct("<4sI4s4sIHHIIHH4sI")
RIFF_LENGTH: Final = 4  # where a head says how long the rest of the file is
DATA_LENGTH: Final = HEAD.size - 4  # where it says how long the sound is
_LENGTH: Final = struct.Struct("<I")


def cut_recording(path: Path, end: RecordingEnd = RecordingEnd.HANGUP) -> Recording:
    """What Asterisk kept of a message that was cut: the file says how long it is.

    `path` has no extension. A head that was never finished is put right; no file is no seconds.
    """
    file = path.with_suffix(".wav")
    return Recording(str(file), _length(file), end)


def _length(file: Path) -> Seconds:
    try:
        with file.open("rb") as audio:
            head = HEAD.unpack(audio.read(HEAD.size))
        there = file.stat().st_size - HEAD.size
    except (OSError, ValueError, struct.error):
        return seconds(0)
    riff, _, wave, fmt, _, _, _, _, a_second, sample, _, data, told = head
    if (riff, wave, fmt, data) != (b"RIFF", b"WAVE", b"fmt ", b"data") or not a_second * sample:
        return seconds(0)
    if not told and there:
        told = there // sample * sample
        _finish(file, told)
    return seconds(min(told, there) / a_second)


def _finish(file: Path, length: int) -> None:
    """Write the head that whoever recorded it could not; without it the sound stands unheard."""
    with contextlib.suppress(OSError), file.open("r+b") as audio:
        for place, value in ((RIFF_LENGTH, length + HEAD.size - 8), (DATA_LENGTH, length)):
            audio.seek(place)
            audio.write(_LENGTH.pack(value))
        _log.warning("%s is not finished: %s bytes of sound found in it", file, length)
