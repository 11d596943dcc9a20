"""Values of the service as programs get them."""

from __future__ import annotations

from typing import Final, TypeVar

import attrs
import msgspec

from ivr.editing.draft_work import Ended, Running
from ivr.editing.view import View
from ivr.kernel.audit import AuditEntry
from ivr.kernel.people import Account
from ivr.tables.checking import Checked
from ivr.tables.values import Draft, Proposal, Publication
from ivr.web.answers import words_of
from ivr.web.api.bodies import (
    AccountFacts,
    CandidateFacts,
    CellChanged,
    Change,
    Checks,
    DecisionFacts,
    DraftFacts,
    EvidenceFacts,
    LogEntry,
    Moved,
    Problem,
    ProposalFacts,
    RehearsalFacts,
    VersionFacts,
)
from ivr.web.deciding import shown
from ivr.web.verdicts import read_moves
from routing.decision import Decision
from routing.diff_words import Difference
from routing.problem import Problem as TableProblem
from routing.rehearse import Rehearsal

Kind = TypeVar("Kind", bound=msgspec.Struct)

MOST_MOVES: Final = 500


def account_facts(account: Account) -> AccountFacts:
    return _taken(AccountFacts, account)


def draft_facts(draft: Draft) -> DraftFacts:
    return _taken(DraftFacts, draft)


def proposal_facts(proposal: Proposal) -> ProposalFacts:
    return _taken(ProposalFacts, proposal)


def version_facts(publication: Publication) -> VersionFacts:
    return _taken(VersionFacts, publication)


def log_entry(entry: AuditEntry) -> LogEntry:
    return LogEntry(seq=entry.seq, at=entry.at, **attrs.asdict(entry.deed, recurse=False))


def change_facts(change: Difference) -> Change:
    cells = [_taken(CellChanged, cell) for cell in change.cells]
    return Change(
        kind=change.kind.value,
        sheet=change.sheet,
        key=list(change.key),
        name=change.name,
        sentence=change.sentence,
        cells=cells,
    )


def check_facts(checked: Checked) -> Checks:
    return Checks(
        publishable=checked.publishable,
        bad_rows=[str(row) for row in checked.bad_rows],
        problems=[_problem(each) for each in checked.problems],
        doubts=[_problem(each) for each in checked.doubts],
    )


def rehearsal_facts(view: View, state: Running | Ended[Rehearsal] | None) -> RehearsalFacts:
    if not isinstance(state, Ended):
        return RehearsalFacts("running" if state else "none")
    found = state.result
    if found is None:
        error = Problem(state.error.id, words_of(state.error)) if state.error else None
        return RehearsalFacts("failed", error=error)
    return RehearsalFacts(
        state="done",
        cases=found.cases,
        judged=found.judged,
        right_before=found.right_before,
        right_after=found.right_after,
        moves=[_taken(Moved, each) for each in read_moves(view, found.moves[:MOST_MOVES])],
    )


def decision_facts(view: View, text: str, decision: Decision) -> DecisionFacts:
    return DecisionFacts(
        intent=decision.label,
        line=decision.line,
        where=shown(view, text, decision).where,
        confidence=decision.confidence,
        certainty=decision.certainty.value,
        question=decision.question,
        candidates=[_taken(CandidateFacts, each) for each in decision.candidates],
        because=[_taken(EvidenceFacts, each) for each in decision.because],
        table=decision.table,
    )


def _problem(found: TableProblem) -> Problem:
    return Problem(found.id, found.sentence)


def _taken(kind: type[Kind], value: object) -> Kind:
    """The fields of `kind` that `value` has under the same names; enums by their values."""
    fields = {each.name: getattr(value, each.name) for each in msgspec.structs.fields(kind)}
    return msgspec.convert(msgspec.to_builtins(fields), kind)
