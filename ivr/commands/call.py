"""`hotline call`: walk a call by typing, on the published table, without a telephone."""

from __future__ import annotations

import click

from agi_scripts.incoming import incoming
from agi_scripts.place import Place
from agi_scripts.visit import Visit
from ivr.app.publishing import times_of
from ivr.app.rehearsal import RehearsalTickets, table_to_rehearse
from ivr.app.routers import open_router
from ivr.app.understanding import TableUnderstanding
from ivr.calls.journey import Journey
from ivr.calls.terminal import TerminalCall
from ivr.commands.shared import console, on_loop, plainly, settings_of
from ivr.kernel.clock import SystemClock
from ivr.kernel.ids import CallId, phone_number
from ivr.settings import Settings
from ivr.telephony.call import CallerGone, CallFacts


@click.command()
@click.option("--from", "caller", default="", help="主叫号码；不写表示没有来电显示。")
@click.pass_context
@plainly
def call(context: click.Context, caller: str) -> None:
    """在终端上走一遍来电流程：打印每一句，按键和说话用打字代替，不登记真的工单。"""
    on_loop(_walk(settings_of(context), caller))


async def _walk(settings: Settings, caller: str) -> None:
    clock = SystemClock()
    snapshot, calendar = await table_to_rehearse(settings, clock)
    router = open_router(settings, console.print)
    facts = CallFacts(CallId("terminal"), phone_number(caller), dialled=settings.switch.number)
    terminal = TerminalCall(facts, input, console.print)
    journey = Journey(facts, snapshot.number, settings.node, clock)
    visit = Visit(
        call=terminal,
        snapshot=snapshot,
        calendar=calendar,
        tickets=RehearsalTickets(clock),
        journey=journey,
        clock=clock,
        times=times_of(settings),
        place=Place(),
        understanding=TableUnderstanding(router),
    )
    try:
        await incoming(visit)
    except CallerGone:
        journey.step("caller-gone")
    record = journey.record()
    console.print(f"结果：{record.outcome.value}；经过：{' → '.join(s.name for s in record.steps)}")
