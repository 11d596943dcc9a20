"""Hundreds of callers in the greeting, and a blow at the service: who is dropped, how long silent.

    python -m tests.faults.crowd --calls 200 --nodes 2 --blow KILL

A caller's silence is the longest pause between two packets of sound around the blow: Asterisk
sends none while nobody tells it to play something.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Final

from tests.e2e.hotline import Hotline, start
from tests.perf.sip_crowd import Act, Crowd, Rush

PORTS: Final = {
    "HOTLINE_SWITCH__SIP_PORT": "23160",
    "HOTLINE_SWITCH__EXCHANGE_PORT": "23665",
    "HOTLINE_SWITCH__RTP_FIRST": "31000",
    "HOTLINE_SWITCH__RTP_LAST": "32999",
    "HOTLINE_AGI__PORT": "23673",
    "HOTLINE_AMI__PORT": "23138",
    "HOTLINE_WEB__PORT": "23214",
}
RATE: Final = 100.0  # arrivals a second: nobody is at the end of the menu, where a pause is theirs
BEFORE: Final = 1.5  # seconds from the last arrival to the blow
STAY: Final = 16.0  # seconds after the answer; then they hang up
WINDOW: Final = 7.0  # seconds after the blow in which a pause is ours
TURN: Final = 0.02  # seconds; how exactly silences are measured
STOPPED: Final = 8.0  # seconds until a stopped service wakes up


class Listeners(Crowd):
    """A crowd that hears: when packets came, by the port that sent them."""

    def __init__(self, hotline: Hotline, rush: Rush, blow: signal.Signals) -> None:
        super().__init__(hotline.sip, rush)
        self._sounds.setsockopt(1, 33, 16 << 20)  # SO_RCVBUFFORCE
        self.heard: dict[int, list[float]] = defaultdict(list)
        self.struck = 0.0
        self._pid, self._blow = hotline.service, blow
        self._in(rush.seconds + BEFORE, self._strike)
        self._hear()

    def _strike(self) -> None:
        self.struck = time.perf_counter()
        os.kill(self._pid, self._blow)
        if self._blow is signal.SIGSTOP:
            self._in(STOPPED, lambda: os.kill(self._pid, signal.SIGCONT))

    def _hear(self) -> None:
        now = time.perf_counter()
        for _ in range(5000):
            try:
                _, (_, port) = self._sounds.recvfrom(512)
            except BlockingIOError:
                break
            self.heard[port].append(now)
        self._in(TURN, self._hear)

    def silences(self) -> list[float]:
        """Each caller's longest pause around the blow, the longest last."""
        return sorted(_longest([at - self.struck for at in times]) for times in self.heard.values())


def _longest(times: list[float]) -> float:
    around = [at for at in times if -1.0 < at < WINDOW]
    if not around:
        return WINDOW
    return max(b - a for a, b in zip(around, [*around[1:], max(around[-1], WINDOW)], strict=True))


def measure(calls: int, nodes: int, blow: signal.Signals) -> dict[str, object]:
    """One run on a hotline of its own."""
    with tempfile.TemporaryDirectory(prefix="crowd-") as folder:
        more = {**PORTS, "HOTLINE_SWITCH__NODES": str(nodes)}
        hotline = start(Path(folder), **more)
        try:
            crowd = Listeners(hotline, Rush(RATE, calls / RATE, (Act(STAY),)), blow)
            seen = crowd.run()
            time.sleep(20)
            rows = hotline.rows("select call from call_record")
        finally:
            hotline.stop()
    silent = crowd.silences()
    return {
        "blow": blow.name,
        "nodes": nodes,
        "calls": seen.offered,
        "answered": len(seen.answers),
        "dropped": seen.released + sum(seen.refusals.values()),
        "heard": len(silent),
        "records": len(rows),
        "silence p50": round(silent[len(silent) // 2], 2),
        "silence p99": round(silent[int(len(silent) * 0.99)], 2),
        "silence max": round(silent[-1], 2),
        "crowd late": round(seen.late, 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--nodes", type=int, default=2)
    parser.add_argument("--blow", choices=["KILL", "STOP"], default="KILL")
    wanted = parser.parse_args()
    found = measure(wanted.calls, wanted.nodes, signal.Signals[f"SIG{wanted.blow}"])
    print(json.dumps(found))  # noqa: T201 - what the command is for


if __name__ == "__main__":
    main()
