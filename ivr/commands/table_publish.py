"""`hotline table publish` and what belongs to it: approve, refuse, withdraw, rollback."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from ivr.app.publishing import keep_standby, own_sounds
from ivr.app.stores import open_stores
from ivr.app.voices import read_progress
from ivr.commands.shared import console, on_loop, plainly, settings_of
from ivr.commands.table_office import FOLDER, WHO, WHY, load, office_of
from ivr.kernel.clock import CHINA, SystemClock
from ivr.kernel.people import AccountName
from ivr.settings import Settings
from ivr.tables.office import TableOffice
from ivr.tables.publishing import Publishing
from ivr.tables.values import Proposal, ProposalId, ProposalState, Publication
from routing.errors import RoutingError
from routing.ids import TableVersion
from routing.table import RoutingTable

NUMBER = click.argument("number", type=click.IntRange(min=1))

Decide = Callable[[Publishing, ProposalId, AccountName, str], Coroutine[Any, Any, Proposal]]


@click.command("publish")
@FOLDER
@click.option("--draft", "of_draft", is_flag=True, help="发布草稿，而不是文件夹。")
@click.option(
    "--at",
    type=click.DateTime(["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]),
    default=None,
    help="草稿什么时候发布，北京时间；不写就是马上。",
)
@click.option("--voiceless", is_flag=True, help="有提示音渲染不出来也照样发布，缺的提示音会跳过。")
@WHO
@WHY
@click.pass_context
@plainly
def publish(  # noqa: PLR0913, PLR0917 - click hands over each option
    context: click.Context,
    folder: Path,
    of_draft: bool,
    at: datetime | None,
    voiceless: bool,
    who: str,
    why: str,
) -> None:
    """检查并发布一个文件夹里的派单目录，或草稿；运行中的服务一秒内换用。"""
    settings = settings_of(context)
    if not of_draft:
        done = on_loop(_publish_folder(settings, load(folder), who, why, voiceless=voiceless))
        console.print(f"✓ 已发布第{done.version}版，校验值 {done.sha256[:16]}…")
        return
    moment = at.replace(tzinfo=CHINA) if at else None
    try:
        _say(on_loop(_submit(settings, who, why, moment, voiceless=voiceless)))
    except RoutingError as bad:
        raise click.ClickException(str(bad)) from bad


def _decision(name: str, decide: Decide, about: str) -> click.Command:
    """A command that moves a proposal on."""

    @click.command(name, help=about)
    @NUMBER
    @WHO
    @WHY
    @click.pass_context
    @plainly
    def command(context: click.Context, number: int, who: str, why: str) -> None:
        _say(on_loop(_decided(settings_of(context), decide, number, who, why)))

    return command


approve = _decision("approve", Publishing.approve, "审批一个发布申请：同意。")
refuse = _decision("refuse", Publishing.refuse, "审批一个发布申请：驳回。")
withdraw = _decision("withdraw", Publishing.withdraw, "撤回一个还没有发布的申请。")


@click.command("rollback")
@click.argument("version", type=click.IntRange(min=1))
@WHO
@WHY
@click.pass_context
@plainly
def rollback(context: click.Context, version: int, who: str, why: str) -> None:
    """恢复以前的一版：它成为新的一版，一秒内在用。"""
    done = on_loop(_rollback(settings_of(context), version, who, why))
    console.print(f"✓ 第{version}版的内容已作为第{done.version}版发布")


def _say(proposal: Proposal) -> None:
    told = {
        ProposalState.WAITING: f"✓ 已提交，第{proposal.id}号申请等待另一人审批",
        ProposalState.SCHEDULED: f"✓ 第{proposal.id}号申请将按时发布",
        ProposalState.PUBLISHED: f"✓ 已发布第{proposal.version}版",
        ProposalState.REFUSED: f"✓ 第{proposal.id}号申请已驳回",
        ProposalState.WITHDRAWN: f"✓ 第{proposal.id}号申请已撤回",
        ProposalState.FAILED: f"✗ 第{proposal.id}号申请未能发布：{proposal.decision}",
    }
    console.print(told[proposal.state])


async def _publish_folder(
    settings: Settings, table: RoutingTable, who: str, why: str, *, voiceless: bool
) -> Publication:
    async with office_of(settings) as office, _progress(settings):
        done = await office.publishing.outright(table, AccountName(who), why, voiceless=voiceless)
    await _standby(settings)
    return done


async def _submit(
    settings: Settings, who: str, why: str, at: datetime | None, *, voiceless: bool
) -> Proposal:
    async with office_of(settings) as office, _progress(settings):
        draft = await office.drafting.get(AccountName(who))
        proposal = await office.publishing.submit(draft.stamp, why, at=at, voiceless=voiceless)
        proposal = await _finish(office, proposal)
    await _standby(settings)
    return proposal


async def _finish(office: TableOffice, proposal: Proposal) -> Proposal:
    """Learn and publish here what the service's job would: there may be no service."""
    await office.publishing.publish_due()
    return await office.publishing.proposal(proposal.id)


async def _decided(settings: Settings, decide: Decide, number: int, who: str, why: str) -> Proposal:
    async with office_of(settings) as office, _progress(settings):
        known = await decide(office.publishing, ProposalId(number), AccountName(who), why)
        proposal = await _finish(office, known)
    await _standby(settings)
    return proposal


async def _rollback(settings: Settings, version: int, who: str, why: str) -> Publication:
    async with office_of(settings) as office:
        done = await office.publishing.rollback(TableVersion(version), AccountName(who), why)
    await _standby(settings)
    return done


@contextlib.asynccontextmanager
async def _progress(settings: Settings) -> AsyncIterator[None]:
    """Says how far the rendering of new clips is, as long as it goes on."""
    telling = asyncio.create_task(_tell_progress(own_sounds(settings)[0]))
    try:
        yield
    finally:
        telling.cancel()


async def _tell_progress(folder: Path) -> None:
    told = await asyncio.to_thread(read_progress, folder)
    while True:
        await asyncio.sleep(1)
        now = await asyncio.to_thread(read_progress, folder)
        if now is not None and now != told and now.done:
            console.print(f"渲染提示音：{now.done}/{now.total}")
        told = now


async def _standby(settings: Settings) -> None:
    async with open_stores(settings, SystemClock()) as stores:
        await keep_standby(settings, stores)
