"""What pages and the interface for programs work with; `ivr.app` puts it together."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from ivr.calls.chat_rooms import ChatRooms
from ivr.editing.desk import TableDesk
from ivr.editing.draft_work import DraftWork
from ivr.kernel.clock import Clock
from ivr.people.accounts import AccountKeeping, OwnAccount
from ivr.people.sign_in import SignIn
from ivr.tables.checking import Checked
from ivr.web.tickets import TicketReading
from prompts.sound_library import Library
from routing.decide import Router
from routing.rehearse import Rehearsal
from routing.table import Snapshot


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
    rehearsals: DraftWork[Rehearsal]
    checks: DraftWork[Checked]
    in_force: Callable[[], Snapshot]
    router: Callable[[], Router | None]
    sounds: Library
    clock: Clock
    secure: bool = False
    chat: ChatRooms | None = None
