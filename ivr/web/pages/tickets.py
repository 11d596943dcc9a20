"""Tickets: the newest, and one with its recording beside what a machine heard in it."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import FileResponse, Response

from ivr.kernel.ids import TicketNumber
from ivr.people.permissions import Permission
from ivr.tickets.model import NoSuchTicket
from ivr.tickets.number import parse
from ivr.tickets.words import CHANNELS, TICKET_STATES
from ivr.web.page import Page
from ivr.web.visit import Visit
from routing.directory import Directory

SEE: Final = Permission.SEE_TICKETS


async def all_tickets(visit: Visit) -> Response:
    """What is typed into the search is a number that somebody was told."""
    asked = visit.asked("q", 20)
    number = parse(asked.replace(" ", ""))
    if number is not None:
        return visit.go(f"/tickets/{number}")
    words = {
        "tickets": await visit.parts.tickets.recent(visit.me),
        "q": asked,
        "error": f"“{asked}”不是工单号。工单号是8位数字，请核对。" if asked else "",
    }
    return visit.show("tickets.html", words | _names(visit))


async def one_ticket(visit: Visit) -> Response:
    read = await visit.parts.tickets.one(visit.me, ticket_number(visit.named("number")))
    return visit.show("ticket.html", {"it": read.ticket, "read": read} | _names(visit))


async def sound(visit: Visit) -> Response:
    path = await visit.parts.tickets.recording(visit.me, ticket_number(visit.named("number")))
    return FileResponse(path, media_type="audio/wav")


def ticket_number(text: str) -> TicketNumber:
    """A number of an address. Raises `NoSuchTicket`."""
    number = parse(text)
    if number is None:
        raise NoSuchTicket(TicketNumber(text[:20]))
    return number


def _names(visit: Visit) -> dict[str, Any]:
    directory = visit.parts.in_force().table.directory
    return {"states": TICKET_STATES, "channels": CHANNELS, "names": _titles(directory)}


def _titles(directory: Directory) -> dict[str, str]:
    """Of lines and units; a ticket may name one that has gone since."""
    units = {str(unit.code): unit.name for unit in directory.units}
    return units | {str(line.code): line.title for line in directory.lines}


PAGES: Final = (
    Page("/tickets", all_tickets, SEE),
    Page("/tickets/{number}", one_ticket, SEE),
    Page("/sounds/tickets/{number}.wav", sound, SEE),
)
