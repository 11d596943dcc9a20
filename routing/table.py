"""The routing table (派单目录) and its published, numbered, hashed snapshots."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import cached_property

import msgspec
from attrs import Attribute, field, frozen

from routing.chain import Chain
from routing.directory import Directory
from routing.errors import TableDamaged
from routing.ids import AreaCode, LineCode, TableVersion
from routing.lexicon import NO_LEXICON, Lexicon
from routing.menu import Menu

MAX_SNAPSHOT = 16 * 1024 * 1024  # bytes; the sample table takes a hundredth of it


def _aware(_: object, name: Attribute[datetime], moment: datetime) -> None:
    if moment.tzinfo is None:
        raise ValueError(f"{name.name} must be an aware moment")


def _from_one(_: object, __: Attribute[TableVersion], number: TableVersion) -> None:
    if number < 1:
        raise ValueError("tables are numbered from 1")


@frozen
class Notice:
    """A sentence callers hear first while it holds: from `since` until before `until`.

    `area` None means everywhere; a notice for a district holds in its streets too.
    """

    area: AreaCode | None
    text: str
    since: datetime = field(validator=_aware)
    until: datetime = field(validator=_aware)

    def holds(self, at: datetime) -> bool:
        return self.since <= at < self.until


@frozen
class RoutingTable:
    """Everything that decides where a call goes."""

    directory: Directory
    menu: Menu
    chains: tuple[Chain, ...]
    notices: tuple[Notice, ...] = ()
    lexicon: Lexicon = NO_LEXICON

    @cached_property
    def _chains(self) -> dict[LineCode, Chain]:
        return {chain.line: chain for chain in self.chains}

    def chain(self, line: LineCode) -> Chain | None:
        """The chain kept for a line; see `routing.chain.hops` for what a call follows."""
        return self._chains.get(line)

    def notices_for(self, area: AreaCode | None, at: datetime) -> tuple[Notice, ...]:
        """The notices a caller from `area` (None: not known) should hear at `at`, in order."""
        return tuple(
            notice for notice in self.notices if notice.holds(at) and self._concerns(notice, area)
        )

    def _concerns(self, notice: Notice, area: AreaCode | None) -> bool:
        if notice.area is None:
            return True
        known = area is not None and self.directory.has_area(area)
        return known and self.directory.is_within(AreaCode(area or ""), notice.area)


@frozen
class Snapshot:
    """A published table: immutable, known by its number; `sha256` is of the table's JSON."""

    number: TableVersion = field(validator=_from_one)
    sha256: str
    published_at: datetime = field(validator=_aware)
    table: RoutingTable


class _Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A snapshot whose table is still the bytes that were hashed."""

    number: TableVersion
    published_at: datetime
    sha256: str
    table: msgspec.Raw


def publish(table: RoutingTable, number: TableVersion, at: datetime) -> Snapshot:
    """Number and seal a table. Checking it first is the publisher's part (`routing.check`)."""
    return Snapshot(number, _digest(table_json(table)), at, table)


def table_json(table: RoutingTable) -> bytes:
    """The table as canonical JSON: the same table always gives the same bytes."""
    return _ENCODER.encode(table)


def read_table(text: bytes) -> RoutingTable:
    """Read what `table_json` wrote; raises `TableDamaged`."""
    try:
        return _DECODER.decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError) as why:
        raise TableDamaged(f"not a table: {why}") from why


def to_json(snapshot: Snapshot) -> bytes:
    """A snapshot as canonical JSON; raises `TableDamaged` when its hash is not its table's."""
    table = table_json(snapshot.table)
    _verify(table, snapshot.sha256)
    return _ENCODER.encode(
        _Envelope(snapshot.number, snapshot.published_at, snapshot.sha256, msgspec.Raw(table))
    )


def from_json(text: bytes) -> Snapshot:
    """Read what `to_json` wrote; a changed byte of the table raises `TableDamaged`."""
    if len(text) > MAX_SNAPSHOT:
        raise TableDamaged(f"{len(text)} bytes are more than a table can have")
    try:
        sealed = msgspec.json.decode(text, type=_Envelope)
        _verify(bytes(sealed.table), sealed.sha256)
        table = _DECODER.decode(sealed.table)
        return Snapshot(sealed.number, sealed.sha256, sealed.published_at, table)
    except (msgspec.MsgspecError, ValueError, RecursionError) as why:
        raise TableDamaged(f"not a snapshot: {why}") from why


def _verify(table: bytes, sha256: str) -> None:
    if _digest(table) != sha256:
        raise TableDamaged("the table is not the one that was published")


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


_ENCODER = msgspec.json.Encoder(order="sorted")
_DECODER = msgspec.json.Decoder(RoutingTable)
