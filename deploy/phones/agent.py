"""One telephone in one process: orders in, reports out, both as lines of JSON.

``python -m deploy.phones.agent --folder DIR``. pjsua2 allows one endpoint a process and may end
its process when it is misused; here that costs one telephone. `Phone` is the comfortable way.

An order is ``{"do": name, "seq": n, ...}`` and is answered by ``{"event": "done", "seq": n}`` or
``{"event": "refused", "seq": n, "why": ...}``; everything else that happens is reported as it
happens. Every report has ``at``, the time of day in seconds. The agent ends when its input does.
"""

from __future__ import annotations

import argparse
import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pjsua2 as pj

from deploy.phones.endpoint import Endpoint, Refused

TURN: Final = 10  # milliseconds; how late an order may be seen
LINE_LIMIT: Final = 65536  # an order is a few hundred bytes; a parent that sends more is broken

Order = dict[str, Any]


class Reporter:
    """Writes reports to the parent; one who is gone misses nothing."""

    def __init__(self, channel: int) -> None:
        self._channel = channel

    def __call__(self, event: str, **facts: object) -> None:
        line = json.dumps({"event": event, "at": time.time(), **facts}).encode() + b"\n"
        with suppress(BrokenPipeError):
            while line:
                line = line[os.write(self._channel, line) :]


def _be(phone: Endpoint, order: Order) -> None:
    phone.be(
        str(order["identity"]),
        str(order.get("registrar", "")),
        str(order.get("user", "")),
        str(order.get("password", "")),
    )


def _call(phone: Endpoint, order: Order) -> None:
    headers = {str(name): str(value) for name, value in dict(order.get("headers", {})).items()}
    phone.call(str(order["uri"]), str(order.get("local", "")), headers)


def _respond(phone: Endpoint, order: Order) -> None:
    phone.leg(order["leg"]).respond(int(order["code"]))


def _play(phone: Endpoint, order: Order) -> None:
    phone.leg(order["leg"]).play(Path(order["path"]), loop=bool(order.get("loop", False)))


def _silence(phone: Endpoint, order: Order) -> None:
    phone.leg(order["leg"]).stop_playing()


def _press(phone: Endpoint, order: Order) -> None:
    phone.leg(order["leg"]).press(str(order["keys"]), float(order.get("gap", 0.0)))


def _hangup(phone: Endpoint, order: Order) -> None:
    phone.leg(order["leg"]).end()


ORDERS: Final[dict[str, Callable[[Endpoint, Order], None]]] = {
    "be": _be,
    "call": _call,
    "respond": _respond,
    "play": _play,
    "silence": _silence,
    "press": _press,
    "hangup": _hangup,
}


class Agent:
    """Reads orders between two turns of the telephone."""

    def __init__(self, phone: Endpoint, report: Reporter) -> None:
        self._phone = phone
        self._report = report
        self._unread = b""
        self._ending = False

    def run(self) -> None:
        """Until the parent closes our input, or is gone."""
        while not self._ending:
            self._phone.turn(TURN)
            if select.select([0], [], [], 0)[0]:
                self._read()

    def end(self, *_: object) -> None:
        self._ending = True

    def _read(self) -> None:
        arrived = os.read(0, LINE_LIMIT)
        *lines, self._unread = (self._unread + arrived).split(b"\n")
        self._ending = not arrived or len(self._unread) > LINE_LIMIT
        for line in lines:
            self._obey(line)

    def _obey(self, line: bytes) -> None:
        seq: object = None
        try:
            order = json.loads(line)
            seq = order.get("seq")
            ORDERS[order["do"]](self._phone, order)
        except pj.Error as why:
            self._report("refused", seq=seq, why=why.info())
        except Exception as why:  # noqa: BLE001 - an odd order never ends a telephone
            kind = "" if isinstance(why, Refused) else f"{type(why).__name__}: "
            self._report("refused", seq=seq, why=f"{kind}{why}")
        else:
            self._report("done", seq=seq)


def main() -> None:
    """Be a telephone until the input ends."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--folder", type=Path, required=True, help="where recordings go")
    options.add_argument("--sip-port", type=int, default=0)
    options.add_argument("--rtp-port", type=int, default=0)
    wanted = options.parse_args()
    report = Reporter(os.dup(1))
    os.dup2(2, 1)  # pjlib logs to the standard output, which belongs to the parent
    phone = Endpoint(wanted.folder, report, sip_port=wanted.sip_port, rtp_port=wanted.rtp_port)
    agent = Agent(phone, report)
    signal.signal(signal.SIGTERM, agent.end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ^C is for the parent, who ends our input
    report("ready", address=phone.address)
    agent.run()
    phone.close()
    report("bye")
    sys.stderr.flush()
    os._exit(0)  # pjsua2's own end waits a second for nobody and may fault on objects still held


if __name__ == "__main__":
    main()
