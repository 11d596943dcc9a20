"""Work away from the loop."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time

import pytest

from ivr.app.office import table_office
from ivr.app.secrets import TICKETS, secret
from ivr.app.stores import open_stores
from ivr.app.workshop import NICE, ProcessWorkshop, ThreadWorkshop, WorkerDied, process_workshop
from ivr.kernel.clock import SystemClock
from ivr.settings import Settings
from ivr.storage.memory import MemoryFanout
from ivr.tables.exchanging import FileKind
from routing.errors import BadRow, BadRows
from routing.load import load_table
from routing.sheets import to_sheets
from tests.alive import alive


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


SERVICE = """
import asyncio, os, time
from ivr.app.office import table_office
from ivr.app.secrets import TICKETS, secret
from ivr.app.stores import open_stores
from ivr.app.workshop import ProcessWorkshop

async def serve():
    workshop = ProcessWorkshop()
    print(await workshop.run(os.getpid), flush=True)
    await workshop.run(time.sleep, 600)

if __name__ == "__main__":
    asyncio.run(serve())
"""


async def test_a_worker_dies_with_a_service_that_was_killed(tmp_path):
    """Or each kill would leave a process behind, and a core busy with what nobody waits for."""
    (tmp_path / "service.py").write_text(SERVICE)
    service = await asyncio.create_subprocess_exec(
        sys.executable, str(tmp_path / "service.py"), stdout=asyncio.subprocess.PIPE
    )
    worker = int(await asyncio.wait_for(service.stdout.readline(), 120))
    service.kill()
    await service.wait()
    async with asyncio.timeout(60):
        while alive(worker):  # noqa: ASYNC110 - another process, which tells nobody
            await asyncio.sleep(0.02)
    assert not alive(worker)


async def test_commands_do_their_work_in_a_thread():
    assert (await ThreadWorkshop().run(who))[0] == os.getpid()


class Learning:
    """A workshop in which a router is being learned."""

    async def run(self, work, *_args, **_kwargs):
        raise AssertionError(f"{work.__name__} waits for a minute")


async def test_who_asks_for_a_file_does_not_wait_for_a_router(tmp_path):
    settings = Settings(home=tmp_path)
    secret(settings.secrets, TICKETS)
    clock = SystemClock()
    async with open_stores(settings, clock) as stores:
        files = ThreadWorkshop()
        office = table_office(settings, stores, MemoryFanout(), Learning(), clock, files)
        sheets = to_sheets(load_table())
        made = await office.exchanging.export(sheets, FileKind.HSDS)
        assert len(await office.exchanging.read("all.json", made)) > 5
