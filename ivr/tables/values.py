"""What travels between the pages, the rules and the stores of the routing table's versions."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import NewType

from attrs import frozen

from ivr.kernel.people import AccountName
from routing.ids import TableVersion
from routing.sheet import Cells, Key, Sheets

Revision = NewType("Revision", int)
"""Grows with every change of a draft; an editor names the one they look at."""

ProposalId = NewType("ProposalId", int)
"""Number of a proposal, from 1."""


@frozen
class Draft:
    """An editor's own copy of the table, made from version `base`."""

    editor: AccountName
    base: TableVersion
    revision: Revision
    opened: datetime
    changed: datetime
    sheets: Sheets

    @property
    def stamp(self) -> Stamp:
        return Stamp(self.editor, self.revision)


@frozen
class Stamp:
    """Which draft, as its editor last saw it: whoever changes it says what they looked at."""

    editor: AccountName
    revision: Revision


@frozen
class RowEdit:
    """Put `cells` in the place of the row `key`, or as a new row where `key` is None.

    `cells` None takes the row away.
    """

    sheet: str
    key: Key | None
    cells: Cells | None


@frozen
class StoredDraft:
    """A draft as it is kept: `body` holds the sheets that are not those of the base."""

    editor: AccountName
    base: TableVersion
    revision: Revision
    opened: datetime
    changed: datetime
    body: bytes


class ProposalState(Enum):
    """How far a proposal has come."""

    WAITING = "waiting"  # 待审批
    SCHEDULED = "scheduled"  # 待发布: approved, or needing nobody; published when its time comes
    PUBLISHED = "published"  # 已发布
    REFUSED = "refused"  # 已驳回
    WITHDRAWN = "withdrawn"  # 已撤回
    FAILED = "failed"  # 发布失败: `decision` says why


@frozen
class Progress:
    """How far rendering is; `unspoken` are clips that could not be made, with the reason."""

    done: int
    total: int
    unspoken: tuple[str, ...] = ()

    @property
    def is_over(self) -> bool:
        return self.done >= self.total


OPEN_STATES = (ProposalState.WAITING, ProposalState.SCHEDULED)


@frozen
class Proposal:
    """A draft that was submitted: its content does not change any more.

    `voiceless`: publish it also when clips of it can not be rendered.
    """

    id: ProposalId
    editor: AccountName
    base: TableVersion
    revision: Revision
    why: str
    submitted: datetime
    publish_at: datetime | None
    state: ProposalState
    sha256: str
    decided_by: AccountName | None = None
    decided: datetime | None = None
    decision: str | None = None
    version: TableVersion | None = None
    voiceless: bool = False

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


@frozen
class NewProposal:
    """A proposal before it has a number; `body` is the table's JSON."""

    editor: AccountName
    base: TableVersion
    revision: Revision
    why: str
    publish_at: datetime | None
    state: ProposalState
    sha256: str
    body: bytes
    voiceless: bool = False


@frozen
class Publication:
    """A published table without its body; `active` marks the one in force."""

    version: TableVersion
    sha256: str
    published_at: datetime
    active: bool
    published_by: str | None = None
    approved_by: str | None = None
    why: str | None = None
    restores: TableVersion | None = None


@frozen
class PublishedTable:
    """A published table; `body` is the snapshot, byte for byte as it was hashed."""

    publication: Publication
    body: bytes


@frozen
class Release:
    """What one publication does, all at once or not at all.

    `over` is the version that must be in force. `proposal` is marked published and the draft it
    came from is closed. `publication.active` says nothing here.
    """

    publication: Publication
    body: bytes
    over: TableVersion
    proposal: Proposal | None = None
