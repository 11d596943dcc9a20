"""What pages and the interface for programs work with; `ivr.app` puts it together."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from ivr.editing.desk import TableDesk
from ivr.kernel.clock import Clock
from ivr.people.accounts import AccountKeeping, OwnAccount
from ivr.people.sign_in import SignIn
from prompts.sound_library import Library
from routing.table import Snapshot


@frozen
class WebParts:
    """`secure` says that cookies travel over TLS alone, however the request came in."""

    sign_in: SignIn
    keeping: AccountKeeping
    own: OwnAccount
    tables: TableDesk
    in_force: Callable[[], Snapshot]
    sounds: Library
    clock: Clock
    secure: bool = False
