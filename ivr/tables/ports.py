"""What the rules of the table ask of stores, workers and other nodes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ParamSpec, Protocol, TypeVar

from ivr.kernel.audit import Deed
from ivr.kernel.people import AccountName
from ivr.tables.corrections import Settling
from ivr.tables.values import (
    NewProposal,
    Progress,
    Proposal,
    ProposalId,
    ProposalState,
    Publication,
    PublishedTable,
    Release,
    Stamp,
    StoredDraft,
)
from routing.ids import TableVersion
from routing.rehearse import Case
from routing.table import RoutingTable

Unspoken = tuple[str, ...]
"""What could not be rendered: each its words and the reason, for the administrator."""

P = ParamSpec("P")
T = TypeVar("T")


class Tables(Protocol):
    """Published tables. Every method raises `StoreAway` when the store is out of reach."""

    async def active(self) -> PublishedTable | None:
        """The table in force; None before the first publication."""

    async def in_force(self) -> Publication | None:
        """The table in force without its body: cheap enough to ask again and again."""

    async def get(self, version: TableVersion) -> PublishedTable:
        """Raises `NoSuchTable`."""

    async def list(self) -> tuple[Publication, ...]:
        """All publications, newest first."""

    async def next_version(self) -> TableVersion:
        """The number the next publication should have."""

    async def release(self, release: Release, deed: Deed) -> Publication:
        """Publish and put in force, close the proposal and its draft, in one transaction.

        Raises `VersionTaken`, `BaseMoved` or `ProposalMoved`, changing nothing.
        """


class Drafts(Protocol):
    """Drafts as they are kept; the deeds are written with the change. All raise `StoreAway`."""

    async def of(self, editor: AccountName) -> StoredDraft | None: ...

    async def all(self) -> tuple[StoredDraft, ...]:
        """Everybody's, the longest untouched first; without their bodies."""

    async def open(self, editor: AccountName, base: TableVersion, deed: Deed) -> StoredDraft:
        """A new draft; the one there is where there is one."""

    async def save(
        self,
        stamp: Stamp,
        base: TableVersion,
        body: bytes,
        deeds: Sequence[Deed],
        settling: Settling | None = None,
    ) -> StoredDraft:
        """The next revision. Raises `DraftMoved` when `stamp` is not the present one.

        Corrections that it takes in are settled with it, or it is not saved: `NoSuchCorrection`,
        `CorrectionSettled`.
        """

    async def discard(self, editor: AccountName, deed: Deed) -> None:
        """The draft goes, and the corrections taken into it are open again. Raises `NoDraft`."""


class Proposals(Protocol):
    """Proposals and what became of them. All raise `StoreAway`."""

    async def add(self, new: NewProposal, deed: Deed) -> Proposal: ...

    async def get(self, proposal: ProposalId) -> Proposal:
        """Raises `NoSuchProposal`."""

    async def body(self, proposal: ProposalId) -> bytes:
        """The proposed table's JSON. Raises `NoSuchProposal`."""

    async def newest(self, limit: int = ...) -> tuple[Proposal, ...]: ...

    async def due(self, at: datetime) -> tuple[Proposal, ...]:
        """Those that wait for nothing but their time, which has come."""

    async def decide(self, known: Proposal, state: ProposalState, deed: Deed) -> Proposal:
        """Move it on, by `deed.who` for `deed.why`.

        Raises `ProposalMoved` when it is no longer as it is `known`.
        """


class Routers(Protocol):
    """Compiled routers, by the table's hash; each can be made again. All raise `StoreAway`."""

    async def get(self, sha256: str, recipe: str) -> bytes | None: ...

    async def put(self, sha256: str, recipe: str, body: bytes) -> None: ...


class Voices(Protocol):
    """The clips in which a table is spoken."""

    async def ready(self, table: RoutingTable) -> bool:
        """Whether every one of its clips is there; quick."""

    async def speak(self, table: RoutingTable, in_force: RoutingTable | None) -> Unspoken:
        """Render what is missing, away from the loop; callers hear it once this returns.

        No clip that the table `in_force` needs is touched. Can be cut anywhere and done again:
        what has been rendered stays. Returns what could not be rendered.
        """

    async def progress(self) -> Progress | None:
        """Of the last rendering on this machine, whichever process did it; None before any."""


class SilentVoices:
    """Where clips are somebody else's care."""

    async def ready(self, table: RoutingTable) -> bool:  # noqa: ARG002 - as the port has it
        return True

    async def speak(self, table: RoutingTable, in_force: RoutingTable | None) -> Unspoken:  # noqa: ARG002
        return ()

    async def progress(self) -> Progress | None:
        return None


class History(Protocol):
    """Calls that were, as cases to decide again. Raises `StoreAway`."""

    async def cases(self, limit: int) -> tuple[Case, ...]:
        """What the last callers keyed and said and what tickets say, newest first."""


class Workshop(Protocol):
    """Work that computes, away from the loop, in a process of its own."""

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `work` returns or raises; both travel between processes."""


class Announce(Protocol):
    """Tells every node that another table is in force. Never raises for what is behind it."""

    async def __call__(self, version: TableVersion) -> None: ...
