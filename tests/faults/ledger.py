"""What callers were told against what was kept: nothing lost, nothing twice, nothing of nobody's.

told by people ---+
                  +--- compare ---> Verdict
database, disk ---+
"""

from __future__ import annotations

import wave
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from attrs import define, field, frozen

from prompts.alaw import LINEAR
from tests.e2e.hotline import Hotline, Row
from tests.faults.lexicon import voice_of
from tests.faults.people import WORDS, Told

HEARD_LEAST: Final = 1.0  # seconds of a recording below which the product hears no words in it


@frozen
class Kept:
    """What stands in the database for one caller."""

    records: Sequence[Row] = ()
    tickets: Sequence[Row] = ()
    callbacks: Sequence[Row] = ()


@define
class Verdict:
    """How the two halves fit. Each finding is one line that names the caller's serial."""

    offered: int = 0
    answered: int = 0
    tickets: int = 0
    dropped: list[str] = field(factory=list)
    lost: list[str] = field(factory=list)
    doubled: list[str] = field(factory=list)
    unexpected: list[str] = field(factory=list)
    silence: float = 0.0
    drops: bool = False  # the switch itself died
    unkept: bool = False  # the disk of the recordings itself refused

    @property
    def clean(self) -> bool:
        cut = self.dropped and not self.drops
        return not (cut or self.lost or self.doubled or self.unexpected)

    def lines(self) -> Iterable[str]:
        for name in ("dropped", "lost", "doubled", "unexpected"):
            yield from (f"{name}: {each}" for each in getattr(self, name))


def kept_of(rows: Callable[[str], Iterable[Row]]) -> dict[str, Kept]:
    """By caller; `rows` asks the database."""
    found: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for table in ("call_record", "ticket", "callback"):
        for row in rows(f"select * from {table}"):  # noqa: S608 - three names of ours
            found[row["caller"]][table].append(row)
    return {
        caller: Kept(rows["call_record"], rows["ticket"], rows["callback"])
        for caller, rows in found.items()
    }


def compare(
    told: Iterable[Told], kept: dict[str, Kept], *, drops: bool = False, unkept: bool = False
) -> Verdict:
    """Every caller of `told` is looked at; others are nobody's business here.

    Where callers may be cut off (`drops`), they are counted all the same. Where the disk itself
    takes no sound (`unkept`), whoever leaves in the middle is owed a callback, not their words.
    """
    verdict = Verdict(drops=drops, unkept=unkept)
    for each in told:
        verdict.offered += 1
        if not each.answered:
            verdict.dropped.append(f"{each.serial} ({each.goal}): {each.refused}")
            continue
        verdict.answered += 1
        _judge(verdict, each, kept.get(each.caller, Kept()))
    return verdict


def _judge(verdict: Verdict, told: Told, kept: Kept) -> None:
    who = f"{told.serial} ({told.goal}, last heard {told.last or 'nothing'})"
    verdict.tickets += len(kept.tickets)
    if told.dropped or told.stuck:
        verdict.dropped.append(f"{who}: {'stuck' if told.stuck else 'cut off'}")
    verdict.lost += [f"{who}: {what}" for what in _lost(told, kept, unkept=verdict.unkept)]
    verdict.doubled += [f"{who}: {what}" for what in _doubled(told, kept)]
    verdict.unexpected += [f"{who}: {what}" for what in _unexpected(told, kept)]


def _lost(told: Told, kept: Kept, *, unkept: bool) -> Iterable[str]:
    numbers = {row["number"] for row in kept.tickets}
    yield from (
        f"told {number}, no such ticket" for number in told.numbers if number not in numbers
    )
    if told.kept and not kept.tickets:
        yield "told that the message is kept, no ticket"
    owed_instead = unkept and kept.callbacks
    if not (told.spoke < WORDS or kept.tickets or owed_instead or _was_told_so(told, kept)):
        yield f"spoke {told.spoke:.1f} s, no ticket"
    if not kept.records:
        yield "no call record"
    unheard = told.waited and not told.served and not kept.tickets
    if unheard and told.goal == "leaves the queue" and not kept.callbacks:
        yield "left the queue, no callback"


def _was_told_so(told: Told, kept: Kept) -> bool:
    """What was not kept is not lost when they heard so and a human takes it up, now or later."""
    return told.told_so and (told.served or bool(kept.callbacks))


def _doubled(told: Told, kept: Kept) -> Iterable[str]:
    for name, count in (
        ("numbers told", len(told.numbers)),
        ("tickets", len(kept.tickets)),
        ("records", len(kept.records)),
        ("callbacks", len(kept.callbacks)),
    ):
        if count > 1:
            yield f"{count} {name}"


def _unexpected(told: Told, kept: Kept) -> Iterable[str]:
    if kept.tickets and not told.spoke:
        yield "a ticket of one who never spoke"
    if kept.callbacks and (told.served or told.goal == "leaves a talk"):
        yield f"a callback ({kept.callbacks[0]['reason']}) of one who was served"
    for row in kept.tickets:
        if told.spoke >= WORDS and not holds_voice(Path(row["recording"]), told.serial):
            yield f"ticket {row['number']} without their voice"


def holds_voice(recording: Path, serial: int) -> bool:
    """Whether 20 ms of this caller's own voice are in there, sample by sample."""
    try:
        with wave.open(str(recording), "rb") as audio:
            samples = array("h", audio.readframes(audio.getnframes()))
    except (OSError, EOFError, wave.Error):
        return False
    wanted = array("h", (LINEAR[code] for code in voice_of(serial)))
    return wanted.tobytes() in samples.tobytes()


def orphans(hotline: Hotline, folder: Path) -> list[str]:
    """Recordings with words in them that no ticket and no callback knows."""
    known = Counter(
        Path(row["recording"]).name
        for table in ("ticket", "callback")
        for row in hotline.rows(f"select recording from {table}")  # noqa: S608 - ours
    )
    return [
        file.name
        for file in sorted(folder.glob("*.wav"))
        if file.name not in known and file.stat().st_size > HEARD_LEAST * 16_000
    ]
