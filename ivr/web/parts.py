"""What pages and the interface for programs work with; `ivr.app` puts it together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from attrs import frozen

from ivr.calls.chat_rooms import ChatRooms
from ivr.editing.correcting import Correcting
from ivr.editing.desk import TableDesk
from ivr.editing.draft_work import DraftWork
from ivr.kernel.clock import Clock
from ivr.kernel.sound import Sound
from ivr.people.accounts import AccountKeeping, OwnAccount
from ivr.people.sign_in import SignIn
from ivr.tables.checking import Checked
from ivr.web.desk import DeskReading
from ivr.web.tickets import TicketReading
from routing.decide import Router
from routing.rehearse import Rehearsal
from routing.table import Snapshot


class Sounds(Protocol):
    """The clips that pages play."""

    async def look(self) -> None:
        """Notice what has been rendered since; before `speaks`."""

    def speaks(self, sound: Sound) -> bool:
        """Whether there is a clip with exactly these words."""

    async def clips(self, sounds: Iterable[Sound], *, make: bool) -> list[Path]:
        """In order, those that speak exactly these words; missing ones are made if asked.

        What can not be made is passed over. Raises `TimeoutError` on a busy machine.
        """


@frozen
class WebParts:
    """`router` is None while it is being learned, on a new site.

    `secure` says that cookies travel over TLS alone, however the request came in. Without `chat`
    citizens can not write to us.
    """

    sign_in: SignIn
    keeping: AccountKeeping
    own: OwnAccount
    tables: TableDesk
    tickets: TicketReading
    desk: DeskReading
    correcting: Correcting
    rehearsals: DraftWork[Rehearsal]
    checks: DraftWork[Checked]
    in_force: Callable[[], Snapshot]
    router: Callable[[], Router | None]
    sounds: Sounds
    clock: Clock
    secure: bool = False
    chat: ChatRooms | None = None
