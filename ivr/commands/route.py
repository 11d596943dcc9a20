"""`hotline route`: decide a sentence, many sentences, or measure how well it is done."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.table import Table

from ivr.app.routers import open_router
from ivr.calls.likely import places
from ivr.commands.listening import listeners_of
from ivr.commands.route_audio import answer_all
from ivr.commands.shared import console, plainly, settings_of
from routing.decision import Certainty, Decision
from routing.errors import RoutingError
from routing.evaluate import Report, evaluate, load_answers
from routing.outcomes import EMERGENCY, HUMAN, PROGRESS, ROUTE, UNCLEAR
from routing.table import RoutingTable
from routing.wordings import How

SHOWN = 40  # confusions and lines of a report

INTENTS = {
    ROUTE: "办事或投诉",
    EMERGENCY: "紧急情况",
    HUMAN: "要人工",
    PROGRESS: "查进度",
    UNCLEAR: "没有诉求",
}
CERTAINTIES = {
    Certainty.SURE: "有把握",
    Certainty.ASK: "需确认",
    Certainty.UNSURE: "没把握",
}
HOWS = {
    How.CHARACTERS: "用词",
    How.SOUND: "读音",
    How.EXAMPLE: "例句",
    How.PLACE: "地点",
}


class SentenceOrCommand(click.Group):
    """`route 一句话` decides it; `route evaluate` is a command."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands:
            args = ["say", *args]
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {"--help", "--jsonl"}
        if args and args[0].startswith("-") and args[0] not in own:
            args = ["say", *args]
        return super().parse_args(ctx, args)


@click.group(cls=SentenceOrCommand, invoke_without_command=True)
@click.option("--jsonl", is_flag=True, help="从标准输入逐行读JSON，逐行写出决定。")
@click.pass_context
@plainly
def route(context: click.Context, *, jsonl: bool) -> None:
    r"""一句话该转到哪条热线，为什么。

    \b
    hotline route 我家停水两天了 --area 新华街道
    hotline route --jsonl < 句子.jsonl
    一行可以是 {"id","text"}，也可以是 {"id","audio":"录音.wav"}；
    加上 "expect":["是","不是"] 就只在这几个词里听。
    hotline route evaluate 句子.csv
    """
    if jsonl:
        router = open_router(settings_of(context), tell)
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
        with listeners_of(settings_of(context)) as listeners:
            hot_words = places(router.table.directory)
            for line in answer_all(sys.stdin.buffer, router, listeners, hot_words):
                sys.stdout.write(line + "\n")
                sys.stdout.flush()
    elif context.invoked_subcommand is None:
        click.echo(context.get_help())


@route.command("say", hidden=True)
@click.argument("text")
@click.option("--area", default="", help="已知的来电区域，如 新华街道。")
@click.pass_context
@plainly
def say(context: click.Context, text: str, area: str) -> None:
    """这句话转到哪里，为什么。"""
    router = open_router(settings_of(context), tell)
    print_decision(router.decide(text, area), router.table)


@route.command("evaluate")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_context
@plainly
def evaluate_file(context: click.Context, file: Path) -> None:
    """用一份带答案的CSV（text,hotline,area）衡量分派得准不准。"""
    try:
        examples = load_answers(file)
    except RoutingError as why:
        raise click.ClickException(str(why)) from why
    router = open_router(settings_of(context), tell)
    print_report(evaluate(examples, router.decide))


def tell(what: str) -> None:
    """To standard error: standard output may be read by a program."""
    click.echo(what, err=True)


def print_decision(decision: Decision, table: RoutingTable) -> None:
    number = f"，接通{decision.number}" if decision.number else ""
    certainty = CERTAINTIES[decision.certainty]
    console.print(f"{INTENTS[decision.intent]}{number}（{certainty}，{decision.confidence:.0%}）")
    if decision.intent == ROUTE:
        _print_candidates(decision, table)
    if decision.question:
        console.print("  还要问：在哪个区？")
    for each in decision.because:
        console.print(f"  {HOWS[each.how]}“{each.text}”：{each.rule}", markup=False)
    console.print(f"  派单目录第{decision.table}版")


def _print_candidates(decision: Decision, table: RoutingTable) -> None:
    for rank, candidate in enumerate(decision.candidates, start=1):
        line = table.directory.line(candidate.line)
        unit = table.directory.unit_of(line.code).short_name
        console.print(
            f"  {rank}. {line.code} {line.spoken_title}（{unit}）{candidate.confidence:.0%}"
        )


def print_report(report: Report) -> None:
    for name, share in report.shares:
        console.print(f"{name}：{share}")
    curve = Table("置信度不低于", "能决定的", "其中正确的")
    for threshold, decided, right in report.curve:
        curve.add_row(f"{threshold:.2f}", f"{decided.value:.1%}", str(right))
    console.print(curve)
    lines = Table("应转", "首选正确")
    for name, share in report.lines[:SHOWN]:
        lines.add_row(name, str(share))
    console.print(lines)
    wrong = Table("应转", "转到", "次数")
    for wanted, best, count in report.confusions[:SHOWN]:
        wrong.add_row(wanted, best, str(count))
    console.print(wrong)
