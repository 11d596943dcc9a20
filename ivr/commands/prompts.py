"""`hotline prompts`: is every sentence there, and making those that are not."""

from __future__ import annotations

from pathlib import Path

import click

from ivr.app.publishing import active_snapshot, own_sounds, sound_folders
from ivr.app.stores import open_stores
from ivr.app.wanted import wanted
from ivr.commands.shared import console, on_loop, plainly, settings_of
from ivr.kernel.clock import SystemClock
from ivr.kernel.sound import Sound
from ivr.settings import Settings
from prompts.check import check
from prompts.sound_library import COMMITTED, Library
from routing.load import load_table
from routing.table import RoutingTable


@click.group()
def prompts() -> None:
    """提示音：检查、渲染、列出。"""


@prompts.command("check")
@click.pass_context
@plainly
def check_prompts(context: click.Context) -> None:
    """每一句提示音都在、完整、清楚。"""
    settings = settings_of(context)
    problems = check(wanted(on_loop(_table(settings))), Library(sound_folders(settings)))
    for problem in problems:
        console.print(f"✗ {problem.sound}：{problem.sentence}")
    if problems:
        raise click.ClickException(f"有{len(problems)}处问题")
    console.print("✓ 提示音齐全")


@prompts.command("list")
@click.pass_context
@plainly
def list_prompts(context: click.Context) -> None:
    """列出每一句的编号和文字。"""
    for sound in wanted(on_loop(_table(settings_of(context)))):
        console.print(f"{sound.id}\t{sound.text}")


@prompts.command("render")
@click.option(
    "--into", type=click.Path(path_type=Path), help="放到哪个文件夹；缺省为本站点自己的文件夹。"
)
@click.option("--voice", type=click.Choice(["kokoro", "espeak"]), default="kokoro")
@click.pass_context
@plainly
def render_prompts(context: click.Context, into: Path | None, voice: str) -> None:
    """渲染缺少的和文字改过的提示音。"""
    settings = settings_of(context)
    sounds = wanted(on_loop(_table(settings)))
    _render(sounds, into or own_sounds(settings)[0], voice)


async def _table(settings: Settings) -> RoutingTable:
    """The table in force, or the one that `init` would publish."""
    if not settings.database and not (settings.home / "hotline.db").exists():
        return load_table()
    async with open_stores(settings, SystemClock()) as stores:
        snapshot = await active_snapshot(stores)
        return snapshot.table if snapshot else load_table()


def _render(sounds: tuple[Sound, ...], into: Path, voice: str) -> None:
    """The voices need the extra `voice`; a call never does."""
    from prompts.render.fallback import Espeak  # noqa: PLC0415
    from prompts.render.kokoro import Kokoro  # noqa: PLC0415
    from prompts.render.render import render  # noqa: PLC0415

    speaker = Kokoro.fetched() if voice == "kokoro" else Espeak.found()
    library = Library((COMMITTED, into))
    missing = [sound for sound in sounds if not library.speaks(sound)]
    report = render(missing, into, speaker, tell=console.print)
    for sound, why in report.failed:
        console.print(f"✗ {sound}：{why}")
    console.print(f"✓ 新渲染{len(report.rendered)}句，已有{len(sounds) - len(missing)}句")
    if report.failed:
        raise click.ClickException(f"有{len(report.failed)}句没有渲染成功")
