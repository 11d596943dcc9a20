"""Every test here calls a real hotline on a real Asterisk with real telephones.

The hotline is started once for all of them, as `make run` does it. A scene has callers of its
own, so that it finds its own rows.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from deploy.layout import find_asterisk

from .hotline import Hotline, start
from .scenes import Cast, Outcomes, play_all


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """The hotline, running."""
    if find_asterisk() is None:
        pytest.fail("there is no Asterisk to test with: run `make setup`, which fetches one")
    running = start(tmp_path_factory.mktemp("hotline"))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def outcomes(
    hotline: Hotline, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Outcomes:
    """The module's SCENES, played at the same time."""
    folder = tmp_path_factory.mktemp("scenes")
    return asyncio.run(play_all(request.module.SCENES, hotline, folder))


@pytest.fixture
async def cast(hotline: Hotline, tmp_path: Path) -> AsyncIterator[Cast]:
    """The people of a test that is no scene, because it needs the operators to itself."""
    async with contextlib.AsyncExitStack() as stack:
        yield Cast(hotline, tmp_path, stack)
