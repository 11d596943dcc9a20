"""Work behind the calls goes on, whatever one round of it meets."""

from __future__ import annotations

import asyncio

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
    async with asyncio.timeout(10):
        await rounds.get()
        await rounds.get()
    await background.stop()
    assert (error in told) is not isinstance(error, StoreAway)
