"""Callers whose words an operator was shown, for a while after they have hung up."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

from attrs import frozen

from ivr.calls.live import LiveCall, Understood
from ivr.kernel.clock import Clock
from ivr.kernel.errors import HotlineError
from ivr.kernel.ids import CallId
from ivr.kernel.people import AccountName

KEPT: Final = 5  # callers of one operator
FOR: Final = timedelta(minutes=30)  # time to write down what was wrong, between two calls


@frozen
class ShownCaller:
    """What a machine heard them say, and when that was last on the screen. Nobody's number."""

    call: CallId
    since: datetime
    said: tuple[Understood, ...]
    at: datetime


class NotYourCaller(HotlineError):
    """Not on this operator's screen, now or lately; of callers of others nothing is told."""

    id = "not-your-caller"

    def __init__(self) -> None:
        minutes = round(FOR.total_seconds() / 60)
        super().__init__(f"只能更正您自己接的来电，而且要在通话后{minutes}分钟以内")


class ShownCallers:
    """In the memory of this node. Call inside the loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._shown: dict[AccountName, OrderedDict[CallId, ShownCaller]] = {}

    def keep(self, who: AccountName, live: LiveCall) -> None:
        """They see this caller now. One who said nothing to a machine is not kept."""
        if not live.said:
            return
        mine = self._shown.setdefault(who, OrderedDict())
        mine[live.call] = ShownCaller(live.call, live.since, live.said, self._clock.now())
        mine.move_to_end(live.call)
        while len(mine) > KEPT:
            mine.popitem(last=False)
        self._sweep()

    def forget(self, who: AccountName, call: CallId) -> None:
        """A caller they never had is no error."""
        self._shown.get(who, OrderedDict()).pop(call, None)

    def of(self, who: AccountName) -> tuple[ShownCaller, ...]:
        """The last first."""
        kept = reversed(self._shown.get(who, {}).values())
        return tuple(each for each in kept if self._holds(each))

    def find(self, who: AccountName, call: CallId) -> ShownCaller:
        """Raises `NotYourCaller`."""
        for each in self.of(who):
            if each.call == call:
                return each
        raise NotYourCaller

    def _sweep(self) -> None:
        """Words stay no longer than they are of use, also of those who have gone home."""
        for who, mine in list(self._shown.items()):
            for each in [each for each in mine.values() if not self._holds(each)]:
                del mine[each.call]
            if not mine:
                del self._shown[who]

    def _holds(self, each: ShownCaller) -> bool:
        return self._clock.now() - each.at < FOR
