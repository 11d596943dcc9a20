"""A call that ended while nobody served it is closed by its will, exactly once."""

from __future__ import annotations

import errno
import os
import wave
from datetime import datetime
from pathlib import Path

import attrs
import pytest

from ivr.calls.fence import SwitchUnknown
from ivr.calls.record import GONE, Callback, CallbackReason, CallRecord, Outcome, Step
from ivr.kernel.clock import CHINA
from ivr.kernel.errors import StoreAway
from ivr.kernel.ids import CallId, PhoneNumber
from ivr.kernel.units import seconds
from ivr.storage.executor import Executor, SettlingLedger
from ivr.storage.wills import WillFolder
from ivr.telephony.call import CallFacts
from ivr.tickets.model import NewTicket
from ivr.tickets.will import Will
from routing.ids import LineCode, TableVersion, UnitCode

CALL, CALLER = CallId("n1-1795367043.0"), PhoneNumber("13804730001")
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=CHINA)
RECORD = CallRecord(CALL, CALLER, "114", NOW, NOW, Outcome.ABANDONED, (), TableVersion(1), "n1")
OWED = Callback(CALL, CALLER, CallbackReason.LOST_IN_MESSAGE, NOW)
NEW = NewTicket(
    *("call:c:0", CALL, CALLER, LineCode("H090"), UnitCode("U1"), "c-1", 0.0, NOW, TableVersion(1))
)
WILL = Will(CallFacts(CALL, CALLER, channel="PJSIP/t-1"), RECORD, OWED, NEW)


class Desk:
    """Registers a key once, as the real one does."""

    def __init__(self):
        self.by_key = {}
        self.away = False

    async def register(self, new):
        if self.away:
            raise StoreAway("away")
        known = {**attrs.asdict(new, recurse=False), "number": "12345674"}
        return self.by_key.setdefault(new.key, attrs.make_class("T", list(known))(**known))


class Calls:
    def __init__(self):
        self.closed = {}

    async def find(self, call):
        return self.closed.get(call, (None, None))[0]

    async def close(self, record, callback):
        self.closed.setdefault(record.call, (record, callback))


class Switch:
    def __init__(self):
        self.held = False
        self.unknown = False

    async def holds(self, facts):
        if self.unknown:
            raise SwitchUnknown("away")
        return self.held and facts == WILL.facts


@pytest.fixture
def wills(tmp_path):
    return WillFolder(tmp_path / "wills")


@pytest.fixture
def stage(wills, tmp_path):
    desk, calls, switch = Desk(), Calls(), Switch()
    executor = Executor(wills, desk, calls, switch, tmp_path, lambda _: False, seconds(0))
    return executor, desk, calls, switch


def said(folder: Path, length: float) -> None:
    with wave.open(str(folder / "c-1.wav"), "wb") as audio:
        audio.setparams((1, 2, 8000, 0, "NONE", ""))
        audio.writeframes(b"\x01\x02" * int(8000 * length))


async def test_what_was_said_becomes_a_ticket_and_somebody_calls_back(wills, stage, tmp_path):
    executor, desk, calls, _ = stage
    said(tmp_path, 3)
    await wills.leave(WILL)
    assert [await executor.execute() for _ in range(3)] == [1, 0, 0]
    [ticket] = desk.by_key.values()
    assert (ticket.recording, ticket.duration) == (str(tmp_path / "c-1.wav"), 3.0)
    record, callback = calls.closed[CALL]
    assert (record.outcome, record.ticket) == (Outcome.TICKET, "12345674")
    assert (callback.reason, callback.recording) == (OWED.reason, ticket.recording)


@pytest.mark.parametrize("length", [None, 0.4])
async def test_without_words_there_is_no_ticket_but_a_callback(wills, stage, tmp_path, length):
    executor, desk, calls, _ = stage
    if length:
        said(tmp_path, length)
    await wills.leave(WILL)
    assert await executor.execute() == 1
    assert desk.by_key == {}
    assert calls.closed[CALL] == (RECORD, OWED)


