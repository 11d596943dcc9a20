"""Every test here calls a real hotline on a real Asterisk with real telephones.

The hotline is started once for all of them, as `make run` does it. A test uses callers of its
own, so that it finds its own rows.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from deploy.layout import find_asterisk
from deploy.phones.listen import Clip
from deploy.phones.phone import Answering, Phone, Subscriber

from .citizen import Citizen, spoken_words
from .hotline import Hotline, start

NUMBERS = itertools.count(13947300001)

Caller = Callable[..., Awaitable[Phone]]
Operator = Callable[..., Awaitable[Phone]]
Citizens = Callable[..., Awaitable[Citizen]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def asterisk_is_here() -> None:
    if find_asterisk() is None:
        pytest.fail("there is no Asterisk to test with: run `make setup`, which fetches one")


@pytest.fixture(scope="session")
def hotline(asterisk_is_here: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """The hotline, running."""
    running = start(tmp_path_factory.mktemp("hotline"))
    yield running
    running.stop()


@pytest.fixture
async def phones() -> AsyncIterator[contextlib.AsyncExitStack]:
    """What the telephones of a test hang on: all are put down at its end."""
    async with contextlib.AsyncExitStack() as stack:
        yield stack


@pytest.fixture
async def caller(hotline: Hotline, phones: contextlib.AsyncExitStack, tmp_path: Path) -> Caller:
    """Makes a citizen's telephone, on the trunk, with a number that nobody else has."""

    async def make(name: str = "", number: str = "") -> Phone:
        number = number or str(next(NUMBERS))
        owner = Subscriber(number, exchange=hotline.sip, name=name)
        folder = tmp_path / f"caller-{number}"
        return await phones.enter_async_context(Phone(owner, folder=folder))

    return make


@pytest.fixture
async def operator(hotline: Hotline, phones: contextlib.AsyncExitStack, tmp_path: Path) -> Operator:
    """Makes the registered telephone of a seat and logs the seat in until the test ends."""

    async def make(seat: str, answering: Answering | None = None) -> Phone:
        account = next(each for each in hotline.facts["operators"] if each["id"] == seat)
        owner = Subscriber(account["user"], account["password"], hotline.sip)
        phone = Phone(owner, folder=tmp_path / f"operator-{seat}", answering=answering)
        await phones.enter_async_context(phone)
        await hotline.command("operator", "login", seat)
        phones.push_async_callback(hotline.command, "operator", "logout", seat)
        return phone

    return make


@pytest.fixture
async def citizen(hotline: Hotline, caller: Caller) -> Citizens:
    """Makes a citizen who has dialled 114 and been answered."""

    async def make(name: str = "", number: str = "") -> Citizen:
        return await Citizen.dials(hotline, await caller(name, number))

    return make


@pytest.fixture
def own_words(hotline: Hotline, tmp_path: Path) -> tuple[Path, Clip]:
    return spoken_words(hotline, tmp_path)
