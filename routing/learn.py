"""Compiling a table: a router learned from its lexicon and examples, as bytes.

Twenty seconds of CPU and a third of a gigabyte: to be run in a worker process, never on the loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Final

from routing.calibrate import calibrated
from routing.compiled import Calibration, Compiled, pack
from routing.decide import counted_of
from routing.fitting import fit
from routing.hearing import Ear, Tables
from routing.lessons import Teacher, curriculum, matrix, words_of
from routing.lexicon import Example
from routing.model import Model, rounded
from routing.noise import Garbler
from routing.outcomes import Districts, Outcomes
from routing.reading import simplified, sound_table, syllable_names
from routing.table import RoutingTable
from routing.text import read
from routing.weak import weak_examples

_SEED: Final = 114
_KEPT_BACK: Final = 8  # one example in so many calibrates what the others taught


def compile_router(table: RoutingTable) -> bytes:
    """What `routing.decide.Router.open` needs; the same table gives the same bytes."""
    teacher = teacher_of(table)
    examples = list(table.lexicon.examples)
    Random(_SEED).shuffle(examples)
    weak = list(weak_examples(table))
    calibration = _calibration(teacher, examples, weak)
    model = learned(teacher, [*examples, *weak])
    return pack(Compiled(teacher.tables, model, calibration))


def teacher_of(table: RoutingTable) -> Teacher:
    """Reads examples as the router will read sentences."""
    tables = _tables(table)
    outcomes = Outcomes.of(table)
    return Teacher(
        tables=tables,
        ear=Ear(table.directory, table.lexicon, tables),
        outcomes=outcomes,
        counted=counted_of(table, outcomes),
        garbler=Garbler(tables.sounds, syllable_names()),
        districts=Districts(table),
    )


def _tables(table: RoutingTable) -> Tables:
    simple, lexicon = simplified(), table.lexicon
    said = [read(example.text, simple).signs for example in lexicon.examples]
    words = [wording for keyword in lexicon.keywords for wording in keyword.wordings]
    parts = [word for danger in lexicon.dangers for part in danger.parts for word in part]
    names = [area.name for area in table.directory.areas]
    return Tables(simple, sound_table([*said, *words, *parts, *names]))


def learned(teacher: Teacher, examples: Sequence[Example]) -> Model:
    """The model that examples teach."""
    random = Random(_SEED)
    lessons = curriculum(teacher, examples, random)
    keys = words_of([teacher.lesson(example) for example in examples])
    return rounded(keys, fit(matrix(lessons, keys, teacher.counted.size, teacher.outcomes)))


def _calibration(
    teacher: Teacher, examples: Sequence[Example], weak: Sequence[Example]
) -> Calibration:
    """Thresholds from examples that a trial model has not seen."""
    kept = examples[::_KEPT_BACK]
    if len(kept) < len(teacher.outcomes.lines):  # too few to tell anything by
        return Calibration(1.0, 0.5, 0.6, 0.3)
    taught = [example for at, example in enumerate(examples) if at % _KEPT_BACK]
    return calibrated(teacher, learned(teacher, [*taught, *weak]), kept, Random(_SEED))
