"""A site whose citizens are called back: its switch, a seat, everything behind the trunk, and
both users of the manager interface.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from deploy.asterisk_process import AsteriskProcess
from deploy.phones.phone import Leg, Phone, Subscriber
from deploy.render import Variant, dialled_numbers, render
from ivr.app.initialise import initialise
from ivr.app.trunk_guard import DIALLING, TrunkGuard
from ivr.calls.record import Callback, CallbackReason, CallRecord, Outcome
from ivr.kernel.background import Background
from ivr.kernel.clock import CHINA, SystemClock
from ivr.kernel.ids import CallId, PhoneNumber
from ivr.kernel.metrics import Meter
from ivr.settings import Settings
from ivr.storage.calls import SqlCalls
from ivr.storage.database import Database
from ivr.telephony.dialling_rules import NationalForms
from ivr.telephony.manager import Login, ManagerClient
from routing.ids import TableVersion
from tests.deploy.conftest import layout_at, settings_at

ALWAYS = {"opens": "00:00", "closes": "00:00", "at_once": 2, "per_number": 2}
OFFSET = 120  # ports of its own beside the other modules'
CITIZEN = "13947300114"
FIRST = TableVersion(1)

Run = Callable[..., Awaitable[tuple[int, str]]]
Owe = Callable[..., Awaitable[CallId]]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A site with its database, and secrets that the settings do not hold yet."""
    plain = settings_at(tmp_path_factory.mktemp("site"), OFFSET)
    settings = plain.model_copy(update={"dialler": plain.dialler.model_validate(ALWAYS)})
    initialise(settings)
    return settings


@pytest.fixture(scope="session")
def switch(site: Settings) -> Iterator[AsteriskProcess]:
    layout = layout_at(site.home)
    render(site, layout, Variant.LOOPBACK)
    process = AsteriskProcess(layout)
    process.start()
    try:
        process.wait_booted()
        yield process
    finally:
        process.stop()


@pytest.fixture
def hotline(site: Settings) -> Run:
    """Runs `hotline ...` as an operator's machine would; exit code and what it said."""
    known = {
        "HOTLINE_HOME": str(site.home),
        "HOTLINE_AMI__PORT": str(site.ami.port),
        "COLUMNS": "160",
        **{f"HOTLINE_DIALLER__{name.upper()}": str(value) for name, value in ALWAYS.items()},
    }

    async def run(*words: str, **more: str) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            str(Path(sys.executable).with_name("hotline")),
            *words,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, **known, **more},
        )
        said, _ = await asyncio.wait_for(process.communicate(), 120)
        return process.returncode or 0, said.decode()

    return run


@pytest.fixture
async def database(site: Settings) -> AsyncIterator[Database]:
    database = Database(site.database_url)
    yield database
    await database.close()


@pytest.fixture
def owe(database: Database) -> Owe:
    """Makes a citizen who was lost in the queue."""

    async def lost(call: str, number: str = CITIZEN) -> CallId:
        now, who, caller = datetime.now(CHINA), CallId(call), PhoneNumber(number)
        record = CallRecord(who, caller, "114", now, now, Outcome.ABANDONED, (), FIRST, "n1")
        back = Callback(who, caller, CallbackReason.LOST_IN_QUEUE, now + timedelta(hours=2))
        await SqlCalls(database, SystemClock()).close(record, back)
        return who

    return lost


Exchange = tuple[Phone, list[Leg]]


@pytest.fixture
async def exchange(site: Settings, tmp_path: Path) -> AsyncIterator[Exchange]:
    """Everything behind the trunk, in one telephone that a test answers; and what reached it."""
    rung: list[Leg] = []

    async def note(call: Leg) -> None:
        rung.append(call)

    port = site.switch.exchange_port
    folder = tmp_path / "exchange"
    async with Phone(Subscriber("x"), folder=folder, answering=note, sip_port=port) as phone:
        yield phone, rung


@pytest.fixture
async def operator(site: Settings, switch: AsteriskProcess, tmp_path: Path, hotline: Run):
    """Seat 1001, registered and logged in."""

    registrar = f"127.0.0.1:{site.switch.sip_port}"
    password = (site.home / "secrets/sip-op1001").read_text().strip()
    owner = Subscriber("op1001", password=password, registrar=registrar)
    async with Phone(owner, folder=tmp_path / "operator") as phone:
        assert (await hotline("operator", "login", "1001"))[0] == 0
        yield phone
        await hotline("operator", "logout", "1001")


async def as_user(site: Settings, user: str, secret: str) -> AsyncIterator[ManagerClient]:
    password = (site.home / "secrets" / secret).read_text().strip()
    client = ManagerClient(("127.0.0.1", site.ami.port), Login(user, password))
    client.start()
    await until(lambda: client.up)
    yield client
    await client.stop()


@pytest.fixture
async def main_user(site: Settings, switch: AsteriskProcess) -> AsyncIterator[ManagerClient]:
    async for client in as_user(site, "hotline", "ami__secret"):
        yield client


@pytest.fixture
async def dialler_user(site: Settings, switch: AsteriskProcess) -> AsyncIterator[ManagerClient]:
    async for client in as_user(site, "hotline-dialler", "dialler__secret"):
        yield client


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110 - told by callbacks
            await asyncio.sleep(0.02)


@pytest.fixture
async def guarded(main_user: ManagerClient) -> AsyncIterator[Meter]:
    """What the service does with everything that is dialled; and what it has counted."""
    meter, background = Meter(), Background()
    numbers = dialled_numbers()
    forms = NationalForms("0473XXXXXXX")
    guard = TrunkGuard(main_user, lambda: numbers, forms, meter, background)
    end = main_user.subscribe(guard.handle, DIALLING)
    yield meter
    end()
    await background.stop()
