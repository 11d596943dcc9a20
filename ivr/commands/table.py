"""`hotline table`: look at the routing table, and bring it in and out as files."""

from __future__ import annotations

from pathlib import Path

import click
from rich.table import Table

from ivr.commands.shared import console, on_loop, plainly, settings_of
from ivr.commands.table_draft import draft, import_file, rehearse
from ivr.commands.table_office import (
    DRAFT,
    FOLDER,
    WHO,
    load,
    office_of,
    print_differences,
    print_lines,
    sheets_of,
)
from ivr.commands.table_publish import approve, publish, refuse, rollback, withdraw
from ivr.settings import Settings
from ivr.tables.checking import Checked, checked
from ivr.tables.exchanging import FileKind, write_file
from ivr.tables.values import Proposal, Publication
from ivr.tables.words import PROPOSAL_STATES
from routing.chain import LineHop, QueueHop, hops
from routing.csv_files import read_folder, write_folder
from routing.diff_words import Difference, differences
from routing.errors import RoutingError
from routing.sheet import Sheets


@click.group()
def table() -> None:
    """派单目录：查看、修改、试演、发布、恢复。"""


@table.command("check")
@FOLDER
@click.option("--draft", "of_draft", is_flag=True, help="检查草稿，而不是文件夹。")
@WHO
@click.pass_context
@plainly
def check_table(context: click.Context, folder: Path, of_draft: bool, who: str) -> None:
    """检查一个文件夹里的派单目录，或草稿，能不能发布。"""
    if of_draft:
        sheets = on_loop(_draft_sheets(settings_of(context), who))
    else:
        try:
            sheets = read_folder(folder)
        except RoutingError as why:
            raise click.ClickException(str(why)) from why
    _say_checked(checked(sheets))


@table.command("list")
@click.pass_context
@plainly
def list_tables(context: click.Context) -> None:
    """发布过的各版。"""
    shown = Table("版本", "发布时间", "校验值", "在用")
    for each in on_loop(_history(settings_of(context)))[0]:
        moment = each.published_at.strftime("%Y-%m-%d %H:%M")
        shown.add_row(str(each.version), moment, each.sha256[:16], "是" if each.active else "")
    console.print(shown)


@table.command("history")
@click.pass_context
@plainly
def history(context: click.Context) -> None:
    """各版由谁发布、为什么，和各个发布申请。"""
    published, proposed = on_loop(_history(settings_of(context)))
    versions = Table("版本", "在用", "发布时间", "发布人", "审批人", "说明")
    for each in published:
        note = f"恢复第{each.restores}版。" if each.restores else ""
        versions.add_row(
            str(each.version),
            "是" if each.active else "",
            each.published_at.strftime("%Y-%m-%d %H:%M"),
            each.published_by or "",
            each.approved_by or "",
            f"{note}{each.why or ''}",
        )
    console.print(versions)
    proposals = Table("申请", "状态", "提交人", "基于", "定时", "说明", "结果")
    for every in proposed:
        at = every.publish_at.strftime("%Y-%m-%d %H:%M") if every.publish_at else ""
        cells = (str(every.id), PROPOSAL_STATES[every.state], every.editor, f"第{every.base}版")
        proposals.add_row(*cells, at, every.why, every.decision or "")
    if proposed:
        console.print(proposals)


@table.command("diff")
@click.argument("before")
@click.argument("after", default=DRAFT)
@WHO
@click.pass_context
@plainly
def diff(context: click.Context, before: str, after: str, who: str) -> None:
    """两版之间，或一版与草稿（draft）之间，有什么不同。"""
    print_differences(on_loop(_differences(settings_of(context), before, after, who)))


@table.command("export")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--version", "which", default="", help="哪一版，或 draft；不写就是在用的一版。")
@WHO
@click.pass_context
@plainly
def export(context: click.Context, file: Path, which: str, who: str) -> None:
    """导出派单目录：按文件名写成 .zip（CSV）、.xlsx、.json（HSDS），或一个文件夹。"""
    ending = file.suffix.removeprefix(".")
    if ending and ending not in {kind.value for kind in FileKind}:
        raise click.ClickException("文件名应以 .zip、.xlsx 或 .json 结尾，或是一个文件夹")
    sheets = on_loop(_sheets(settings_of(context), which, who))
    if ending:
        file.write_bytes(write_file(sheets, FileKind(ending)))
    else:
        write_folder(sheets, file)
    console.print(f"✓ 已导出到 {file}")


@table.command("show")
@FOLDER
@plainly
def show(folder: Path) -> None:
    """把菜单和转接次序打印成一棵树。"""
    loaded = load(folder)
    for line in loaded.directory.lines:
        steps = " → ".join(_step(hop) for hop in hops(loaded, line.code))
        console.print(f"{line.code} {line.spoken_title}（{line.hours}）：{steps}")


for command in (draft, import_file, rehearse, publish, approve, refuse, withdraw, rollback):
    table.add_command(command)


def _say_checked(found: Checked) -> None:
    for bad in found.bad_rows:
        console.print(f"✗ {bad}", markup=False)
    for problem in found.problems:
        console.print(f"✗ {problem.sentence}", markup=False)
    if found.doubts:
        console.print(f"以下{len(found.doubts)}处不妨碍发布，但请看一看：")
        print_lines([doubt.sentence for doubt in found.doubts], nothing="")
    if not found.publishable:
        count = len(found.bad_rows) + len(found.problems)
        raise click.ClickException(f"有{count}处问题，不能发布")
    console.print("✓ 没有问题，可以发布")


def _step(hop: object) -> str:
    if isinstance(hop, LineHop):
        return hop.line
    return "话务员" if isinstance(hop, QueueHop) else "留言"


async def _draft_sheets(settings: Settings, who: str) -> Sheets:
    async with office_of(settings) as office:
        return await sheets_of(office, DRAFT, who)


async def _history(settings: Settings) -> tuple[tuple[Publication, ...], tuple[Proposal, ...]]:
    async with office_of(settings) as office:
        return await office.archive.history(), await office.publishing.proposals()


async def _differences(
    settings: Settings, before: str, after: str, who: str
) -> tuple[Difference, ...]:
    async with office_of(settings) as office:
        old = await sheets_of(office, before, who)
        return differences(old, await sheets_of(office, after, who))


async def _sheets(settings: Settings, which: str, who: str) -> Sheets:
    async with office_of(settings) as office:
        chosen = which or str((await office.archive.in_force()).version)
        return await sheets_of(office, chosen, who)
