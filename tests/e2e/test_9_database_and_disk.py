"""Point 2 and 4: the database away or slow, the recordings' disk full, and nobody hears of it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import frozen

from deploy.phones.listen import heard, sounds
from deploy.phones.phone import Leg
from prompts import vocabulary

from .citizen import WATER, WATER_KEYS, Citizen, digits, introduction, title
from .hotline import Hotline, Row
from .scenes import Cast, play

# Seconds of silence. The promise is 0.3, which a machine with other things to do adds by itself;
# who waited for the database would wait for HELD, or for as long as it is locked.
ADDED = 1.5
HELD = 3.0  # seconds that each change waits while the database is slow
BREATH = 0.06  # seconds; the shortest pause inside a sentence that counts as silence here


@frozen
class Told:
    """A caller who left a message and heard a number."""

    caller: str
    call: Leg
    silence: float  # seconds from the key that submits to the first word of the answer


async def leaves_a_message(cast: Cast, *, to_the_end: bool = False) -> Told:
    caller = await _has_spoken(cast)
    await caller.hears("message_review")
    await caller.presses("1")
    (answer,) = await caller.hears("ticket_number_is")
    if to_the_end:
        await caller.hears("ticket_number_repeat")
    await caller.hangs_up()
    return Told(caller.number, caller.call, _silence_before(caller.call.recording, answer.start))


async def _has_spoken(cast: Cast) -> Citizen:
    """Through the menu by keys, past the invitation, a message, and the key that ends it."""
    words = cast.hotline.sounds.clip(title("H132"))
    assert words is not None
    caller = await cast.citizen()
    await caller.hears("greeting_keys")
    await caller.presses(WATER_KEYS)
    await caller.hears(introduction(WATER))
    await caller.presses("2")
    await caller.hears("message_intro")
    await caller.presses("5")
    await caller.hears(vocabulary.BEEP, whole=True)
    await caller.says(words.path)
    await caller.presses("#")
    return caller


def _silence_before(recording: Path, moment: float) -> float:
    """Between what is heard at this moment and what was heard before it."""
    begun = [span for span in sounds(recording, BREATH) if span[0] < moment + BREATH]
    (_, before), (start, _) = begun[-2:]
    return start - before if start > moment - 2 * BREATH else 0.0


@pytest.fixture(scope="module")
def healthy(hotline: Hotline, tmp_path_factory: pytest.TempPathFactory) -> float:
    """The silence that a caller hears while all is well."""
    told: list[Told] = []

    async def scene(cast: Cast) -> None:
        told.append(await leaves_a_message(cast))

    asyncio.run(play(scene, hotline, tmp_path_factory.mktemp("healthy")))
    return told[0].silence


@pytest.fixture
def writer(hotline: Hotline) -> Iterator[sqlite3.Connection]:
    """Another process at the hotline's database."""
    path = str(hotline.facts["database"]).partition(":///")[2]
    other = sqlite3.connect(path, isolation_level=None, timeout=120, check_same_thread=False)
    with contextlib.closing(other):
        yield other


async def _doctor(hotline: Hotline) -> str:
    """What `hotline doctor` says of a sick site."""
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("hotline")),
        "doctor",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=dict(hotline.environment),
    )
    said, _ = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode == 1, said.decode()
    return said.decode()


def _digits_heard(hotline: Hotline, told: Told) -> str:
    """The digits of the first reading; one may be missing where the line lost a packet."""
    clips = hotline.clips(*digits("0123456789"), "ticket_number_is", "ticket_number_repeat")
    names = [each.name for each in heard(told.call.recording, clips)]
    reading = names[names.index("ticket_number_is") + 1 : names.index("ticket_number_repeat")]
    return "".join(name.removeprefix("digit.") for name in reading if name.startswith("digit."))


def _is_part_of(few: str, number: str) -> bool:
    """Whether `few` are most of the digits of `number`, in its order."""
    rest = iter(number)
    return len(few) >= len(number) - 3 and all(digit in rest for digit in few)


async def _is_delivered_once(hotline: Hotline, told: Told) -> Row:
    ticket = await hotline.ticket(told.caller)
    record = await hotline.record(told.caller)
    assert (record["outcome"], record["ticket"]) == ("ticket", ticket["number"])
    return ticket


async def test_a_locked_database_adds_no_silence_and_the_ticket_comes_when_it_is_free(
    cast: Cast, healthy: float, writer: sqlite3.Connection
) -> None:
    writer.execute("BEGIN IMMEDIATE")
    told, doctor = await asyncio.gather(
        leaves_a_message(cast, to_the_end=True), _doctor(cast.hotline)
    )
    assert cast.hotline.rows("select * from ticket where caller = ?", told.caller) == []
    writer.execute("ROLLBACK")
    assert told.silence <= healthy + ADDED
    ticket = await _is_delivered_once(cast.hotline, told)
    assert _is_part_of(_digits_heard(cast.hotline, told), ticket["number"])
    assert "✗ 数据库" in doctor
    assert "占着数据库的写锁" in doctor


async def test_a_database_that_takes_three_seconds_a_change_adds_no_silence(
    cast: Cast, healthy: float, writer: sqlite3.Connection
) -> None:
    ended = threading.Event()

    def hold() -> None:
        while not ended.is_set():
            writer.execute("BEGIN IMMEDIATE")
            ended.wait(HELD)
            writer.execute("ROLLBACK")
            ended.wait(0.05)

    holding = asyncio.create_task(asyncio.to_thread(hold))
    try:
        told = await leaves_a_message(cast)
    finally:
        ended.set()
        await holding
    assert told.silence <= healthy + ADDED
    await _is_delivered_once(cast.hotline, told)


@pytest.fixture
def full(hotline: Hotline) -> Iterator[Path]:
    """The recordings' folder on a disk of its own that has no room."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    folder = hotline.home / "recordings"
    small = ["mount", "-t", "tmpfs", "-o", "size=64k,mode=700", "tmpfs", str(folder)]
    subprocess.run(small, check=True)  # noqa: S603 - a list, never a shell
    with contextlib.suppress(OSError), (folder / "old.wav").open("wb", buffering=0) as old:
        while True:  # until the disk refuses: how much fits is the kernel's business
            old.write(bytes(1024))
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S603, S607


async def test_a_caller_who_can_not_be_recorded_is_told_so_and_reaches_a_human(
    cast: Cast, full: Path
) -> None:
    caller = await _has_spoken(cast)
    await caller.hears("service_away")
    _, doctor = await asyncio.gather(caller.hears("to_operator"), _doctor(cast.hotline))
    await caller.hangs_up()
    assert f"录音（{full}）" in doctor  # by then what was cut may be gone, and leave a little room
    assert "录音没有写全" in doctor
    assert "清理旧录音" in doctor
    came_past = (await caller.record())["steps"]
    assert came_past[came_past.index("not-recorded") :][:2] == ["not-recorded", "operator"]
