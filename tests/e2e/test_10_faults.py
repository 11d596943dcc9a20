"""Point 10: what breaks, breaks for nobody: the fault runner of `make faults` in a short form.

One ordeal for all tests here: callers keep coming, with a ledger of what they are told, while the
manager connection goes half open, a thousand slow and thousands of idle peers stand at the
FastAGI port, and nodes are killed.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from typing import Final

import pytest
from attrs import define, evolve, field

from tests.faults.hostile import CORPUS, Besiegers, raise_limit, send
from tests.faults.ledger import Verdict, compare, kept_of, orphans
from tests.faults.lexicon import Lexicon
from tests.faults.people import GOALS, Person, Told
from tests.faults.proxy import Mode
from tests.faults.site import Node
from tests.faults.world import World, embedded

SEED: Final = 114
SLOW: Final = 1_000
IDLE: Final = 10_000
OLD: Final = 60.0  # seconds after which all who say nothing are out; six without a load
NOTICED: Final = 20.0  # seconds in which a half-open connection is seen; nine without a load
TOLD: Final = 120.0  # seconds from the end of the siege until somebody has heard a number
EVERY: Final = 1.3  # seconds between callers
BRIEF: Final = tuple(  # who has heard the number twice has heard enough
    each if each.leaves[0] else evolve(each, leaves=("deadline_before", 0.2)) for each in GOALS
)


@define
class Ordeal:
    """What was seen."""

    told: list[Told] = field(factory=list)
    verdict: Verdict = field(factory=Verdict)
    orphans: list[str] = field(factory=list)
    struck: float = 0.0  # when the first node was killed
    noticed: float = 0.0  # seconds until the half-open manager connection was seen
    back: float = 0.0  # seconds from its mending until it was up
    dropped: float = 0.0  # seconds from being cut off until it was up again
    came: int = 0
    borne: int = 0
    malformed: Sequence[str] = ()


@pytest.fixture(scope="module")
def ordeal(tmp_path_factory: pytest.TempPathFactory) -> Ordeal:
    return asyncio.run(_suffered(tmp_path_factory))


async def _suffered(folders: pytest.TempPathFactory) -> Ordeal:
    seen = Ordeal()
    async with embedded(folders.mktemp("faults") / "site", Lexicon.of(), seats=()) as world:
        people: list[Person] = []
        calls = asyncio.create_task(_callers(world, people))
        await asyncio.gather(_half_open(world, seen), _siege(world, seen))
        await _until_somebody_was_told(people)
        await _kills(world, seen, calls)
        seen.told = await calls
        await world.site.green()
        seen.verdict = compare(seen.told, kept_of(world.rows))
        seen.orphans = orphans(world.site.hotline, world.site.recordings)
    return seen


async def _callers(world: World, people: list[Person]) -> list[Told]:
    """One every few seconds, each after something else, until cancelled; then all are awaited.

    `people` is filled with those who dialled.
    """
    calls: list[asyncio.Task[Told]] = []
    try:
        for serial, goal in enumerate(BRIEF * 10):
            people.append(Person(world.office, serial + 1, goal))
            calls.append(asyncio.create_task(people[-1].calls()))
            await asyncio.sleep(EVERY)
    except asyncio.CancelledError:
        pass
    return list(await asyncio.gather(*calls))


async def _until_somebody_was_told(people: list[Person]) -> None:
    """A ticket number, to the last digit, in spite of all: some twenty seconds after dialling."""
    async with asyncio.timeout(TOLD):
        while not any(each.told.numbers for each in people):  # noqa: ASYNC110 - no event
            await asyncio.sleep(0.2)


async def _half_open(world: World, seen: Ordeal) -> None:
    """Of the second node: the first is besieged meanwhile."""
    node = world.site.nodes[1]
    struck = time.time()
    world.ami.cut()
    seen.dropped = await node.says("manager up", struck)
    struck = time.time()
    await world.ami.be(Mode.SWALLOW)
    seen.noticed = await node.says("manager down", struck)
    mended = time.time()
    await world.ami.be(Mode.PASS)
    seen.back = await node.says("manager up", mended)


async def _siege(world: World, seen: Ordeal) -> None:
    where = world.site.first.address
    slow, idle = Besiegers(where), Besiegers(where)
    seen.came = await slow.come(SLOW)
    feeding = asyncio.create_task(slow.feed())
    seen.came += await idle.come(min(IDLE, raise_limit() - 2 * SLOW))
    ended = await asyncio.gather(*(send(where, data) for data in CORPUS.values()))
    seen.malformed = [name for name, end in zip(CORPUS, ended, strict=True) if not end]
    until = time.monotonic() + OLD
    while (borne := slow.standing() + idle.standing()) and time.monotonic() < until:  # noqa: ASYNC110 - peers
        await asyncio.sleep(0.2)
    seen.borne = borne
    feeding.cancel()
    slow.leave()
    idle.leave()


async def _kills(world: World, seen: Ordeal, calls: asyncio.Task[list[Told]]) -> None:
    """One node, then the other before the first is back: the script on the switch serves them.

    Nobody dials any more; when the first is back it is killed again.
    """
    chance = random.Random(SEED)
    first, second = world.site.nodes
    seen.struck = time.monotonic()
    for node in (first, second):
        await _kill(node, chance)
    calls.cancel()
    await first.ready()
    await _kill(first, chance)
    await asyncio.gather(first.ready(), second.ready())


async def _kill(node: Node, chance: random.Random) -> None:
    await asyncio.sleep(chance.uniform(0.2, 1.0))
    node.kill()
    node.start()


def test_a_half_open_manager_connection_is_seen(ordeal: Ordeal) -> None:
    assert ordeal.noticed < NOTICED


def test_the_manager_connection_comes_back_by_itself(ordeal: Ordeal) -> None:
    """With jitter, so no moment is certain; the state is read again before it counts as up."""
    assert max(ordeal.dropped, ordeal.back) < 20.0


def test_slow_and_idle_peers_are_thrown_out(ordeal: Ordeal) -> None:
    assert ordeal.came > SLOW
    assert ordeal.borne == 0


def test_malformed_agi_ends_its_own_connection(ordeal: Ordeal) -> None:
    assert ordeal.malformed == []


def test_nobody_is_kept_waiting_by_them(ordeal: Ordeal) -> None:
    """Until the first kill, no caller is without a voice for long, besieged or not."""
    besieged = [each for each in ordeal.told if each.began < ordeal.struck]
    waits = [
        long for each in besieged for since, long in each.silences if since + long < ordeal.struck
    ]
    assert len(besieged) > 3
    assert max(waits, default=0.0) < 5.0


def test_nothing_is_lost_or_done_twice(ordeal: Ordeal) -> None:
    """Tickets, records, callbacks and recordings against what the callers were told."""
    assert list(ordeal.verdict.lines()) == []
    assert ordeal.orphans == []
    assert ordeal.verdict.offered == ordeal.verdict.answered >= 8
    assert any(each.numbers for each in ordeal.told)
