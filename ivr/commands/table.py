"""`hotline table`: check, publish and look at the routing table."""

from __future__ import annotations

from pathlib import Path

import click
from rich.table import Table

from ivr.app.publishing import TABLES, publish_table, write_standby
from ivr.app.stores import open_stores
from ivr.commands.shared import console, on_loop, plainly, settings_of
from ivr.kernel.clock import SystemClock
from ivr.settings import Settings
from ivr.storage.live_state import open_live_state
from ivr.storage.table_store import Publication
from routing.calendar import Calendar
from routing.chain import LineHop, QueueHop, hops
from routing.check import check
from routing.errors import RoutingError
from routing.load import DATA, load_table
from routing.table import RoutingTable, Snapshot

FOLDER = click.argument(
    "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=DATA
)


@click.group()
def table() -> None:
    """派单目录：检查、发布、查看。"""


@table.command("check")
@FOLDER
@plainly
def check_folder(folder: Path) -> None:
    """检查一个文件夹里的派单目录能不能发布。"""
    problems = check(_load(folder))
    for problem in problems:
        console.print(f"✗ {problem.sentence}")
    if problems:
        raise click.ClickException(f"有{len(problems)}处问题，不能发布")
    console.print("✓ 没有问题，可以发布")


@table.command("publish")
@FOLDER
@click.pass_context
@plainly
def publish_folder(context: click.Context, folder: Path) -> None:
    """检查并发布一个文件夹里的派单目录；运行中的服务两秒内换用。"""
    snapshot = on_loop(_publish(settings_of(context), _load(folder)))
    console.print(f"✓ 已发布第{snapshot.number}版，校验值 {snapshot.sha256[:16]}…")


@table.command("list")
@click.pass_context
@plainly
def list_tables(context: click.Context) -> None:
    """发布过的各版。"""
    shown = Table("版本", "发布时间", "校验值", "在用")
    for each in on_loop(_publications(settings_of(context))):
        moment = each.published_at.strftime("%Y-%m-%d %H:%M")
        shown.add_row(str(each.version), moment, each.sha256[:16], "是" if each.active else "")
    console.print(shown)


@table.command("show")
@FOLDER
@plainly
def show(folder: Path) -> None:
    """把菜单和转接次序打印成一棵树。"""
    loaded = _load(folder)
    for line in loaded.directory.lines:
        steps = " → ".join(_step(hop) for hop in hops(loaded, line.code))
        console.print(f"{line.code} {line.spoken_title}（{line.hours}）：{steps}")


def _step(hop: object) -> str:
    if isinstance(hop, LineHop):
        return hop.line
    return "话务员" if isinstance(hop, QueueHop) else "留言"


def _load(folder: Path) -> RoutingTable:
    try:
        return load_table(folder)
    except RoutingError as why:
        raise click.ClickException(str(why)) from why


async def _publish(settings: Settings, loaded: RoutingTable) -> Snapshot:
    clock = SystemClock()
    async with open_stores(settings, clock) as stores:
        snapshot = await publish_table(loaded, stores, clock)
        write_standby(settings, snapshot, Calendar(await stores.calendar.all()))
    async with open_live_state(settings.redis, clock) as present:
        await present.fanout.publish(TABLES, str(snapshot.number))
    return snapshot


async def _publications(settings: Settings) -> tuple[Publication, ...]:
    async with open_stores(settings, SystemClock()) as stores:
        return await stores.tables.list()
