"""`hotline listen`: what the machine makes of a recording, from sound to decision."""

from __future__ import annotations

from pathlib import Path

import click

from ivr.app.routers import open_router
from ivr.calls.likely import places
from ivr.calls.understanding import understand
from ivr.commands.listening import listeners_of
from ivr.commands.route import print_decision, tell
from ivr.commands.route_audio import hints_of
from ivr.commands.shared import console, plainly, settings_of
from ivr.kernel.heard import Heard
from ivr.speech.activity import SileroDetector
from ivr.speech.answers import expecting
from ivr.speech.segments import Segment, segments
from ivr.speech.sounds import syllables
from ivr.speech.wave_files import read_wave


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--area", default="", help="已知的来电区域，如 新华街道。")
@click.option("--expect", multiple=True, help="只在这些词里听，可以写多次，如 --expect 是。")
@click.pass_context
@plainly
def listen(context: click.Context, file: Path, area: str, expect: tuple[str, ...]) -> None:
    """听一段8 kHz的录音：哪里在说话，说了什么，读音，转到哪里。"""
    audio = read_wave(file)
    for found in segments(audio, SileroDetector()):
        console.print(_spoken(found))
    router = open_router(settings_of(context), tell)
    hints = hints_of(expect, expecting(hot_words=places(router.table.directory)))
    with listeners_of(settings_of(context)) as listeners:
        heard = listeners.hear(audio, hints).result()
    _print_heard(heard)
    print_decision(understand(heard, lambda text: router.decide(text, area)), router.table)


def _spoken(found: Segment) -> str:
    return f"说话 {found.start:.2f}—{found.end:.2f} 秒"


def _print_heard(heard: Heard) -> None:
    if heard.is_nothing:
        console.print("没有听出话来")
        return
    if heard.choice:
        console.print(f"选中：{heard.choice}（{heard.confidence:.0%}）")
    for rank, one in enumerate(heard.hypotheses, start=1):
        console.print(f"{rank}. {one.text}（{one.score:.2f}）", markup=False)
    console.print(f"读音：{' '.join(syllables(heard.text))}")
