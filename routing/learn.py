"""Compiling a table: a router learned from its lexicon and examples, as bytes.

Two minutes of CPU and half a gigabyte: to be run in a worker process, never on the loop.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Final

from attrs import evolve

from routing.calibrate import calibrated
from routing.compiled import Compiled, pack
from routing.decide import Router, counted_of
from routing.directory import AreaLevel
from routing.fitting import Fitting
from routing.hearing import Ear, Tables
from routing.ids import TableVersion
from routing.kindred import Rewording, kindred
from routing.lessons import Teacher, curriculum, matrix, words_of
from routing.lexicon import Example
from routing.model import rounded
from routing.noise import Garbler
from routing.outcomes import Districts, Outcomes
from routing.place import spoken_name
from routing.reading import simplified, sound_table, syllable_names
from routing.settled import sentences, settle
from routing.table import RoutingTable
from routing.text import Alphabet, read
from routing.weak import weak_examples

_SEED: Final = 114
_UNNUMBERED: Final = TableVersion(1)
_KEPT_BACK: Final = 8  # one example in so many calibrates what the others taught
_FIRST: Final = 8  # times that they are read
_THEN: Final = 3  # times that all are read, the ones kept back too


def compile_router(table: RoutingTable) -> bytes:
    """What `routing.decide.Router.open` needs; the same table gives the same bytes."""
    teacher = teacher_of(table)
    examples = list(table.lexicon.examples)
    Random(_SEED).shuffle(examples)
    compiled = _learn(teacher, examples, list(weak_examples(table)))
    router = Router(table, _UNNUMBERED, compiled)
    return pack(evolve(compiled, settled=dict(_settled(router, table))))


def _settled(router: Router, table: RoutingTable) -> Iterator[tuple[str, bytes]]:
    for text in sentences(table):
        key = router.key(text)
        if key:
            yield key, settle(router.decide(text))


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
        rewording=Rewording(kindred(), untouched=_decisive(table)),
        districts=Districts(table),
        places=_places(table),
    )


def _decisive(table: RoutingTable) -> Iterator[str]:
    """Words that decide by themselves; in another's stead a sentence would mean something else."""
    for keyword in table.lexicon.keywords:
        yield from keyword.wordings
    for phrase in table.lexicon.phrases:
        yield phrase.text
    yield from _places(table)


def _places(table: RoutingTable) -> tuple[str, ...]:
    """What people call the parts of the city, from districts to landmarks."""
    areas = (area for area in table.directory.areas if area.level is not AreaLevel.CITY)
    named = {spoken_name(area) for area in areas}
    return tuple(sorted(named | {mark.name for mark in table.lexicon.landmarks}))


def _tables(table: RoutingTable) -> Tables:
    simple, lexicon = simplified(), table.lexicon
    alphabet = Alphabet(simple)
    said = [read(example.text, alphabet).signs for example in lexicon.examples]
    words = [wording for keyword in lexicon.keywords for wording in keyword.wordings]
    parts = [word for danger in lexicon.dangers for part in danger.parts for word in part]
    words += [word for group in lexicon.groups for word in group.words]
    names = [area.name for area in table.directory.areas]
    return Tables(simple, sound_table([*said, *words, *parts, *names]))


def _learn(teacher: Teacher, examples: Sequence[Example], weak: Sequence[Example]) -> Compiled:
    """Learn from most examples, see on the others how sure to be, then learn from all."""
    random = Random(_SEED)
    kept = examples[::_KEPT_BACK]
    taught = [*(each for at, each in enumerate(examples) if at % _KEPT_BACK), *weak]
    keys = words_of([teacher.lesson(example) for example in (*taught, *kept)])
    size, outcomes = teacher.counted.size, teacher.outcomes
    lessons = curriculum(teacher, taught, random)
    first = matrix(lessons, keys, size, outcomes)
    fitting = Fitting(len(keys) + size, outcomes.size).study(first, _FIRST)
    calibration = calibrated(teacher, rounded(keys, fitting.weights), kept, random)
    lessons += curriculum(teacher, kept, random)
    every = matrix(lessons, keys, size, outcomes)
    fitting.study(every, _THEN)
    labels = outcomes.digest(teacher.counted.matters)
    return Compiled(teacher.tables, rounded(keys, fitting.weights), calibration, labels, {})
