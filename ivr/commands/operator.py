"""`hotline operator`: who takes calls now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import click
from rich.table import Table

from ivr.app.manager import connected_manager
from ivr.commands.shared import console, on_loop, plainly, settings_of
from ivr.desk.commands import OperatorCommands
from ivr.kernel.ids import OperatorId
from ivr.settings import Settings

T = TypeVar("T")


@click.group()
def operator() -> None:
    """话务员：签入、签出、示忙、示闲。"""


@operator.command("login")
@click.argument("seat")
@click.pass_context
@plainly
def login(context: click.Context, seat: str) -> None:
    """签入：开始接听。"""
    on_loop(_with(settings_of(context), lambda desk: desk.login(OperatorId(seat))))
    console.print(f"✓ {seat} 已签入")


@operator.command("logout")
@click.argument("seat")
@click.pass_context
@plainly
def logout(context: click.Context, seat: str) -> None:
    """签出：不再接听。"""
    on_loop(_with(settings_of(context), lambda desk: desk.logout(OperatorId(seat))))
    console.print(f"✓ {seat} 已签出")


@operator.command("pause")
@click.argument("seat")
@click.option("--reason", default="", help="示忙原因，例如“午饭”。")
@click.pass_context
@plainly
def pause(context: click.Context, seat: str, reason: str) -> None:
    """示忙：保持签入，暂不接听。"""
    settings = settings_of(context)
    on_loop(_with(settings, lambda desk: desk.pause(OperatorId(seat), paused=True, reason=reason)))
    console.print(f"✓ {seat} 已示忙")


@operator.command("resume")
@click.argument("seat")
@click.pass_context
@plainly
def resume(context: click.Context, seat: str) -> None:
    """示闲：重新接听。"""
    on_loop(_with(settings_of(context), lambda desk: desk.pause(OperatorId(seat), paused=False)))
    console.print(f"✓ {seat} 已示闲")


@operator.command("list")
@click.pass_context
@plainly
def list_operators(context: click.Context) -> None:
    """签入的话务员。"""
    table = Table("座席", "状态", "已接", "话机")
    for seat in on_loop(_with(settings_of(context), lambda desk: desk.seats())):
        state = "通话中" if seat.in_call else f"示忙 {seat.reason}" if seat.paused else "就绪"
        phone = "在线" if seat.reachable else "不在线"
        table.add_row(seat.operator, state.strip(), str(seat.taken), phone)
    console.print(table)


async def _with(settings: Settings, work: Callable[[OperatorCommands], Awaitable[T]]) -> T:
    async with connected_manager(settings) as manager:
        return await work(OperatorCommands(manager, settings.calls.queue))
