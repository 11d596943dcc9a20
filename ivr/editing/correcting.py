"""From an operator's word that a decision was wrong to an example in an editor's draft."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Final

from attrs import frozen

from ivr.calls.live import Understood
from ivr.editing.desk import TableDesk, WhyMissing
from ivr.editing.view import View
from ivr.kernel.audit import Deed
from ivr.kernel.ids import CallId
from ivr.kernel.people import Account
from ivr.people.errors import OutOfScope
from ivr.people.permissions import Permission, require
from ivr.tables.corrections import (
    BadWords,
    Correction,
    CorrectionId,
    Corrections,
    CorrectionsDisagree,
    CorrectionState,
    NewCorrection,
    NoSuchTarget,
    NothingChosen,
    NumbersInWords,
    Settling,
)
from ivr.tables.personal import has_numbers, without_numbers
from ivr.tables.values import Draft, Revision, RowEdit
from routing.ids import LineCode
from routing.load_lexicon import MAX_SENTENCE
from routing.outcomes import ASIDES, EMERGENCY, ROUTE
from routing.reading import simplified
from routing.sheet import Cells, Sheet, Sheets
from routing.table import Snapshot
from routing.text import Alphabet, key

EXAMPLES: Final = "examples"
# Of those that wait, the oldest; who answers for a unit is shown what is theirs among them.
MOST: Final = 1_000


@frozen
class Told:
    """What an operator says: the caller's own words, and where they belong as examples write it."""

    words: str
    target: str


@frozen
class Waiting:
    """An open correction beside the table that an editor works on.

    `against` are the targets of examples that say otherwise of this very sentence: they go when
    it is taken. `known`: an example says the same already.
    """

    correction: Correction
    against: tuple[str, ...]
    known: bool


@frozen
class Correcting:
    """Methods raise `NotAllowed` and `StoreAway`."""

    corrections: Corrections
    tables: TableDesk
    in_force: Callable[[], Snapshot]

    async def tell(self, me: Account, call: CallId, heard: Understood, told: Told) -> Correction:
        """Keep that `heard` was taken for something wrong; whose caller it was is judged before.

        Raises `BadWords`, `NumbersInWords`, `NoSuchTarget`, `CorrectedAlready`.
        """
        require(me, Permission.TAKE_CALLS)
        words = _sentence(told.words)
        if not self._leads(told.target):
            raise NoSuchTarget
        new = NewCorrection(
            call=call,
            operator=me.name,
            words=words,
            target=told.target,
            heard=without_numbers(heard.text),
            decided=decided(heard.label, heard.lines[0] if heard.lines else None),
            confidence=heard.confidence,
            table=heard.table,
        )
        # Without the words: nobody can take anything out of the log again.
        after = {"call": call, "target": new.target}
        deed = Deed(me.name, "correction.made", "", before=new.decided, after=after)
        return await self.corrections.add(new, deed)

    async def corrected(self, me: Account, calls: Collection[CallId]) -> frozenset[CallId]:
        """Which of these calls they have corrected already."""
        return await self.corrections.corrected(me.name, calls) if calls else frozenset()

    async def waiting(self, view: View) -> tuple[Correction, ...]:
        """Those that the account of `view` may settle, the oldest first."""
        require(view.account, Permission.EDIT_TABLE)
        found = await self.corrections.open(MOST)
        return tuple(each for each in found if view.may_change(EXAMPLES, _example(each)))

    async def beside(self, view: View, corrections: Sequence[Correction]) -> tuple[Waiting, ...]:
        """Each with what the examples of the table say of its sentence."""
        said = await asyncio.to_thread(_said, view.sheets.sheet(EXAMPLES), corrections)
        return tuple(_waiting(each, said[_key(each.words)]) for each in corrections)

    async def take(
        self, me: Account, revision: Revision, chosen: Collection[CorrectionId], why: str
    ) -> Draft:
        """All of them into the draft as it was looked at, and settled with it; or none.

        An example that says otherwise goes. Revision 0 says that there was no draft. Raises
        `NothingChosen`, `NoSuchCorrection`, `CorrectionSettled`, `CorrectionsDisagree`, and what
        `TableDesk.edit` does.
        """
        view = await self.tables.view(me)
        taken = await self._theirs(view, chosen)
        edits = await asyncio.to_thread(edits_of, view.sheets, taken)
        settling = _settling(me, taken, CorrectionState.TAKEN, why)
        return await self.tables.edit(me, revision, edits, why, settling)

    async def dismiss(self, me: Account, chosen: Collection[CorrectionId], why: str) -> None:
        """Raises `WhyMissing`, `NothingChosen`, `NoSuchCorrection`, `CorrectionSettled`."""
        if not why.strip():
            raise WhyMissing
        dismissed = await self._theirs(await self.tables.view(me), chosen)
        settling = _settling(me, dismissed, CorrectionState.DISMISSED, why)
        await self.corrections.dismiss(settling)

    async def _theirs(self, view: View, chosen: Collection[CorrectionId]) -> tuple[Correction, ...]:
        """Raises `OutOfScope` as well."""
        require(view.account, Permission.EDIT_TABLE)
        if not chosen:
            raise NothingChosen
        found = await self.corrections.get(chosen)
        for each in found:
            if not view.may_change(EXAMPLES, _example(each)):
                raise OutOfScope(f"第{each.id}号更正")
        return found

    def _leads(self, target: str) -> bool:
        directory = self.in_force().table.directory
        numbers = {EMERGENCY + each.number for each in directory.emergency}
        return target in ASIDES or target in numbers or directory.has_line(LineCode(target))


