"""Every fault, with callers in every phase of a call when it strikes.

               strike            mend
 callers come    |   more come    |    all end, all green
----------------->---------------->------------------------> compare
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterable, Sequence
from itertools import count
from typing import Final

from attrs import define, evolve, field, frozen

from tests.faults.blows import CannotInject, Fault
from tests.faults.ledger import Verdict, compare, kept_of
from tests.faults.people import GOALS, LONGEST, Goal, Person, Told
from tests.faults.site import NotGreen
from tests.faults.world import World

PEOPLE: Final = 2  # callers in each phase
SPREAD: Final = 1.0  # seconds between the first and the last of one phase
MEANWHILE: Final = 1.5  # seconds between callers who come while the fault lasts
ENDS: Final = LONGEST + 10
SETTLED: Final = 120.0


@frozen
class Phase:
    """Where in their call callers are when the blow falls, `before` seconds after they dialled."""

    name: str
    goal: Goal
    before: float


def _goal(name: str, **changes: object) -> Goal:
    known = next(each for each in GOALS if each.name == name)
    return evolve(known, **changes)  # type: ignore[arg-type]


_MESSAGE: Final = _goal("message")
PHASES: Final[tuple[Phase, ...]] = (
    Phase("prompt", _goal("message", patience=4.0), 1.5),
    Phase("digits", _goal("message", patience=1.5), 3.0),
    Phase("recording", _goal("message", speaks=7.0), 13.5),
    Phase("queue", _goal("human"), 6.0),
    Phase("talking", _goal("unit"), 8.5),
    Phase("number", _MESSAGE, 18.0),
    Phase("after hang-up", _goal("leaves a recording"), 14.0),
    Phase("after hang-up", _goal("leaves the queue"), 6.0),
)
LONGEST_BEFORE: Final = max(phase.before for phase in PHASES) + SPREAD


@define
class Result:
    """One fault: how it went in each phase."""

    fault: str
    number: int
    verdicts: dict[str, Verdict] = field(factory=dict)
    seen: list[str] = field(factory=list)  # what was noticed beside the callers
    skipped: str = ""
    green: float = 0.0

    @property
    def clean(self) -> bool:
        return not self.seen and all(each.clean for each in self.verdicts.values())

    def lines(self) -> Iterable[str]:
        yield from (f"{self.fault}: {each}" for each in self.seen)
        for phase, verdict in self.verdicts.items():
            yield from (f"{self.fault} / {phase}: {each}" for each in verdict.lines())


class Campaign:
    """Runs faults one after the other on one site."""

    def __init__(self, world: World, seed: int, *, people: int = PEOPLE) -> None:
        self._world = world
        self._chance = random.Random(seed)
        self._serials = count(10_000)
        self._people = people

    async def suffer(self, fault: Fault, phases: Sequence[Phase] = PHASES) -> Result:
        """Never raises for a fault that can not be injected here: that is said in the result."""
        result = Result(fault.name, fault.number)
        try:
            await fault.prepare(self._world)
        except CannotInject as why:
            result.skipped = str(why)
            return result
        try:
            struck, told = await self._struck(fault, phases, result)
            await self._settle(result)
        finally:
            await fault.put_back(self._world)
        if not result.skipped:
            self._compare(result, fault, told, struck)
        return result

    async def _struck(
        self, fault: Fault, phases: Sequence[Phase], result: Result
    ) -> tuple[float, list[Told]]:
        """The moment of the blow, and what all were told who were on the line or came then."""
        calls = [asyncio.create_task(call) for call in self._in_place(phases)]
        await asyncio.sleep(LONGEST_BEFORE)
        struck = time.monotonic()
        try:
            await fault.inject(self._world)
        except CannotInject as why:
            result.skipped = str(why)
        else:
            calls.append(asyncio.create_task(self._meanwhile(fault.lasts)))
            try:
                result.seen += await fault.watch(self._world)
            finally:
                await fault.heal(self._world)
        return struck, await self._told(calls)

    def _in_place(self, phases: Sequence[Phase]):
        for phase in phases:
            for _ in range(self._people):
                late = LONGEST_BEFORE - phase.before - self._chance.random() * SPREAD
                yield self._call(phase.goal, phase.name, late)

    async def _call(self, goal: Goal, phase: str, late: float) -> list[Told]:
        await asyncio.sleep(late)
        person = Person(self._world.office, next(self._serials), goal)
        person.told.phase = phase
        return [await person.calls()]

    async def _meanwhile(self, lasts: float) -> list[Told]:
        """Callers who dial while the fault lasts."""
        number = max(1, min(6, int(lasts / MEANWHILE)))
        calls = (
            self._call(self._chance.choice(GOALS), "came meanwhile", each * MEANWHILE + 0.3)
            for each in range(number)
        )
        return [told for some in await asyncio.gather(*calls) for told in some]

    async def _told(self, calls: Sequence[asyncio.Task[list[Told]]]) -> list[Told]:
        async with asyncio.timeout(ENDS):
            return [told for some in await asyncio.gather(*calls) for told in some]

    async def _settle(self, result: Result) -> None:
        try:
            result.green = await self._world.site.green(SETTLED)
        except NotGreen as why:
            result.seen.append(f"not green: {why}")

    def _compare(self, result: Result, fault: Fault, told: Sequence[Told], struck: float) -> None:
        kept = kept_of(self._world.rows)
        for phase in dict.fromkeys(each.phase for each in told):
            some = [each for each in told if each.phase == phase]
            verdict = result.verdicts[phase] = compare(
                some, kept, drops=fault.drops, unkept=fault.unkept
            )
            listening = [
                each for each in some if not (fault.drops and (each.dropped or each.stuck))
            ]
            verdict.silence = max((each.silence(struck) for each in listening), default=0.0)
            if verdict.silence > fault.unserved:
                result.seen.append(f"{phase}: {verdict.silence:.1f} s without a voice")
