"""`hotline ticket`: tickets, read by people."""

from __future__ import annotations

import click
from rich.table import Table

from ivr.app.stores import Stores, open_stores
from ivr.commands.shared import console, on_loop, plainly, settings_of
from ivr.kernel.clock import SystemClock
from ivr.kernel.ids import TicketNumber, masked
from ivr.settings import Settings
from ivr.tickets.dictation import Dictated
from ivr.tickets.model import NoSuchTicket, Ticket
from ivr.tickets.number import parse
from ivr.tickets.words import TICKET_STATES

MOMENT = "%Y-%m-%d %H:%M"


@click.group()
def ticket() -> None:
    """工单：查看最近的工单和单张工单。"""


@ticket.command("list")
@click.option("--last", default=20, show_default=True, help="最多列出多少张。")
@click.pass_context
@plainly
def list_tickets(context: click.Context, last: int) -> None:
    """最近的工单，新的在前。"""
    tickets = on_loop(_recent(settings_of(context), last))
    table = Table("工单号", "状态", "热线", "单位", "来电", "登记", "到期", "秒")
    for each in tickets:
        table.add_row(
            each.number,
            TICKET_STATES[each.state],
            each.line or "—",
            each.unit or "—",
            masked(each.caller) or "未显示",
            each.opened.strftime(MOMENT),
            each.due.strftime(MOMENT),
            f"{each.duration:.0f}",
        )
    console.print(table)


@ticket.command("show")
@click.argument("number")
@click.pass_context
@plainly
def show(context: click.Context, number: str) -> None:
    """一张工单的全部内容。"""
    parsed = parse(number)
    if parsed is None:
        raise NoSuchTicket(TicketNumber(number[:20]))
    found, dictated = on_loop(_find(settings_of(context), parsed))
    for name, value in (*_facts(found), *_heard(dictated)):
        console.print(f"{name}：{value}", markup=False)


def _facts(found: Ticket) -> tuple[tuple[str, str], ...]:
    return (
        ("工单号", found.number),
        ("状态", TICKET_STATES[found.state]),
        ("热线", found.line or "—"),
        ("单位", found.unit or "—"),
        ("来电", masked(found.caller) or "未显示"),
        ("来电时间", found.happened.strftime(MOMENT)),
        ("登记时间", found.opened.strftime(MOMENT)),
        ("到期时间", found.due.strftime(MOMENT)),
        *_told(found),
        ("派单目录版本", str(found.table)),
    )


def _told(found: Ticket) -> tuple[tuple[str, str], ...]:
    """What was said or written, whichever there is."""
    recorded = ("录音", f"{found.recording}（{found.duration:.0f}秒）") if found.recording else None
    written = ("文字", found.words) if found.words else None
    return tuple(each for each in (recorded, written) if each) or (("录音", "—"),)


def _heard(dictated: Dictated | None) -> tuple[tuple[str, str], ...]:
    """What a machine heard is marked as such: the recording is what counts."""
    if dictated is None:
        return ()
    words = f"{dictated.text or '—'}（把握{dictated.confidence:.0%}，以录音为准）"
    decided = (("机器判断", f"热线 {dictated.line or '—'}"),) if dictated.text else ()
    return (("机器听写", words), *decided, *(("依据", each) for each in dictated.because))


async def _recent(settings: Settings, last: int) -> tuple[Ticket, ...]:
    async with open_stores(settings, SystemClock()) as stores:
        return await stores.tickets.recent(last)


async def _find(settings: Settings, number: TicketNumber) -> tuple[Ticket, Dictated | None]:
    async with open_stores(settings, SystemClock()) as stores:
        found = await _found(stores, number)
        return found, await stores.dictations.of(found.number)


async def _found(stores: Stores, number: TicketNumber) -> Ticket:
    found = await stores.tickets.find(number)
    if found is None:
        raise NoSuchTicket(number)
    return found
