"""From sheets to a routing table and back: `from_sheets(to_sheets(table)) == table`.

It holds of every table that was read from sheets; a table made otherwise may hold what no sheet
can say, such as a menu without choices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, Generic, TypeVar

import attrs
from attrs import frozen

from routing import forms, load_directory, load_lexicon, load_menu
from routing.chain import Chain
from routing.directory import Directory, Line
from routing.ids import LineCode
from routing.lexicon import Lexicon
from routing.load_directory import Reading
from routing.load_menu import Answer, Listed, menu_of
from routing.menu import HUMAN, Menu
from routing.rows import Faults, Row
from routing.sheet import Cells, Form, Key, Sheet, Sheets
from routing.table import RoutingTable

Value = TypeVar("Value")

NO_LINE: Final = "没有这条热线"


@frozen
class Codec(Generic[Value]):
    """How one row of a form is read, and written back."""

    form: Form
    read: Callable[[Row], Value]
    write: Callable[[Value], Mapping[str, str]]

    def all(self, sheets: Sheets, faults: Faults) -> list[Value]:
        """Every row of the sheet; a second row with the same key is a fault."""
        taken: dict[Key, int] = {}

        def read(row: Row) -> Value:
            key = self.form.key_of(tuple(row.cells.values()))
            if taken.setdefault(key, row.number) != row.number:
                row.bad(self.form.key[-1], f"“{' '.join(filter(None, key))[:40]}”已经有一行")
            return self.read(row)

        return faults.each(sheets.sheet(self.form.name).readable(), read)

    def sheet(self, values: Iterable[Value]) -> Sheet:
        return Sheet(self.form, tuple(self.form.cells(self.write(value)) for value in values))

    def tidy(self, cells: Cells) -> Cells:
        """The row as `to_sheets` would write it; raises `BadRow`."""
        (row,) = Sheet(self.form, (cells,)).readable()
        return self.form.cells(self.write(self.read(row)))


UNITS: Final = Codec(forms.DEPARTMENTS, load_directory.unit, load_directory.unit_cells)
LINES: Final = Codec(forms.HOTLINES, load_directory.line, load_directory.line_cells)
READINGS: Final = Codec(forms.READINGS, load_directory.reading, load_directory.reading_cells)
CONTACTS: Final = Codec(forms.CONTACTS, load_directory.contact, load_directory.contact_cells)
AREAS: Final = Codec(forms.AREAS, load_directory.area, load_directory.area_cells)
EMERGENCY: Final = Codec(forms.EMERGENCY, load_directory.emergency, load_directory.emergency_cells)
MENU: Final = Codec(forms.MENU, load_menu.listed, load_menu.listed_cells)
QUESTIONS: Final = Codec(forms.QUESTIONS, load_menu.answer, load_menu.answer_cells)
CHAINS: Final = Codec(forms.CHAINS, load_menu.chain, load_menu.chain_cells)
NOTICES: Final = Codec(forms.NOTICES, load_directory.notice, load_directory.notice_cells)
MATTERS: Final = Codec(forms.MATTERS, load_lexicon.matter, load_lexicon.matter_cells)
KEYWORDS: Final = Codec(forms.KEYWORDS, load_lexicon.keyword, load_lexicon.keyword_cells)
EXAMPLES: Final = Codec(forms.EXAMPLES, load_lexicon.example, load_lexicon.example_cells)
LANDMARKS: Final = Codec(forms.LANDMARKS, load_lexicon.landmark, load_lexicon.landmark_cells)
DANGERS: Final = Codec(forms.DANGERS, load_lexicon.danger, load_lexicon.danger_cells)
PHRASES: Final = Codec(forms.PHRASES, load_lexicon.phrase, load_lexicon.phrase_cells)
GROUPS: Final = Codec(forms.GROUPS, load_lexicon.group, load_lexicon.group_cells)

DIRECTORY_CODECS: Final = (UNITS, LINES, READINGS, CONTACTS, AREAS, EMERGENCY)
CODECS: Final[tuple[Codec[Any], ...]] = (
    *DIRECTORY_CODECS,
    *(MENU, QUESTIONS, CHAINS, NOTICES),
    *(MATTERS, KEYWORDS, EXAMPLES, LANDMARKS, DANGERS, PHRASES, GROUPS),
)


def from_sheets(sheets: Sheets) -> RoutingTable:
    """The table these sheets say; raises `BadRows` with every row that can not be used.

    Only the form of each row is judged, whether the rows fit together is `routing.check`'s.
    """
    faults = Faults()
    table = _table(sheets, faults)
    faults.stop_if_any()
    return table


def to_sheets(table: RoutingTable) -> Sheets:
    """Everything of a table, every form once."""
    return Sheets(tuple(_sheets(table)))


def directory_of(sheets: Sheets) -> Directory:
    """Only the directory, from its own sheets; raises `BadRows`."""
    faults = Faults()
    directory = _directory(sheets, faults)
    faults.stop_if_any()
    return directory


def tidy(form: Form, cells: Cells) -> Cells:
    """A row of this form as the table will write it; raises `BadRow`."""
    (codec,) = (each for each in CODECS if each.form is form)
    return codec.tidy(cells)


def _table(sheets: Sheets, faults: Faults) -> RoutingTable:
    chains = {chain.line: chain for chain in CHAINS.all(sheets, faults)}
    human = chains.pop(LineCode(HUMAN), Chain(LineCode(HUMAN), ()))
    menu = menu_of(MENU.all(sheets, faults), QUESTIONS.all(sheets, faults), human.hops)
    return RoutingTable(
        directory=_directory(sheets, faults),
        menu=menu,
        chains=tuple(chains.values()),
        notices=tuple(NOTICES.all(sheets, faults)),
        lexicon=_lexicon(sheets, faults),
    )


def _directory(sheets: Sheets, faults: Faults) -> Directory:
    return Directory(
        units=tuple(UNITS.all(sheets, faults)),
        lines=_spoken(LINES.all(sheets, faults), _readings(sheets, faults)),
        areas=tuple(AREAS.all(sheets, faults)),
        emergency=tuple(EMERGENCY.all(sheets, faults)),
        contacts=tuple(CONTACTS.all(sheets, faults)),
    )


def _readings(sheets: Sheets, faults: Faults) -> list[Reading]:
    lines = {code for (code,) in sheets.sheet(forms.HOTLINES.name).by_key}

    def read(row: Row) -> Reading:
        return READINGS.read(row) if row.cells["line"] in lines else row.bad("line", NO_LINE)

    return attrs.evolve(READINGS, read=read).all(sheets, faults)


def _spoken(lines: list[Line], readings: list[Reading]) -> tuple[Line, ...]:
    spoken = {reading.line: reading.spoken_title for reading in readings}
    return tuple(
        attrs.evolve(line, spoken_title=spoken.get(line.code, line.title)) for line in lines
    )


def _lexicon(sheets: Sheets, faults: Faults) -> Lexicon:
    return Lexicon(
        matters=tuple(MATTERS.all(sheets, faults)),
        keywords=tuple(KEYWORDS.all(sheets, faults)),
        examples=tuple(EXAMPLES.all(sheets, faults)),
        landmarks=tuple(LANDMARKS.all(sheets, faults)),
        dangers=tuple(DANGERS.all(sheets, faults)),
        phrases=tuple(PHRASES.all(sheets, faults)),
        groups=tuple(GROUPS.all(sheets, faults)),
    )


def _sheets(table: RoutingTable) -> Iterator[Sheet]:
    directory, lexicon = table.directory, table.lexicon
    yield UNITS.sheet(directory.units)
    yield LINES.sheet(directory.lines)
    yield READINGS.sheet(
        Reading(line.code, line.spoken_title)
        for line in directory.lines
        if line.spoken_title != line.title
    )
    yield CONTACTS.sheet(directory.contacts)
    yield AREAS.sheet(directory.areas)
    yield EMERGENCY.sheet(directory.emergency)
    yield MENU.sheet(_choices(table.menu))
    yield QUESTIONS.sheet(_answers(table.menu))
    human = (Chain(LineCode(HUMAN), table.menu.human),) if table.menu.human else ()
    yield CHAINS.sheet((*human, *table.chains))
    yield NOTICES.sheet(table.notices)
    yield MATTERS.sheet(lexicon.matters)
    yield KEYWORDS.sheet(lexicon.keywords)
    yield EXAMPLES.sheet(lexicon.examples)
    yield LANDMARKS.sheet(lexicon.landmarks)
    yield DANGERS.sheet(lexicon.dangers)
    yield PHRASES.sheet(lexicon.phrases)
    yield GROUPS.sheet(lexicon.groups)


def _choices(menu: Menu) -> Iterator[Listed]:
    return (Listed(node.id, choice) for node in menu.nodes for choice in node.choices)


def _answers(menu: Menu) -> Iterator[Answer]:
    return (Answer(asked.id, choice) for asked in menu.questions for choice in asked.choices)
