"""Operators' corrections: kept once a call, settled once, with the draft they go into or not."""

from __future__ import annotations

import asyncio

import pytest
from attrs import evolve

from ivr.kernel.audit import AuditQuery, Deed
from ivr.kernel.units import seconds
from ivr.storage.audit import SqlAudit
from ivr.storage.correction_store import SqlCorrections
from ivr.storage.draft_store import SqlDrafts
from ivr.tables.corrections import (
    CorrectedAlready,
    CorrectionSettled,
    CorrectionState,
    NewCorrection,
    NoSuchCorrection,
    Settling,
)
from ivr.tables.errors import DraftMoved
from ivr.tables.values import Stamp

WATER = NewCorrection(
    call="n1-1",
    operator="ou",
    words="我家停水两天了",
    target="H090",
    heard="我家听谁两天了",
    decided="UNCLEAR",
    confidence=0.42,
    table=7,
)
MADE = Deed("ou", "correction.made", "", before="UNCLEAR", after={"target": "H090"})


@pytest.fixture
def corrections(database, clock):
    return SqlCorrections(database, clock)


@pytest.fixture
def drafts(database, clock):
    return SqlDrafts(database, clock)


async def deeds(database, clock, what):
    found = await SqlAudit(database, clock).find(AuditQuery(what=what))
    return [(entry.deed.who, entry.deed.subject, entry.deed.why) for entry in found]


def settling(*chosen, by="anna", state=CorrectionState.TAKEN, why="对"):
    return Settling(chosen, state, by, why)


async def test_what_was_said_comes_back_as_it_was(corrections, database, clock):
    made = await corrections.add(WATER, MADE)
    unknown = evolve(WATER, call="n1-2", table=None, heard="", decided="", words="it's “x”\u200b")
    other = await corrections.add(unknown, MADE)
    assert (made.words, made.decided, made.table, made.made) == (
        *("我家停水两天了", "UNCLEAR", 7),
        clock.now(),
    )
    assert (other.words, other.table, other.state) == (unknown.words, None, CorrectionState.OPEN)
    assert await corrections.open(10) == (made, other)
    assert await corrections.open(1) == (made,)
    assert await corrections.get([other.id, made.id, other.id]) == (other, made)
    assert await deeds(database, clock, "correction.made") == [
        ("ou", f"correction/{other.id}", ""),
        ("ou", f"correction/{made.id}", ""),
    ]


async def test_an_operator_corrects_a_call_once_however_often_they_press(
    corrections, database, clock
):
    """Another operator who had the caller after them has a word of their own."""
    pressed = await asyncio.gather(
        *(corrections.add(WATER, MADE) for _ in range(4)), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in pressed) == ["CorrectedAlready"] * 3 + [
        "Correction"
    ]
    await corrections.add(evolve(WATER, operator="li"), MADE)
    with pytest.raises(CorrectedAlready):
        await corrections.add(evolve(WATER, words="别的话"), MADE)
    assert len(await corrections.open(10)) == 2
    assert len(await deeds(database, clock, "correction.made")) == 2
    assert await corrections.corrected("ou", ["n1-1", "n1-2"]) == {"n1-1"}
    assert await corrections.corrected("anna", ["n1-1"]) == frozenset()


async def test_of_two_editors_at_the_same_moment_one_settles_it(
    corrections, drafts, database, clock
):
    """In whichever order they ticked: nobody waits for the other for ever."""
    one, other = [(await corrections.add(evolve(WATER, call=call), MADE)).id for call in ("a", "b")]
    for name in ("anna", "bert"):
        await drafts.open(name, 1, Deed(name, "draft.opened", "draft/x"))

    def take(name, *chosen):
        stamp, why = Stamp(name, 1), settling(*chosen, by=name)
        return drafts.save(stamp, 1, name.encode(), [Deed(name, "draft.row-put", "x")], why)

    found = await asyncio.gather(
        take("anna", one, other), take("bert", other, one), return_exceptions=True
    )
    (loser,) = [each for each in found if isinstance(each, Exception)]
    (winner,) = [each for each in found if not isinstance(each, Exception)]
    assert isinstance(loser, CorrectionSettled)
    assert winner.body == winner.editor.encode()
    (missed,) = {"anna", "bert"} - {winner.editor}
    assert ((await drafts.of(missed)).revision, (await drafts.of(missed)).body) == (1, b"{}")
    settled = await corrections.get([one, other])
    assert {(each.state, each.settled_by) for each in settled} == {
        (CorrectionState.TAKEN, winner.editor)
    }
    assert await corrections.open(10) == ()
    assert {who for who, _, _ in await deeds(database, clock, "draft.row-put")} == {winner.editor}
    assert len(await deeds(database, clock, "correction.taken")) == 2


async def test_a_draft_that_was_not_saved_leaves_the_correction_open(corrections, drafts):
    made = await corrections.add(WATER, MADE)
    await drafts.open("anna", 1, Deed("anna", "draft.opened", "draft/anna"))
    with pytest.raises(DraftMoved):
        await drafts.save(Stamp("anna", 9), 1, b"x", [], settling(made.id))
    assert await corrections.open(10) == (made,)


async def test_a_draft_thrown_away_gives_back_what_was_taken_into_it(
    corrections, drafts, database, clock
):
    """Not what was taken into an earlier draft, which was published, nor what another has."""
    before, mine, theirs = [
        (await corrections.add(evolve(WATER, call=call), MADE)).id for call in "abc"
    ]
    await drafts.open("bert", 1, Deed("bert", "draft.opened", "draft/bert"))
    await drafts.save(Stamp("bert", 1), 1, b"x", [], settling(theirs, by="bert"))
    await corrections.dismiss(settling(before))
    clock.advance(seconds(60))
    await drafts.open("anna", 1, Deed("anna", "draft.opened", "draft/anna"))
    await drafts.save(Stamp("anna", 1), 1, b"x", [], settling(mine))
    await drafts.discard("anna", Deed("anna", "draft.discarded", "draft/anna", "重来"))
    (again,) = await corrections.open(10)
    assert (again.id, again.settled_by, again.settled, again.reason) == (mine, None, None, None)
    assert await deeds(database, clock, "correction.reopened") == [
        ("anna", f"correction/{mine}", "重来")
    ]


@pytest.mark.parametrize("chosen", [(1, 99), (99, 1)])
async def test_all_of_them_are_settled_or_none(corrections, database, clock, chosen):
    made = await corrections.add(WATER, MADE)
    numbers = tuple(made.id if each == 1 else each for each in chosen)
    with pytest.raises(NoSuchCorrection, match="99"):
        await corrections.dismiss(settling(*numbers, state=CorrectionState.DISMISSED))
    with pytest.raises(NoSuchCorrection, match="99"):
        await corrections.get(numbers)
    assert await corrections.open(10) == (made,)
    assert await deeds(database, clock, "correction.dismissed") == []


async def test_what_was_dismissed_says_by_whom_and_why_and_stays_so(corrections, database, clock):
    made = await corrections.add(WATER, MADE)
    gone = settling(made.id, state=CorrectionState.DISMISSED, why="听不清")
    await corrections.dismiss(gone)
    (known,) = await corrections.get([made.id])
    assert (known.settled_by, known.settled, known.reason) == ("anna", clock.now(), "听不清")
    with pytest.raises(CorrectionSettled):
        await corrections.dismiss(gone)
    assert await deeds(database, clock, "correction.dismissed") == [
        ("anna", f"correction/{made.id}", "听不清")
    ]
