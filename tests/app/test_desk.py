"""A number is told when the message behind it is on the disk, or the disk's refusal is known."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.app.desk import DeskInTask
from ivr.kernel.ids import CallId, PhoneNumber
from ivr.kernel.metrics import Meter
from ivr.tickets.model import NewTicket
from routing.ids import TableVersion


class Desk:
    """Opens anything."""

    async def open(self, new):
        return f"ticket for {new.key}"


@pytest.fixture
def flushed(monkeypatch):
    """Names of what was flushed to the disk."""
    seen = []
    real = os.fsync

    def fsync(descriptor):
        seen.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    return seen


def message(recording):
    return NewTicket(
        key="call:1:0",
        call=CallId("1"),
        caller=PhoneNumber("13804730001"),
        line=None,
        unit=None,
        recording=str(recording),
        duration=2.0,
        happened=datetime(2026, 11, 22, tzinfo=UTC),
        table=TableVersion(1),
    )


async def opened(recording):
    meter = Meter()
    ticket = await DeskInTask(Desk(), meter).open(message(recording))
    return ticket, b"recording" in meter.exposition()


async def test_the_recording_is_flushed_with_its_name(tmp_path, flushed):
    recording = tmp_path / "m.wav"
    recording.write_bytes(b"RIFF")
    assert await opened(recording) == ("ticket for call:1:0", False)
    assert flushed == [str(recording), str(tmp_path)]


async def test_a_recording_that_the_disk_refuses_is_a_fault_and_the_ticket_stands(tmp_path):
    assert await opened(tmp_path / "none.wav") == ("ticket for call:1:0", True)


async def test_a_written_message_has_nothing_to_flush(flushed):
    assert await opened("") == ("ticket for call:1:0", False)
    assert flushed == []
