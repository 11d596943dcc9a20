"""Callers whom no process serves just now: shown by what stands on their channel.

A caller whose process dies while they wait for a human, or talk to one, stays in the queue of the
switch, and so does one whom the script on the switch put there. Whoever answers them is to know
what they said all the same.
"""

from __future__ import annotations

from typing import Protocol

from attrs import define, field

from agi_scripts.place import MARK, read_mark
from ivr.calls.carried import WORDS, read_words
from ivr.calls.journey import Journey
from ivr.calls.live import LiveCall, LiveCalls
from ivr.calls.record import OPERATOR
from ivr.desk.commands import Fields
from ivr.kernel.clock import Clock
from ivr.kernel.ids import CallId, phone_number
from ivr.telephony.call import CallFacts
from ivr.telephony.manager import ActionRefused, ManagerAway
from routing.ids import TableVersion


class Switch(Protocol):
    """What we ask of the manager interface."""

    async def action(self, name: str, **fields: str) -> Fields: ...


@define
class Unserved:
    """Puts them on the board of live calls, and takes off it who has hung up.

    Whoever serves the call after all puts it there anew; theirs is the later word.
    """

    switch: Switch
    live: LiveCalls
    clock: Clock
    _callers: dict[CallId, CallFacts] = field(factory=dict)
    _shown: dict[CallId, LiveCall] = field(factory=dict)

    def seen(self, caller: Fields) -> None:
        """This channel waits for a human, rings at one, or talks to one."""
        call = CallId(caller.get("Uniqueid"))
        number, channel = phone_number(caller.get("CallerIDNum")), caller.get("Channel")
        if call and channel:
            self._callers[call] = CallFacts(call, number, channel=channel)

    def ended(self, call: CallId) -> None:
        """The switch has hung the channel up."""
        self._callers.pop(call, None)

    def forget(self) -> None:
        """Hang-ups may have been missed; all who are there are about to be seen again."""
        self._callers.clear()

    async def look(self) -> None:
        """To be done every second."""
        if not self._callers and not self._shown:
            return
        board = {each.call: each for each in await self.live.all()}
        for gone in [call for call in self._shown if call not in self._callers]:
            if board.get(gone) == self._shown.pop(gone):
                await self.live.remove(gone)
        for facts in [each for call, each in self._callers.items() if call not in board]:
            await self._show(facts)

    async def _show(self, facts: CallFacts) -> None:
        try:
            shown = await self._read(facts)
        except ActionRefused:  # no such channel any more
            self.ended(facts.call)
            return
        except ManagerAway:
            return
        if facts.call in self._callers:
            self._shown[facts.call] = shown
            await self.live.put(shown)

    async def _read(self, facts: CallFacts) -> LiveCall:
        journey = Journey(facts, TableVersion(0), "", self.clock)
        read_mark(await self._variable(facts, MARK), journey)
        said = read_words(await self._variable(facts, WORDS))
        return LiveCall(
            call=facts.call,
            caller=facts.caller,
            step=OPERATOR,
            since=self.clock.now(),
            line=journey.line,
            ticket=journey.ticket,
            said=said,
        )

    async def _variable(self, facts: CallFacts, name: str) -> str:
        reply = await self.switch.action("Getvar", Channel=facts.channel, Variable=name)
        return reply.get("Value")
