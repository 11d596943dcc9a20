"""What programs send and get, as JSON. Codes and ids are stable; words are Chinese, for people."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

Name = Annotated[str, Meta(max_length=64)]
Word = Annotated[str, Meta(max_length=200)]
Why = Annotated[str, Meta(min_length=1, max_length=200, description="原因，写进操作记录")]
Text = Annotated[str, Meta(max_length=4000)]
Secret = Annotated[str, Meta(max_length=1000)]
Number = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Row = dict[str, str]


class Body(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What is sent: a field we do not know is a mistake worth telling."""


class Problem(msgspec.Struct, frozen=True):
    """Why something was not done; `error` is a stable id."""

    error: str
    message: str


# -- people ------------------------------------------------------------------------------------


class Credentials(Body, frozen=True):
    """`code` is the one-time code of accounts that have switched it on."""

    name: Name
    password: Secret
    code: Annotated[str, Meta(max_length=20)] = ""


class AccountFacts(msgspec.Struct, frozen=True):
    """An account as others see it."""

    name: str
    person: str
    role: str
    level: str | None
    unit: str | None
    two_factor: bool
    must_change: bool
    disabled: bool
    created: datetime


class SignedIn(msgspec.Struct, frozen=True):
    """Who one is; `csrf` goes back as the header X-CSRF-Token with every change."""

    csrf: str
    account: AccountFacts


class WantedAccount(Body, frozen=True):
    """An account as it should be; `unit` and `level` null are no limit."""

    role: Name
    person: Annotated[str, Meta(max_length=40)] = ""
    level: Name | None = None
    unit: Name | None = None


class NewAccount(Body, frozen=True):
    """A new account."""

    name: Name
    role: Name
    person: Annotated[str, Meta(max_length=40)] = ""
    level: Name | None = None
    unit: Name | None = None


class Temporary(msgspec.Struct, frozen=True):
    """A password that is told once and must be changed at the first sign-in."""

    name: str
    password: str


class LogEntry(msgspec.Struct, frozen=True):
    """Who did what to what, when and why."""

    seq: int
    at: datetime
    who: str
    what: str
    subject: str
    why: str
    before: Any
    after: Any


# -- the table -----------------------------------------------------------------------------------


class LineFacts(msgspec.Struct, frozen=True):
    """A line with its unit."""

    code: str
    title: str
    number: str
    service_hours: str
    unit: str
    unit_name: str


class SheetRows(msgspec.Struct, frozen=True):
    """A sheet: its columns with their titles, the columns of its key, its rows."""

    name: str
    title: str
    columns: dict[str, str]
    key: list[str]
    rows: list[Row]


class Edit(Body, frozen=True):
    """`row` in the place of the row `key`; without `key` a new one, without `row` it is removed."""

    sheet: Name
    key: Annotated[list[Text], Meta(max_length=4)] | None = None
    row: dict[Name, Text] | None = None


class Edits(Body, frozen=True):
    """Rows of a draft, all or none. `revision` is the draft's as it was looked at, 0: had none."""

    revision: Number
    why: Why
    edits: Annotated[list[Edit], Meta(min_length=1, max_length=200)]


class DraftFacts(msgspec.Struct, frozen=True):
    """A draft, without its rows."""

    editor: str
    base: int
    revision: int
    opened: datetime
    changed: datetime


class Because(Body, frozen=True):
    """Why something is done."""

    why: Why


class Perhaps(Body, frozen=True):
    """Why something is done, if there is something to say."""

    why: Word = ""


class Place(Body, frozen=True):
    """A row by its sheet and key."""

    sheet: Name
    key: Annotated[list[Text], Meta(max_length=4)]


class Rebase(Body, frozen=True):
    """`mine` null: conflicts are told; a list: of these rows mine, of the others theirs."""

    why: Why
    mine: Annotated[list[Place], Meta(max_length=500)] | None = None


class Submission(Body, frozen=True):
    """`at` null is as soon as it may be; `voiceless`: also when clips can not be rendered."""

    revision: Number
    why: Why
    at: datetime | None = None
    voiceless: bool = False


class CellChanged(msgspec.Struct, frozen=True):
    """A cell in words."""

    column: str
    title: str
    before: str
    after: str


class Change(msgspec.Struct, frozen=True):
    """A row that differs; `sentence` says it all."""

    kind: str
    sheet: str
    key: list[str]
    name: str
    sentence: str
    cells: list[CellChanged]


class Checks(msgspec.Struct, frozen=True):
    """What stands against publishing, and what is worth a look."""

    publishable: bool
    bad_rows: list[str]
    problems: list[Problem]
    doubts: list[Problem]


class Moved(msgspec.Struct, frozen=True):
    """A case that goes elsewhere."""

    said: str
    source: str
    movement: str
    before: str
    after: str
    right: str


class RehearsalFacts(msgspec.Struct, frozen=True):
    """`state` is none, running, done or failed; counts are of a rehearsal that is done."""

    state: str
    cases: int = 0
    judged: int = 0
    right_before: int = 0
    right_after: int = 0
    moves: list[Moved] = []
    error: Problem | None = None


class ProposalFacts(msgspec.Struct, frozen=True):
    """A proposal and what became of it."""

    id: int
    editor: str
    base: int
    why: str
    submitted: datetime
    publish_at: datetime | None
    state: str
    decided_by: str | None
    decided: datetime | None
    decision: str | None
    version: int | None
    voiceless: bool


class VersionFacts(msgspec.Struct, frozen=True):
    """A published version."""

    version: int
    sha256: str
    published_at: datetime
    active: bool
    published_by: str | None
    approved_by: str | None
    why: str | None
    restores: int | None


class Sentence(Body, frozen=True):
    """What a caller says; `draft` asks one's own draft instead of the table in force."""

    text: Annotated[str, Meta(min_length=1, max_length=200)]
    area: Annotated[str, Meta(max_length=40)] = ""
    draft: bool = False


class EvidenceFacts(msgspec.Struct, frozen=True):
    """Characters `start` to before `end`, what they were taken for, and what it weighed."""

    start: int
    end: int
    text: str
    matched: str
    how: str
    weight: float
    rule: str


class CandidateFacts(msgspec.Struct, frozen=True):
    """A line and its chance."""

    line: str
    confidence: float


class DecisionFacts(msgspec.Struct, frozen=True):
    """Where a sentence goes, and why."""

    intent: str
    line: str | None
    where: str
    confidence: float
    certainty: str
    question: str | None
    candidates: list[CandidateFacts]
    because: list[EvidenceFacts]
    table: int


# -- tickets -------------------------------------------------------------------------------------


class HeardFacts(msgspec.Struct, frozen=True):
    """What a machine heard in a recording, which may be wrong, and where it would have sent it."""

    text: str
    confidence: float
    line: str | None
    because: list[str]


class TicketFacts(msgspec.Struct, frozen=True):
    """A ticket; `caller` is masked, `heard` is told of one ticket alone."""

    number: str
    state: str
    channel: str
    line: str | None
    unit: str | None
    caller: str
    words: str
    seconds: float
    happened: datetime
    opened: datetime
    due: datetime
    table: int
    heard: HeardFacts | None
