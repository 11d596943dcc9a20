"""`hotline callback`: who is owed a call, and calling them."""

from __future__ import annotations

import getpass

import click
from rich.table import Table

from ivr.app.calling_back import call_back
from ivr.app.stores import open_stores
from ivr.calls.record import Callback, CallbackReason
from ivr.commands.shared import console, on_loop, plainly, settings_of
from ivr.kernel.clock import SystemClock
from ivr.kernel.ids import CallId
from ivr.settings import Settings

REASONS = {
    CallbackReason.LOST_IN_QUEUE: "排队时挂断",
    CallbackReason.LOST_IN_MESSAGE: "留言时中断",
    CallbackReason.NO_OPERATOR: "没有话务员",
}
MOMENT = "%m-%d %H:%M"


@click.group()
def callback() -> None:
    """回拨：还欠着谁的回电，回拨，登记已回拨。"""


@callback.command("list")
@click.pass_context
@plainly
def list_callbacks(context: click.Context) -> None:
    """还没有回拨的来电，最早到期的在前。"""
    table = Table()
    for name in ("来电编号", "电话"):
        table.add_column(name, no_wrap=True)
    for name in ("原因", "最迟回拨", "热线", "录音"):
        table.add_column(name, overflow="fold")
    for each in on_loop(_open(settings_of(context))):
        table.add_row(
            each.call,
            each.caller or "未显示",
            REASONS[each.reason],
            each.due.strftime(MOMENT),
            each.line or "—",
            each.recording or "—",
        )
    console.print(table)


@callback.command("call")
@click.argument("call_id")
@click.pass_context
@plainly
def call(context: click.Context, call_id: str) -> None:
    """先呼叫空闲的话务员，接起后再呼叫来电人。"""
    number = on_loop(call_back(settings_of(context), CallId(call_id)))
    console.print(f"✓ 话务员已接起，正在呼叫 {number}")
    console.print(f"谈完后请登记：hotline callback done {call_id}")


@callback.command("done")
@click.argument("call_id")
@click.option("--by", default=getpass.getuser, show_default="登录名", help="谁回拨的。")
@click.pass_context
@plainly
def done(context: click.Context, call_id: str, by: str) -> None:
    """登记已经回拨。"""
    on_loop(_done(settings_of(context), CallId(call_id), by))
    console.print(f"✓ {call_id} 已登记为回拨完毕")


async def _open(settings: Settings) -> tuple[Callback, ...]:
    async with open_stores(settings, SystemClock()) as stores:
        return await stores.calls.callbacks_open()


async def _done(settings: Settings, call: CallId, by: str) -> None:
    async with open_stores(settings, SystemClock()) as stores:
        await stores.calls.callback_done(call, by=by)
