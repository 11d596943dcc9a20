"""Sentences that depend on the table: titles, menus, who is responsible."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ivr.kernel.ids import TicketNumber
from ivr.kernel.sound import Sound, Spoken, flat
from ivr.tickets.model import Ticket, TicketState
from prompts import readers
from prompts.catalogue import PROMPTS, area_name, line_introduced, line_title, menu_title, notice
from routing.directory import Line
from routing.menu import AreaQuestion, Node
from routing.table import RoutingTable

WITHHELD = "未显示号码"  # shown on a telephone, not said

STANDS = {
    TicketState.WAITING: PROMPTS.progress_waiting,
    TicketState.DISPATCHED: PROMPTS.progress_dispatched,
    TicketState.HANDLING: PROMPTS.progress_handling,
    TicketState.REPLIED: PROMPTS.progress_replied,
    TicketState.CLOSED: PROMPTS.progress_closed,
}


def wanted(table: RoutingTable) -> tuple[Sound, ...]:
    """Every clip that depends on the table: what must be rendered before it is published."""
    lines = (
        part for line in table.directory.lines for part in (title(line), introduction(table, line))
    )
    levels = (part for node in table.menu.nodes for part in menu_level(node))
    asked = (part for question in table.menu.questions for part in area_question(question))
    notices = (notice(each.text) for each in table.notices)
    return tuple(dict.fromkeys(flat((*lines, *levels, *asked, *notices))))


def title(line: Line) -> Spoken:
    return line_title(line.code, title=line.spoken_title)


def introduction(table: RoutingTable, line: Line) -> Spoken:
    """Which matter, and whose it is."""
    unit = table.directory.unit(line.unit)
    return line_introduced(line.code, title=line.spoken_title, unit=unit.short_name)


def menu_level(node: Node) -> tuple[Spoken, ...]:
    """Each choice with its key, then the keys that mean the same everywhere."""
    choices = tuple(
        (menu_title(f"{node.id}.{choice.key}", title=choice.title), readers.press(choice.key))
        for choice in node.choices
    )
    return (*choices, PROMPTS.menu_tail)


def candidates(keyed: Mapping[str, Line]) -> tuple[Spoken, ...]:
    """A menu made on the spot: each line with its key, then none of them."""
    lines = tuple((title(line), readers.press(key)) for key, line in keyed.items())
    return (PROMPTS.which_of_these, *lines, PROMPTS.none_of_these)


def area_question(question: AreaQuestion) -> tuple[Spoken, ...]:
    answers = tuple(
        (area_name(choice.area or "any", name=choice.title), readers.press(choice.key))
        for choice in question.choices
    )
    return (PROMPTS.which_district, *answers)


def ticket_number(number: TicketNumber) -> Spoken:
    return readers.digits(number)


def promise(due: datetime, *, provisional: bool) -> Spoken:
    """The deadline as a date; a year without a published calendar is said to be provisional."""
    day = readers.date(due.date(), weekday=True)
    sentence: Spoken = (PROMPTS.deadline_before, day, PROMPTS.deadline_after)
    return (sentence, PROMPTS.deadline_provisional) if provisional else sentence


def standing(ticket: Ticket, at: datetime) -> Spoken:
    """How a ticket stands, and until when it will be answered."""
    parts: Spoken = (PROMPTS.progress_ticket, ticket_number(ticket.number), STANDS[ticket.state])
    if ticket.state in (TicketState.REPLIED, TicketState.CLOSED):
        return parts
    late = ticket.due < at
    return (parts, PROMPTS.progress_overdue if late else promise(ticket.due, provisional=False))
