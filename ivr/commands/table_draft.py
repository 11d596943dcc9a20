"""`hotline table draft`, `import` and `rehearse`: what happens before publishing."""

from __future__ import annotations

from pathlib import Path

import click

from ivr.commands.shared import console, on_loop, plainly, settings_of
from ivr.commands.table_office import WHO, WHY, office_of, print_differences, print_lines
from ivr.kernel.people import AccountName
from ivr.settings import Settings
from ivr.tables.errors import Conflicts
from ivr.tables.exchanging import MAX_IMPORT, read_file
from ivr.tables.office import TableOffice
from ivr.tables.values import Draft, RowEdit
from routing.csv_files import read_folder
from routing.diff import Conflict
from routing.diff_words import Difference
from routing.errors import RoutingError
from routing.forms import form
from routing.rehearse import Move, Movement, Rehearsal, Verdict
from routing.sheet import Sheet

MOVEMENTS = {
    Movement.MOVED: "去向变了",
    Movement.UNSURE: "变得没有把握",
    Movement.SURER: "变得有把握",
}


@click.group()
def draft() -> None:
    """草稿：每个编辑一份，从在用的派单目录开始。"""


@draft.command("open")
@WHO
@WHY
@click.pass_context
@plainly
def open_draft(context: click.Context, who: str, why: str) -> None:
    """建立草稿；已经有的，接着用。"""
    opened = on_loop(_open(settings_of(context), who, why))
    console.print(f"✓ {who} 的草稿基于第{opened.base}版，第{opened.revision}次修改")


@draft.command("show")
@WHO
@click.pass_context
@plainly
def show_draft(context: click.Context, who: str) -> None:
    """草稿改了什么。"""
    print_differences(on_loop(_changes(settings_of(context), who)))


@draft.command("put")
@click.argument("sheet")
@click.argument("cells", nargs=-1, required=True)
@click.option("--key", "keys", multiple=True, help="改哪一行：它的键，有几列写几次；不写就是新增。")
@WHO
@WHY
@click.pass_context
@plainly
def put_row(  # noqa: PLR0913, PLR0917 - click hands over each option
    context: click.Context,
    sheet: str,
    cells: tuple[str, ...],
    keys: tuple[str, ...],
    who: str,
    why: str,
) -> None:
    """改一行或新增一行：hotline table draft put hotlines --key H090 number=04732222222。"""
    given = dict(cell.partition("=")[::2] for cell in cells)
    on_loop(_put(settings_of(context), who, sheet, keys, given, why))
    console.print("✓ 已改")


@draft.command("rebase")
@click.option("--mine", is_flag=True, help="两边都改过的行，用草稿里的。")
@click.option("--theirs", is_flag=True, help="两边都改过的行，用已发布的。")
@WHO
@WHY
@click.pass_context
@plainly
def rebase(context: click.Context, mine: bool, theirs: bool, who: str, why: str) -> None:
    """别人先发布了新版：把草稿的改动移到新版上。"""
    rebased = on_loop(_rebase(settings_of(context), who, why, mine=mine, theirs=theirs))
    console.print(f"✓ 草稿现在基于第{rebased.base}版")


@draft.command("discard")
@WHO
@WHY
@click.pass_context
@plainly
def discard(context: click.Context, who: str, why: str) -> None:
    """丢掉草稿。"""
    on_loop(_discard(settings_of(context), who, why))
    console.print("✓ 草稿已丢掉")


@click.command("import")
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@WHO
@WHY
@click.pass_context
@plainly
def import_file(context: click.Context, file: Path, who: str, why: str) -> None:
    """把 .csv、.zip、.xlsx、.json 或一个文件夹导入草稿；有一行不对就全不导入。"""
    try:
        sheets = _read(file)
        found = on_loop(_take_in(settings_of(context), who, sheets, why))
    except RoutingError as bad:
        raise click.ClickException(str(bad)) from bad
    print_differences(found)


