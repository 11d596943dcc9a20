"""`hotline account`: who may sign in, kept on the machine itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import click
from rich.table import Table

from ivr.app.pages import account_keeping
from ivr.commands.shared import console, on_loop, plainly, settings_of
from ivr.kernel.people import AccountName, Level, Role
from ivr.people.accounts import AccountKeeping, Wanted
from ivr.people.permissions import LEVEL_TITLES, ROLE_TITLES
from ivr.settings import Settings

T = TypeVar("T")

ROLES = click.Choice([role.value for role in Role])
LEVELS = click.Choice([level.value for level in Level])


@click.group()
def account() -> None:
    """账号：新建、角色和范围、重置口令、停用。"""


@account.command("list")
@click.pass_context
@plainly
def list_accounts(context: click.Context) -> None:
    """所有账号。"""
    table = Table("账号", "姓名", "角色", "范围", "状态")
    for each in on_loop(_with(settings_of(context), lambda keeping: keeping.all(None))):
        scope = each.unit or (LEVEL_TITLES[each.level] if each.level else "全部")
        state = "已停用" if each.disabled else "临时口令" if each.must_change else "在用"
        table.add_row(each.name, each.person, ROLE_TITLES[each.role], scope, state)
    console.print(table)


@account.command("create")
@click.argument("name")
@click.option("--role", type=ROLES, required=True, help="角色。")
@click.option("--person", default="", help="姓名。")
@click.option("--level", type=LEVELS, help="只负责这一级。")
@click.option("--unit", help="只负责这个单位，填编号，例如 C024。")
@click.pass_context
@plainly
def create(  # noqa: PLR0913, PLR0917 - options of a command
    context: click.Context, name: str, role: str, person: str, level: str | None, unit: str | None
) -> None:
    """新建账号，显示一次临时口令。"""
    wanted = _wanted(role, person, level, unit)
    settings = settings_of(context)
    password = on_loop(_with(settings, lambda all_: all_.create(AccountName(name), wanted, None)))
    console.print(f"✓ {name} 已建立，临时口令 {password}（首次登录时须更换）")


@account.command("change")
@click.argument("name")
@click.option("--role", type=ROLES, required=True, help="角色。")
@click.option("--person", default="", help="姓名。")
@click.option("--level", type=LEVELS, help="只负责这一级；不写就是全部。")
@click.option("--unit", help="只负责这个单位；不写就是全部。")
@click.pass_context
@plainly
def change(  # noqa: PLR0913, PLR0917 - options of a command
    context: click.Context, name: str, role: str, person: str, level: str | None, unit: str | None
) -> None:
    """修改角色和范围。"""
    wanted = _wanted(role, person, level, unit)
    settings = settings_of(context)
    on_loop(_with(settings, lambda all_: all_.change(AccountName(name), wanted, None)))
    console.print(f"✓ {name} 现在是{ROLE_TITLES[wanted.role]}")


@account.command("reset")
@click.argument("name")
@click.pass_context
@plainly
def reset(context: click.Context, name: str) -> None:
    """重置口令，显示一次临时口令。"""
    settings = settings_of(context)
    password = on_loop(_with(settings, lambda all_: all_.reset(AccountName(name), None)))
    console.print(f"✓ {name} 的临时口令 {password}（下次登录时须更换）")


@account.command("code-off")
@click.argument("name")
@click.pass_context
@plainly
def code_off(context: click.Context, name: str) -> None:
    """停用动态验证码：手机丢了的时候用。"""
    settings = settings_of(context)
    on_loop(_with(settings, lambda all_: all_.drop_code(AccountName(name), None)))
    console.print(f"✓ {name} 不再需要动态验证码")


@account.command("disable")
@click.argument("name")
@click.pass_context
@plainly
def disable(context: click.Context, name: str) -> None:
    """停用账号，立即退出登录。"""
    _disable(settings_of(context), name, disabled=True)
    console.print(f"✓ {name} 已停用")


@account.command("enable")
@click.argument("name")
@click.pass_context
@plainly
def enable(context: click.Context, name: str) -> None:
    """重新启用账号。"""
    _disable(settings_of(context), name, disabled=False)
    console.print(f"✓ {name} 已启用")


def _disable(settings: Settings, name: str, *, disabled: bool) -> None:
    on_loop(_with(settings, lambda all_: all_.disable(AccountName(name), None, disabled=disabled)))


def _wanted(role: str, person: str, level: str | None, unit: str | None) -> Wanted:
    return Wanted(Role(role), person, Level(level) if level else None, unit)


async def _with(settings: Settings, work: Callable[[AccountKeeping], Awaitable[T]]) -> T:
    async with account_keeping(settings) as keeping:
        return await work(keeping)
