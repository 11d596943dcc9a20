"""Scenes: calls that have nothing to do with each other are played at the same time.

A telephone call takes as long as it takes to be listened to; a file of tests that plays its
scenes one after the other spends its minutes waiting. Each scene is a test of its own all the
same: `outcomes` plays all of a module's ``SCENES`` once, each test asks for one.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from deploy.phones.listen import Clip
from deploy.phones.phone import Answering, Phone, Subscriber

from .citizen import Citizen, spoken_words
from .hotline import Hotline

NUMBERS: Final = itertools.count(13947300001)
APART: Final = 0.4  # seconds between two beginnings: processes start better one by one


class Cast:
    """Makes the people of one scene; their telephones are put down when it ends."""

    def __init__(self, hotline: Hotline, folder: Path, stack: contextlib.AsyncExitStack) -> None:
        self.hotline = hotline
        self._folder = folder
        self._stack = stack

    async def phone(self, name: str = "") -> Phone:
        """A citizen's telephone, on the trunk, with a number that nobody else has."""
        number = str(next(NUMBERS))
        owner = Subscriber(number, exchange=self.hotline.sip, name=name)
        folder = self._folder / f"caller-{number}"
        return await self._stack.enter_async_context(Phone(owner, folder=folder))

    async def citizen(self) -> Citizen:
        """A citizen who has dialled 114 and been answered."""
        return await Citizen.dials(self.hotline, await self.phone())

    async def operator(self, seat: str, answering: Answering | None = None) -> Phone:
        """The registered telephone of a seat, logged in until the scene ends."""
        accounts = self.hotline.facts["operators"]
        account = next(each for each in accounts if each["id"] == seat)
        owner = Subscriber(account["user"], account["password"], self.hotline.sip)
        phone = Phone(owner, folder=self._folder / f"operator-{seat}", answering=answering)
        await self._stack.enter_async_context(phone)
        await self.hotline.command("operator", "login", seat)
        self._stack.push_async_callback(self.hotline.command, "operator", "logout", seat)
        return phone

    def own_words(self) -> tuple[Path, Clip]:
        """Something to say that the hotline never says, as a file and as a clip."""
        return spoken_words(self.hotline, self._folder)


Scene = Callable[[Cast], Awaitable[None]]


class Outcomes:
    """How the scenes of a module went."""

    def __init__(self, errors: Mapping[str, BaseException | None]) -> None:
        self._errors = errors

    def of(self, scene: Scene) -> None:
        """Raises what the scene raised."""
        error = self._errors[name_of(scene)]
        if error is not None:
            raise error


def name_of(scene: Scene) -> str:
    return scene.__name__


async def play(scene: Scene, hotline: Hotline, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - once, before any call
    async with contextlib.AsyncExitStack() as stack:
        await scene(Cast(hotline, folder, stack))


async def play_all(scenes: Sequence[Scene], hotline: Hotline, folder: Path) -> Outcomes:
    """Play them at the same time; none disturbs another by failing."""

    async def begin(number: int, scene: Scene) -> None:
        await asyncio.sleep(number * APART)
        await play(scene, hotline, folder / name_of(scene))

    begun = [begin(number, scene) for number, scene in enumerate(scenes)]
    ended = await asyncio.gather(*begun, return_exceptions=True)
    return Outcomes(dict(zip(map(name_of, scenes), ended, strict=True)))
