"""Many callers who say the same at once: the crowd of the benchmarks, given something to say."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

from tests.perf.sip_crowd import BEAT, Act, Crowd, Leg, Rush
from tests.perf.sip_words import PACKET, SILENT

FIRST: Final = 77_000_000  # number of the first caller; nobody else's


class Speakers(Crowd):
    """Callers whose `speak` is a clip."""

    def __init__(self, server: str, rush: Rush, said: Path) -> None:
        super().__init__(server, rush)
        sound = said.read_bytes()
        self._packets = [
            sound[at : at + PACKET].ljust(PACKET, SILENT[:1]) for at in range(0, len(sound), PACKET)
        ]

    def _act(self, leg: Leg, act: Act) -> None:
        if not act.speak:
            super()._act(leg, act)
            return
        for at, packet in enumerate((*self._packets, SILENT)):
            self._in(at * BEAT, partial(self._say, leg, packet))


def at_once(callers: int, speak_at: float, key_at: float, leave_at: float) -> Rush:
    """All within two seconds: each speaks, then keys 0, then hangs up."""
    script = (Act(speak_at, speak=1.0), Act(key_at, key="0"), Act(leave_at))
    return Rush(rate=callers / 2.0, seconds=2.0, script=script, first=FIRST)
