"""`hotline init`, `hotline serve`, `hotline doctor`: a site, from nothing to running."""

from __future__ import annotations

import asyncio

import click
import uvloop
from twisted.internet import asyncioreactor

from ivr.app.initialise import initialise
from ivr.commands.shared import console, on_loop, plainly, settings_of
from ivr.doctor import examine
from ivr.kernel.garbage import give_large_pieces_back, look_at_calls_only
from ivr.settings import Settings


@click.command()
@click.option("--admin", default="admin", show_default=True, help="第一个管理员的账号。")
@click.pass_context
@plainly
def init(context: click.Context, admin: str) -> None:
    """建立站点：数据库、密钥、工作日历、第一版派单目录和第一个管理员。可以重复运行。"""
    settings = settings_of(context)
    made = initialise(settings, admin=admin)
    console.print(f"✓ 站点在 {settings.home.absolute()}，派单目录第{made.table}版")
    console.print(f"✓ 管理员 {made.admin_user}，口令在 {settings.secrets / 'admin_password'}")
    for year in made.provisional:
        console.print(f"! {year}年节假日安排尚未导入，这一年按平常的工作日计算，到期时间为暂定")


@click.command("serve")
@click.option(
    "--role",
    type=click.Choice(["all", "calls", "web", "jobs"]),
    default="all",
    show_default=True,
    help="这个进程做什么：接电话、网页、后台任务，或者全部。",
)
@click.pass_context
@plainly
def serve_command(context: click.Context, role: str) -> None:
    """运行服务，直到 Ctrl-C 或 SIGTERM。"""
    run_service(settings_of(context), role)


def run_service(settings: Settings, role: str = "all") -> None:
    """Twisted's reactor and asyncio are one loop, on uvloop; the reactor must come first."""
    loop = uvloop.new_event_loop()
    asyncioreactor.install(loop)  # type: ignore[no-untyped-call]
    from ivr.app.serve import Role, serve  # noqa: PLC0415 - after the reactor is installed

    give_large_pieces_back()
    look_at_calls_only()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(serve(settings, Role(role)))


@click.command()
@click.pass_context
@plainly
def doctor(context: click.Context) -> None:
    """逐项检查真实的部件，有问题就说怎么修。"""
    findings = on_loop(examine(settings_of(context)))
    for finding in findings:
        console.print(f"{'✓' if finding.well else '✗'} {finding.part}：{finding.detail}")
        if not finding.well:
            console.print(f"    → {finding.mend}")
    sick = sum(not finding.well for finding in findings)
    if sick:
        raise click.ClickException(f"有{sick}项不正常")
