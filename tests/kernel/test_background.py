"""Work behind the calls goes on, whatever one round of it meets."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from ivr.kernel.background import Background
from ivr.kernel.errors import StoreAway
from ivr.kernel.units import seconds


@pytest.mark.parametrize("error", [StoreAway("away"), OSError(28, "full"), KeyError("a defect")])
async def test_a_round_that_fails_is_followed_by_the_next(error):
    told, rounds = [], asyncio.Queue()
    background = Background(told.append)

    async def work():
        rounds.put_nowait(None)
        raise error

    background.repeat(work, seconds(0))
    async with asyncio.timeout(60):
        await rounds.get()
        await rounds.get()
    await background.stop()
    assert (error in told) is not isinstance(error, StoreAway)


async def test_it_ends_though_a_library_loses_the_word_to_end():
    """One that connects just then may answer that it failed instead; the work is not done again."""
    background, begun, rounds = Background(), asyncio.Event(), []

    async def loses_it():
        rounds.append(None)
        begun.set()
        try:
            await asyncio.sleep(600)
        except asyncio.CancelledError:
            raise StoreAway("took too long") from None

    async def deaf():
        for _ in range(3):
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(600)

    background.repeat(loses_it, seconds(0))
    background.start(deaf())
    await begun.wait()
    await asyncio.wait_for(background.stop(), 60)
    assert len(rounds) == 1
