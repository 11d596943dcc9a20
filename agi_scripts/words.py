"""Sentences that depend on the table: titles, menus, who is responsible."""

from __future__ import annotations

from prompts.catalogue import PROMPTS, area_name, line_introduction, line_title, menu_title

from ivr.kernel.ids import TicketNumber
from ivr.kernel.sound import Spoken
from ivr.tickets.model import Ticket, TicketState
from prompts import readers
from routing.directory import Line
from routing.menu import AreaQuestion, Node
from routing.table import RoutingTable

PRESS = {
    "1": PROMPTS.press_1,
    "2": PROMPTS.press_2,
    "3": PROMPTS.press_3,
    "4": PROMPTS.press_4,
    "5": PROMPTS.press_5,
}

STANDS = {
    TicketState.WAITING: PROMPTS.progress_waiting,
    TicketState.DISPATCHED: PROMPTS.progress_dispatched,
    TicketState.HANDLING: PROMPTS.progress_handling,
    TicketState.REPLIED: PROMPTS.progress_replied,
    TicketState.CLOSED: PROMPTS.progress_closed,
}


def title(line: Line) -> Spoken:
    return line_title(line.code, line.spoken_title)


def introduction(table: RoutingTable, line: Line) -> Spoken:
    """Which matter, and whose it is."""
    unit = table.directory.unit(line.unit)
    return line_introduction(line.code, line.spoken_title, unit.short_name)


def menu_level(node: Node) -> tuple[Spoken, ...]:
    """Each choice with its key, then the keys that mean the same everywhere."""
    choices = tuple(
        (menu_title(f"{node.id}.{choice.key}", choice.title), PRESS[choice.key])
        for choice in node.choices
    )
    return (*choices, PROMPTS.menu_tail)


def area_question(question: AreaQuestion) -> tuple[Spoken, ...]:
    answers = tuple(
        (area_name(choice.area or "any", choice.title), PRESS[choice.key])
        for choice in question.choices
    )
    return (PROMPTS.which_district, *answers)


def ticket_number(number: TicketNumber) -> Spoken:
    return readers.digits(number)


def promise(ticket: Ticket, *, provisional: bool) -> Spoken:
    """The deadline as a date; a year without a published calendar is said to be provisional."""
    day = readers.date(ticket.due.date(), weekday=True)
    sentence: Spoken = (PROMPTS.deadline_before, day, PROMPTS.deadline_after)
    return (sentence, PROMPTS.deadline_provisional) if provisional else sentence


def standing(ticket: Ticket, *, overdue: bool) -> Spoken:
    """How a ticket stands."""
    parts: Spoken = (PROMPTS.progress_ticket, ticket_number(ticket.number), STANDS[ticket.state])
    return (parts, PROMPTS.progress_overdue) if overdue else parts
