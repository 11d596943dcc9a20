"""What operators say of decisions that were wrong, kept until an editor settles each."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import Enum
from typing import NewType, Protocol

from attrs import frozen

from ivr.kernel.audit import Deed
from ivr.kernel.errors import HotlineError
from ivr.kernel.ids import CallId
from ivr.kernel.people import AccountName
from routing.ids import TableVersion

CorrectionId = NewType("CorrectionId", int)
"""Number of a correction, from 1."""


class CorrectionState(Enum):
    """What became of a correction."""

    OPEN = "open"  # 待收
    TAKEN = "taken"  # 已采纳: in the draft of who took it
    DISMISSED = "dismissed"  # 不采纳: `reason` says why


@frozen
class NewCorrection:
    """A correction before it has a number.

    `target` and `decided` are written as in examples: a line's code, ``EMERGENCY:119``, ``HUMAN``
    and so on. `words` are what the caller really said, `heard` what a machine made of it, with its
    numbers masked; `decided` by `table` is where that would have led, '' where nowhere. `table` is
    None for a call that another process brought here.
    """

    call: CallId
    operator: AccountName
    words: str
    target: str
    heard: str
    decided: str
    confidence: float
    table: TableVersion | None


@frozen(kw_only=True)
class Correction(NewCorrection):
    """A correction as it is kept."""

    id: CorrectionId
    made: datetime
    state: CorrectionState
    settled_by: AccountName | None = None
    settled: datetime | None = None
    reason: str | None = None


@frozen
class Settling:
    """What becomes of corrections that are still open, by whom and why."""

    corrections: tuple[CorrectionId, ...]
    state: CorrectionState
    by: AccountName
    why: str


class Corrections(Protocol):
    """Corrections as they are kept; deeds are written with the change. All raise `StoreAway`.

    They are taken by `ivr.tables.ports.Drafts.save`, together with the examples they become.
    """

    async def add(self, new: NewCorrection, deed: Deed) -> Correction:
        """Raises `CorrectedAlready`: an operator corrects a call once."""

    async def get(self, corrections: Collection[CorrectionId]) -> tuple[Correction, ...]:
        """By number. Raises `NoSuchCorrection`."""

    async def open(self, limit: int) -> tuple[Correction, ...]:
        """Those nobody has settled, the oldest first."""

    async def corrected(self, by: AccountName, calls: Collection[CallId]) -> frozenset[CallId]:
        """Which of these calls this operator has corrected."""

    async def dismiss(self, settling: Settling) -> None:
        """All of them or none. Raises `NoSuchCorrection`, `CorrectionSettled`."""


class NoSuchCorrection(HotlineError):
    """There is no correction of this number."""

    id = "no-such-correction"

    def __init__(self, correction: CorrectionId) -> None:
        super().__init__(f"没有第{correction}号更正")
        self.correction = correction


class CorrectedAlready(HotlineError):
    """One call, one operator, one correction."""

    id = "corrected-already"

    def __init__(self) -> None:
        super().__init__("您已经更正过这通来电，每通来电只能更正一次")


class CorrectionSettled(HotlineError):
    """Somebody else was faster."""

    id = "correction-settled"

    def __init__(self, correction: CorrectionId) -> None:
        super().__init__(f"第{correction}号更正已经有人处理过了，请刷新后再看")
        self.correction = correction


class CorrectionsDisagree(HotlineError):
    """Two that would be taken at once say different things of one sentence."""

    id = "corrections-disagree"

    def __init__(self, one: CorrectionId, other: CorrectionId) -> None:
        super().__init__(f"第{one}号和第{other}号更正说的是同一句话，去向却不同，请只采纳其中一条")
        self.corrections = (one, other)


class BadWords(HotlineError):
    """No sentence that anybody could learn from."""

    id = "bad-words"


class NumbersInWords(HotlineError):
    """A sentence with somebody's number is no example for all to read."""

    id = "numbers-in-words"

    def __init__(self) -> None:
        super().__init__(
            "这句话里有电话号码、证件号这样的长号码或邮箱。例句大家都看得到，不能带个人信息，"
            "请去掉号码再提交，例如改成“我留个电话”"
        )


class NoSuchTarget(HotlineError):
    """The table in force leads nowhere of this name."""

    id = "no-such-target"

    def __init__(self) -> None:
        super().__init__("请选择这句话应该转到哪里")


class NothingChosen(HotlineError):
    """Which corrections are meant was not said."""

    id = "nothing-chosen"

    def __init__(self) -> None:
        super().__init__("请先勾选更正")