@click.command("rehearse")
@click.option("--last", type=click.IntRange(0, 5000), default=None, help="最近多少个电话和工单。")
@click.option("--no-examples", is_flag=True, help="不试例句。")
@WHO
@click.pass_context
@plainly
def rehearse(context: click.Context, last: int | None, no_examples: bool, who: str) -> None:
    """用草稿重走最近的电话、工单和例句：哪些会去别处，哪些变得没有把握。"""
    settings = settings_of(context)
    count = settings.table.rehearse if last is None else last
    _say_rehearsal(on_loop(_rehearse(settings, who, count, examples=not no_examples)))


def _say_rehearsal(found: Rehearsal) -> None:
    for movement, title in MOVEMENTS.items():
        moves = found.of(movement)
        console.print(f"{title}：{len(moves)}")
        print_lines([_move(move) for move in moves], nothing="  （没有）")
    right = f"，首选正确由{found.right_before}变为{found.right_after}" if found.judged else ""
    console.print(f"共试{found.cases}次，其中{found.judged}次知道答案{right}")


def _move(move: Move) -> str:
    asked = move.case.text or f"按键 {move.case.keys}"
    return f"{asked}：{_verdict(move.before)} → {_verdict(move.after)}"


def _verdict(verdict: Verdict) -> str:
    sure = {"sure": "", "ask": "（询问）", "unsure": "（没把握）"}[verdict.certainty.value]
    return f"{verdict.target or '无处可去'}{sure}"


def _read(file: Path) -> tuple[Sheet, ...]:
    if file.is_dir():
        return read_folder(file).sheets
    with file.open("rb") as opened:
        return read_file(file.name, opened.read(MAX_IMPORT + 1))


async def _open(settings: Settings, who: str, why: str) -> Draft:
    async with office_of(settings) as office:
        return await office.drafting.open(AccountName(who), why)


async def _changes(settings: Settings, who: str) -> tuple[Difference, ...]:
    async with office_of(settings) as office:
        return await office.drafting.differences(await office.drafting.get(AccountName(who)))


async def _put(  # noqa: PLR0913, PLR0917 - what the command was given
    settings: Settings,
    who: str,
    sheet: str,
    key: tuple[str, ...],
    given: dict[str, str],
    why: str,
) -> Draft:
    try:
        wanted = form(sheet)
        async with office_of(settings) as office:
            opened = await office.drafting.open(AccountName(who), why)
            known = opened.sheets.sheet(sheet).by_key.get(key)
            row = wanted.row(known) if known else {}
            edit = RowEdit(sheet, key or None, wanted.cells({**row, **given}))
            return await office.drafting.edit(opened.stamp, [edit], why)
    except RoutingError as bad:
        raise click.ClickException(str(bad)) from bad


async def _rebase(settings: Settings, who: str, why: str, *, mine: bool, theirs: bool) -> Draft:
    async with office_of(settings) as office:
        opened = await office.drafting.get(AccountName(who))
        try:
            return await office.drafting.rebase(opened.stamp, why)
        except Conflicts as found:
            if mine == theirs:
                raise
            return await _settle(office, opened, why, found.conflicts if mine else ())


async def _settle(
    office: TableOffice, opened: Draft, why: str, mine: tuple[Conflict, ...]
) -> Draft:
    kept = {(each.sheet, each.key) for each in mine}
    return await office.drafting.settle(opened.stamp, why, kept)


async def _discard(settings: Settings, who: str, why: str) -> None:
    async with office_of(settings) as office:
        await office.drafting.discard(AccountName(who), why)


async def _take_in(
    settings: Settings, who: str, sheets: tuple[Sheet, ...], why: str
) -> tuple[Difference, ...]:
    async with office_of(settings) as office:
        opened = await office.drafting.open(AccountName(who), why)
        taken = await office.drafting.take_in(opened.stamp, sheets, why)
        return await office.drafting.differences(taken)


async def _rehearse(settings: Settings, who: str, last: int, *, examples: bool) -> Rehearsal:
    async with office_of(settings) as office:
        mine = await office.drafting.get(AccountName(who))
        active = (await office.archive.in_force()).version
        before = await office.archive.sheets(active)
        return await office.rehearsing.rehearse(before, mine.sheets, last=last, examples=examples)
