"""The simulated exchange behind Asterisk's outbound context: it answers for every unit.

``python -m deploy.phones.exchange --port 5090``. A unit rings, picks up, says who it is until
the caller hangs up or it has talked long enough. Some lines are busy, some never answer
(``exchange.toml``); a number that no unit has is 404. One line of JSON a call goes to ``--log``.
It runs until it is told to end (SIGTERM, SIGINT) or its standard input closes, if it has one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import tempfile
import time
from pathlib import Path
from typing import Final

from deploy.phones.phone import Leg, Phone, PhoneFailed, State, Subscriber
from deploy.phones.units import DEFAULTS, Manner, Rules, Units
from prompts.sound_library import COMMITTED, Library
from routing.load import load_directory

HOST: Final = "127.0.0.1"
RULES_VARIABLE: Final = "HOTLINE_EXCHANGE_RULES"  # names a file in place of exchange.toml
NO_SUCH_NUMBER: Final = 404
BUSY: Final = 486
LONGEST: Final = 600.0  # seconds a call is kept in any case


class CallLog:
    """One line of JSON for each call that has ended."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, call: Leg, manner: str, line: str) -> None:
        up = [event.at for event in call.events if event.facts.get("state") == State.UP.value]
        facts = {
            "number": call.dialled,
            "line": line,
            "caller": call.caller_number,
            "name": call.caller_name,
            "manner": manner,
            "answered": bool(up),
            "talked": round(call.when(State.ENDED) - up[0], 2) if up else 0.0,
            "code": call.ending.code,
            "by_unit": call.ending.by_me,
            "ended": call.when(State.ENDED),
            "recording": str(call.recording),
        }
        with self._path.open("a", encoding="utf-8") as log:
            log.write(json.dumps(facts, ensure_ascii=False) + "\n")


class Exchange:
    """Answers calls as the rules say."""

    def __init__(self, units: Units, rules: Rules, log: CallLog) -> None:
        self._units = units
        self._rules = rules
        self._log = log

    async def answer(self, call: Leg) -> None:
        """One call, to its end."""
        line = self._units.line(call.dialled)
        manner = self._rules.manner(line)
        try:
            if not self._units.knows(call.dialled):
                await call.refuse(NO_SUCH_NUMBER)
            elif manner is Manner.BUSY:
                await call.refuse(BUSY)
            elif manner is Manner.NEVER:
                await call.ring()
            else:
                await self._talk(call, self._units.introduction(line))
        except PhoneFailed:
            if not call.ended:  # a caller who hangs up is no failure
                raise
        await call.wait(State.ENDED, within=LONGEST)
        self._log.write(call, manner.value, line.code if line else "")

    async def _talk(self, call: Leg, introduction: Path) -> None:
        await call.ring()
        await asyncio.sleep(self._rules.ring)
        await call.pick_up()
        await call.play(introduction, loop=True)
        try:
            await call.wait(State.ENDED, within=self._rules.talk)
        except PhoneFailed:
            await call.hang_up()


async def serve(exchange: Exchange, port: int, folder: Path, ready: str) -> None:
    """Answer on `port` until told to end; prints `ready` when calls can come."""
    end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end.set)
    owner = Subscriber("exchange")
    async with Phone(owner, folder=folder, answering=exchange.answer, sip_port=port) as phone:
        print(f"exchange ready on {phone.address}: {ready}", flush=True)  # noqa: T201
        await end.wait()


def main() -> None:
    """Be the exchange."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--host", choices=[HOST], default=HOST, help="loopback, nothing else")
    options.add_argument("--port", type=int, default=5090)
    rules_file = Path(os.environ.get(RULES_VARIABLE, DEFAULTS))
    options.add_argument("--rules", type=Path, default=rules_file, help="like exchange.toml")
    options.add_argument("--folder", type=Path, help="for recordings; a temporary one by default")
    options.add_argument("--log", type=Path, help="calls as JSON lines; calls.jsonl in the folder")
    wanted = options.parse_args()
    folder = wanted.folder or Path(tempfile.mkdtemp(prefix="exchange-"))
    folder.mkdir(parents=True, exist_ok=True)
    directory = load_directory()
    rules = Rules.read(wanted.rules, directory.lines)
    units = Units(directory, Library([COMMITTED]), folder)
    log = CallLog(wanted.log or folder / "calls.jsonl")
    described = ", ".join(
        f"{line.number} {line.spoken_title} is {rules.manner(line).value}"
        for line in directory.lines
        if rules.manner(line) is not Manner.ANSWERS
    )
    ready = f"{described.replace('is never', 'never answers')}; since {time.strftime('%T')}"
    asyncio.run(serve(Exchange(units, rules, log), wanted.port, folder, ready))


if __name__ == "__main__":
    main()
