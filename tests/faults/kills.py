"""Kill proof: nodes die again and again while callers are in every phase of their calls.

python -m tests.faults kills --times 200 --seed 7
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import Counter
from pathlib import Path
from typing import Final

from attrs import define, field

from tests.e2e.scenes import Cast
from tests.faults.ledger import Verdict, compare, kept_of, orphans
from tests.faults.lexicon import Lexicon
from tests.faults.line import Office
from tests.faults.people import LONGEST, Person, Told, some_goal
from tests.faults.site import Site, running
from tests.faults.world import log_in

PORTS: Final = {  # beside a campaign that may run at the same time
    "HOTLINE_SWITCH__SIP_PORT": "26260",
    "HOTLINE_SWITCH__EXCHANGE_PORT": "26765",
    "HOTLINE_SWITCH__RTP_FIRST": "35000",
    "HOTLINE_SWITCH__RTP_LAST": "36999",
    "HOTLINE_AGI__PORT": "26773",
    "HOTLINE_AMI__PORT": "26138",
    "HOTLINE_WEB__PORT": "26314",
}
RATE: Final = 0.8  # callers a second
WITHIN: Final = 1_500.0  # seconds
BOTH: Final = 0.05  # of the blows fall on both nodes at once: then the script on the switch serves
APART: Final = (0.1, 1.2)  # seconds a node lives before it is struck again
SETTLED: Final = 120.0  # seconds after the last call until everything is where it belongs


@define
class Killed:
    """How a run went."""

    seed: int
    kills: int = 0
    verdict: Verdict = field(factory=Verdict)
    seconds: float = 0.0
    green: float = 0.0
    goals: Counter[str] = field(factory=Counter)
    told: list[Told] = field(factory=list)
    orphans: list[str] = field(factory=list)
    struck: list[float] = field(factory=list)  # when a node was killed and another was there
    struck_all: list[float] = field(factory=list)  # when no node was left

    def gaps(self, *, all_dead: bool = False) -> list[float]:
        """How long each caller was without a voice at each kill, in order of length."""
        kills = self.struck_all if all_dead else self.struck
        return sorted(
            each.silence_at(kill)
            for each in self.told
            if each.answered
            for kill in kills
            if each.began < kill < each.ended
        )

    def silences(self) -> list[float]:
        return sorted(each.silence() for each in self.told if each.answered)

    @property
    def clean(self) -> bool:
        return self.verdict.clean


async def kills(
    times: int, seed: int, home: Path, *, within: float = WITHIN, rate: float = RATE
) -> Killed:
    """That many kills on a site of its own, or as many as there is time for."""
    chance = random.Random(seed)
    lexicon = await asyncio.to_thread(Lexicon.of)
    async with (
        running(home, **PORTS) as site,
        contextlib.AsyncExitStack() as stack,
        Office(site.hotline.sip, lexicon) as office,
    ):
        await log_in(Cast(site.hotline, home / "phones", stack))
        began = time.monotonic()
        result = Killed(seed)
        calling = asyncio.create_task(_arrivals(office, chance.random(), rate, result))
        await asyncio.sleep(8)  # so that the first blow finds callers in most phases
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                await _strike(site, chance, times, result)
        for node in site.nodes:  # one may have been struck when the time was up
            await node.ready()
        calling.cancel()
        result.told = await _ended(calling)
        result.green = await site.green(SETTLED)
        result.seconds = time.monotonic() - began
        result.verdict = compare(result.told, kept_of(site.hotline.rows))
        result.orphans = orphans(site.hotline, site.recordings)
    return result


async def _strike(site: Site, chance: random.Random, times: int, result: Killed) -> None:
    turn = 0
    while result.kills < times:
        struck = site.nodes if chance.random() < BOTH else (site.nodes[turn % len(site.nodes)],)
        turn += 1
        await asyncio.sleep(chance.uniform(*APART))
        blows = result.struck_all if len(struck) == len(site.nodes) else result.struck
        blows.append(time.monotonic())
        for node in struck[: times - result.kills]:
            node.kill()
            result.kills += 1
            node.start()
        for node in struck:
            await node.ready()


async def _arrivals(office: Office, seed: float, rate: float, result: Killed) -> list[Told]:
    """Callers, until cancelled; then the last of them is waited for."""
    chance = random.Random(seed)
    calls: list[asyncio.Task[Told]] = []
    try:
        for serial in range(1_000, 1_000_000):
            person = Person(office, serial, some_goal(chance))
            result.goals[person.told.goal] += 1
            calls.append(asyncio.create_task(person.calls()))
            await asyncio.sleep(chance.expovariate(rate))
    except asyncio.CancelledError:
        pass
    async with asyncio.timeout(LONGEST + 10):
        return list(await asyncio.gather(*calls))


async def _ended(calling: asyncio.Task[list[Told]]) -> list[Told]:
    return await calling
