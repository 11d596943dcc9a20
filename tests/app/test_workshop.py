"""Work away from the loop."""

from __future__ import annotations

import asyncio
import os
import signal
import time

import pytest

from ivr.app.workshop import NICE, ProcessWorkshop, ThreadWorkshop, WorkerDied, process_workshop
from routing.errors import BadRow, BadRows


def who():
    return os.getpid(), os.nice(0)


def refuse():
    raise BadRows((BadRow("a.csv", 2, "code", "不对"),), 7)


def die():
    os.kill(os.getpid(), signal.SIGKILL)


async def test_work_is_done_by_another_process_that_makes_way_and_errors_travel():
    async with process_workshop() as workshop:
        pid, nice = await workshop.run(who)
        assert pid != os.getpid()
        assert nice >= NICE
        with pytest.raises(BadRows, match="不对") as caught:
            await workshop.run(refuse)
        assert (caught.value.count, caught.value.row, caught.value.column) == (7, 2, "code")
        with pytest.raises(WorkerDied):
            await workshop.run(die)
        assert (await workshop.run(who))[0] not in (pid, os.getpid())


async def test_a_stop_does_not_wait_for_work():
    workshop = ProcessWorkshop()
    await workshop.run(who)
    working = asyncio.create_task(workshop.run(time.sleep, 200))
    await asyncio.sleep(0.05)
    await asyncio.wait_for(workshop.close(), 60)
    with pytest.raises(WorkerDied):
        await working


async def test_commands_do_their_work_in_a_thread():
    assert (await ThreadWorkshop().run(who))[0] == os.getpid()
