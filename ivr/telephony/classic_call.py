"""A caller on the pipes of a classic AGI script: what answers 114 while the service is away.

pyst2 only carries bytes and reads the environment; commands and replies are those of the
service. Everything is synchronous: a coroutine over a `ClassicCall` never yields, so `run_now`
drives it to its end without a loop.
"""

from __future__ import annotations

from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from asterisk.agi import AGI, AGIHangup

from ivr.kernel.errors import HotlineError
from ivr.telephony.agi_call import AgiCall, FindSound
from ivr.telephony.call import CallerGone
from ivr.telephony.fastagi_call import facts_of
from ivr.telephony.outcomes import says_dead
from ivr.wire.agi import Decoder, Environment, HangupNotice, MalformedAgi, Reply

T = TypeVar("T")


class FlowWaited(HotlineError):
    """A flow on the switch awaited something that needs an event loop."""

    id = "flow-waited"


class ClassicCall(AgiCall):
    """Commands go out on the script's standard output, replies come on its input."""

    def __init__(self, agi: AGI, *, sounds: FindSound, recordings: Path) -> None:
        """`agi` has read its environment; raises `NoCallId` when that names no call."""
        values = {name.removeprefix("agi_"): value for name, value in agi.env.items()}
        super().__init__(facts_of(Environment.of(values)), sounds=sounds, recordings=recordings)
        self._agi = agi
        self._decoder = Decoder(environment=False)
        self._gone = False

    def gone(self) -> None:
        self._gone = True

    async def command(self, line: bytes) -> Reply:
        if self._gone:
            raise CallerGone
        try:
            self._agi.test_hangup()
            self._agi.stdout.write(line.decode())
            self._agi.stdout.flush()
            return self._heeded(self._reply())
        except (AGIHangup, OSError, MalformedAgi):
            self._gone = True
            raise CallerGone from None

    def _heeded(self, reply: Reply) -> Reply:
        if says_dead(reply):
            self._gone = True
            raise CallerGone
        return reply

    def _reply(self) -> Reply:
        while True:
            line = self._agi.stdin.readline()
            if not line:
                self._gone = True
                raise CallerGone
            for message in self._decoder.feed(line.encode("utf-8", "surrogateescape")):
                if isinstance(message, Reply):
                    return message
                if isinstance(message, HangupNotice):
                    self._gone = True  # the reply to the present command still comes


def run_now(flow: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that never waits; raises `FlowWaited` when it does."""
    try:
        flow.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    flow.close()
    raise FlowWaited("only a ClassicCall and plain work may be awaited on the switch")