def decided(label: str, line: LineCode | None) -> str:
    """A decision as examples write where it leads; '' for a request without a line."""
    return (line or "") if label == ROUTE else label


def edits_of(sheets: Sheets, taken: Iterable[Correction]) -> list[RowEdit]:
    """What makes these the last word on their sentences. Raises `CorrectionsDisagree`."""
    by_key: dict[str, Correction] = {}
    for each in taken:
        first = by_key.setdefault(_key(each.words), each)
        if first.target != each.target:
            raise CorrectionsDisagree(first.id, each.id)
    sheet = sheets.sheet(EXAMPLES)
    said = _said(sheet, by_key.values())
    return [edit for name, each in by_key.items() for edit in _edits(sheet, each, said[name])]


def _edits(sheet: Sheet, correction: Correction, said: Sequence[Cells]) -> list[RowEdit]:
    """Those that say otherwise go; what is new stands last, where it goes before all others."""
    rest = [cells for cells in said if _target(cells) == correction.target]
    edits = [
        RowEdit(EXAMPLES, sheet.form.key_of(cells), None) for cells in said if cells not in rest
    ]
    return edits if rest else [*edits, RowEdit(EXAMPLES, None, _example(correction))]


def _waiting(correction: Correction, said: Sequence[Cells]) -> Waiting:
    targets = dict.fromkeys(map(_target, said))
    known = correction.target in targets
    targets.pop(correction.target, None)
    return Waiting(correction, tuple(targets), known)


def _said(sheet: Sheet, corrections: Iterable[Correction]) -> Mapping[str, list[Cells]]:
    """The examples without a place of each correction's sentence, by key. For a thread."""
    found: dict[str, list[Cells]] = {_key(each.words): [] for each in corrections}
    for cells in sheet.rows if found else ():
        text, _, area = cells
        rows = None if area else found.get(_key(text))
        if rows is not None:
            rows.append(cells)
    return found


def _example(correction: Correction) -> Cells:
    return (correction.words, correction.target, "")


def _target(cells: Cells) -> str:
    """The best one of an example."""
    return cells[1].partition("|")[0]


def _settling(
    me: Account, found: Iterable[Correction], state: CorrectionState, why: str
) -> Settling:
    return Settling(tuple(each.id for each in found), state, me.name, why)


def _sentence(text: str) -> str:
    """On one line, without signs that nobody can see. Raises `BadWords`, `NumbersInWords`."""
    seen = "".join(sign if sign.isprintable() else " " for sign in text)
    words = " ".join(seen.split())
    if not any(map(str.isalpha, words)):
        raise BadWords("请写下来电者实际说的话")
    if len(words) > MAX_SENTENCE:
        raise BadWords(f"太长了，最多{MAX_SENTENCE}字，请只写来电者要办的那一句")
    if has_numbers(words):
        raise NumbersInWords
    return words


def _key(words: str) -> str:
    """Equal for sentences that a router can not tell apart."""
    return key(words, _alphabet())


@cache
def _alphabet() -> Alphabet:
    return Alphabet(simplified())