async def test_a_call_that_goes_on_or_was_closed_needs_no_will(wills, stage):
    executor, desk, calls, switch = stage
    await wills.leave(WILL)
    switch.held = True
    assert await executor.execute() == 0
    assert calls.closed == {}
    await SettlingLedger(calls, wills).close(RECORD, None)
    switch.held = False
    assert await executor.execute() == 0
    assert (desk.by_key, calls.closed[CALL]) == ({}, (RECORD, None))


async def test_who_finds_the_caller_gone_leaves_the_will_of_the_one_before(wills, stage, tmp_path):
    """The next node came too late to ask what had been recorded, and must not close it away."""
    executor, desk, calls, _ = stage
    said(tmp_path, 3)
    await wills.leave(WILL)
    late = attrs.evolve(RECORD, steps=(Step(GONE, NOW),))
    await SettlingLedger(calls, wills).close(late, None)
    assert calls.closed == {}
    assert await executor.execute() == 1
    assert [each.call for each in desk.by_key.values()] == [CALL]


async def test_a_caller_gone_at_once_has_a_record_all_the_same(wills, stage):
    _, _, calls, _ = stage
    late = attrs.evolve(RECORD, steps=(Step(GONE, NOW),))
    await SettlingLedger(calls, wills).close(late, None)
    assert calls.closed[CALL] == (late, None)


async def test_a_will_whose_call_was_closed_elsewhere_is_dropped(wills, stage):
    """Another node closed it, and died before it could settle the will."""
    executor, desk, calls, _ = stage
    await wills.leave(WILL)
    await calls.close(RECORD, None)
    assert await executor.execute() == 0
    assert wills.older_than(seconds(0)) == []
    assert desk.by_key == {}


@pytest.mark.parametrize(("ago", "old"), [(181, True), (100, False), (-3600, True)])
async def test_a_will_is_old_after_its_time_or_when_the_clock_was_set_back(wills, ago, old):
    """An hour too early does no harm: the switch is asked first. An hour too late would."""
    await wills.leave(WILL)
    (file,) = wills._root.glob("*.will")
    then = file.stat().st_mtime - ago
    os.utime(file, (then, then))
    assert bool(wills.older_than(seconds(180))) is old


def test_a_disk_that_refuses_a_will_is_told_and_ends_no_call(wills, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("ivr.storage.wills.write_durably", full)
    assert wills.keep(WILL) is False


async def test_nothing_is_decided_while_switch_or_store_can_not_be_asked(wills, stage, tmp_path):
    executor, desk, calls, switch = stage
    said(tmp_path, 3)
    await wills.leave(WILL)
    switch.unknown = True
    assert await executor.execute() == 0
    switch.unknown, desk.away = False, True
    assert await executor.execute() == 0
    assert calls.closed == {}
    desk.away = False
    assert await executor.execute() == 1


async def test_one_who_talked_to_somebody_is_not_called_back(wills, stage):
    executor, _, calls, _ = stage
    await wills.leave(attrs.evolve(WILL, ticket=None))
    await attrs.evolve(executor, talked=lambda call: call == CALL).execute()
    assert calls.closed[CALL] == (RECORD, None)


async def test_the_last_will_counts_and_a_young_one_waits(wills):
    await wills.leave(WILL)
    await wills.leave(attrs.evolve(WILL, ticket=None))
    assert wills.older_than(seconds(60)) == []
    assert wills.older_than(seconds(0)) == [attrs.evolve(WILL, ticket=None)]


async def test_a_damaged_will_is_put_out_of_the_way(wills, tmp_path):
    await wills.leave(WILL)
    [file] = (tmp_path / "wills").iterdir()
    file.write_bytes(file.read_bytes().replace(b"138", b"139"))
    assert wills.older_than(seconds(0)) == []
    assert [each.suffix for each in (tmp_path / "wills").iterdir()] == [".bad"]


async def test_a_disk_that_refuses_does_not_stop_the_call(tmp_path):
    (tmp_path / "wills").write_text("in the way")
    await WillFolder(tmp_path / "wills").leave(WILL)
    assert (tmp_path / "wills").is_file()
