"""Who did what, when and why: a log to which entries are added and from which none is taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol, TypeAlias

from attrs import frozen

from ivr.kernel.people import AccountName

Json: TypeAlias = str | int | float | bool | Sequence["Json"] | Mapping[str, "Json"] | None

PAGE: Final = 100  # entries; a reader asks again


@frozen
class Deed:
    """What somebody did.

    `what` is a stable id with dots ("draft.put"), `subject` names what it was done to
    ("hotlines/H090", "table/12", "account/anna"). `before` and `after` hold what changed.
    """

    who: AccountName
    what: str
    subject: str
    why: str = ""
    before: Json = None
    after: Json = None


@frozen
class AuditEntry:
    """A deed in the log; `seq` grows with each."""

    seq: int
    at: datetime
    deed: Deed


@frozen
class AuditQuery:
    """Which entries: all that are given must hold. `what` and `subject` may be beginnings."""

    who: AccountName | None = None
    what: str = ""
    subject: str = ""
    before_seq: int | None = None
    limit: int = PAGE


class AuditLog(Protocol):
    """Append only. Both raise `StoreAway`.

    A store that changes something writes its deed in the transaction of the change; `add` is for
    deeds that change nothing that is kept, such as a refused login.
    """

    async def add(self, deed: Deed) -> AuditEntry: ...

    async def find(self, query: AuditQuery = ...) -> tuple[AuditEntry, ...]:
        """Newest first."""
