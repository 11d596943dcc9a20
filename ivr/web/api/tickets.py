"""Operations on tickets: looking."""

from __future__ import annotations

from typing import Final

from ivr.kernel.ids import masked
from ivr.people.permissions import Permission
from ivr.tickets.dictation import Dictated
from ivr.tickets.model import Ticket
from ivr.web.api.bodies import HeardFacts, TicketFacts
from ivr.web.api.operation import Asked, Operation
from ivr.web.pages.tickets import ticket_number

SEE: Final = Permission.SEE_TICKETS


async def tickets(asked: Asked) -> list[TicketFacts]:
    found = await asked.parts.tickets.recent(asked.visit.me)
    return [_facts(each, None) for each in found]


async def ticket(asked: Asked) -> TicketFacts:
    read = await asked.parts.tickets.one(asked.visit.me, ticket_number(asked.named("ticket")))
    return _facts(read.ticket, read.heard)


def _facts(ticket: Ticket, heard: Dictated | None) -> TicketFacts:
    return TicketFacts(
        number=ticket.number,
        state=ticket.state.value,
        channel=ticket.channel.value,
        line=ticket.line,
        unit=ticket.unit,
        caller=masked(ticket.caller),
        words=ticket.words,
        seconds=ticket.duration,
        happened=ticket.happened,
        opened=ticket.opened,
        due=ticket.due,
        table=ticket.table,
        heard=None if heard is None else _heard(heard),
    )


def _heard(heard: Dictated) -> HeardFacts:
    return HeardFacts(heard.text, heard.confidence, heard.line, list(heard.because))


OPERATIONS: Final = (
    Operation("GET", "/tickets", "最近的工单，新的在前", tickets, None, list[TicketFacts], SEE),
    Operation("GET", "/tickets/{ticket}", "一张工单和机器听写", ticket, None, TicketFacts, SEE),
)
