"""Neither the database nor the disk takes a call's record: it is kept in memory and tried again."""

from __future__ import annotations

import errno
from datetime import datetime

import pytest

from ivr.calls.record import CallRecord, Outcome
from ivr.kernel.clock import CHINA
from ivr.kernel.errors import StoreAway
from ivr.kernel.ids import CallId, PhoneNumber
from ivr.storage import spooling
from ivr.storage.executor import SettlingLedger
from ivr.storage.spool import SpoolFolder
from ivr.storage.spooling import ServiceSpool, SpoolingLedger
from ivr.storage.wills import WillFolder
from routing.ids import TableVersion

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=CHINA)


def record(call):
    return CallRecord(
        CallId(call), PhoneNumber(""), "114", NOW, NOW, Outcome.ABANDONED, (), TableVersion(1), "n1"
    )


class Ledger:
    def __init__(self):
        self.away, self.closed = True, []

    async def close(self, record, _callback):
        if self.away:
            raise StoreAway("away")
        self.closed.append(record.call)


@pytest.fixture
def refusals():
    return []


@pytest.fixture
def full(monkeypatch):
    def put(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(SpoolFolder, "put", put)
        yield patched


@pytest.fixture
def ledgers(tmp_path, refusals):
    ledger = Ledger()
    spool = ServiceSpool(SpoolFolder(tmp_path / "spool"), lambda: refusals.append(1))
    return ledger, spool, SpoolingLedger(ledger, spool)


async def test_it_is_said_counted_and_written_as_soon_as_somebody_takes_it(ledgers, full, refusals):
    ledger, _, spooling_ledger = ledgers
    for call in ("c1", "c2"):
        with pytest.raises(StoreAway):
            await spooling_ledger.close(record(call), None)
    assert len(refusals) == 2
    ledger.away = False
    await spooling_ledger.again()
    await spooling_ledger.again()
    assert ledger.closed == ["c1", "c2"]


async def test_with_room_again_it_goes_to_the_spool(ledgers, full):
    _, spool, spooling_ledger = ledgers
    with pytest.raises(StoreAway):
        await spooling_ledger.close(record("c1"), None)
    with pytest.raises(StoreAway):
        await spooling_ledger.again()
    full.undo()
    await spooling_ledger.again()
    assert await spool.depth() == 1


async def test_its_will_stays_meanwhile(ledgers, full, tmp_path):
    """Should the process die before there is room, the will closes the call."""
    wills = WillFolder(tmp_path / "wills")
    settled = []
    wills.forget = settled.append
    with pytest.raises(StoreAway):
        await SettlingLedger(ledgers[2], wills).close(record("c1"), None)
    assert settled == []


async def test_memory_is_bounded(ledgers, full, monkeypatch):
    monkeypatch.setattr(spooling, "NOWHERE", 3)
    ledger, spool, _ = ledgers
    spooling_ledger = SpoolingLedger(ledger, spool)
    for count in range(5):
        with pytest.raises(StoreAway):
            await spooling_ledger.close(record(f"c{count}"), None)
    ledger.away = False
    await spooling_ledger.again()
    assert ledger.closed == ["c2", "c3", "c4"]
