"""`make demo`: two scripted calls to a real 114, and what came of them.

The first caller keys through the menu and leaves a spoken message; the second reaches an
operator. Uses the hotline that `make run` runs, or starts one for as long as it takes.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from agi_scripts import words
from deploy.children import Child
from deploy.phones.ear import Ear
from deploy.phones.listen import Clip, NotHeard
from deploy.phones.phone import Leg, Phone, PhoneFailed, State, Subscriber
from deploy.phones.transcript import transcript
from deploy.phones.wave_files import read_samples, write_samples
from deploy.steps import say, step
from ivr.app.wanted import wanted
from ivr.kernel.sound import Sound, flat
from prompts import vocabulary
from prompts.catalogue import PROMPTS, area_name, line_title
from prompts.sound_library import COMMITTED, Library
from routing.ids import LineCode, NodeId
from routing.load import load_table
from routing.table import RoutingTable

HEARABLE: Final = {  # sentences and these kinds of clips; looking for all would take a minute
    *PROMPTS.sentences,
    *("area", "press", "digit", "month", "day", "weekday"),
    *("says.H090", "line.H090", "line.H091", *(f"menu.daily.{key}" for key in "12345")),
    *(f"menu.repair.{key}" for key in "12345"),
}
START: Final = 90.0  # seconds for a hotline of our own to be ready
SEAT: Final = "1001"
WATER: Final = LineCode("H090")
HAIBOWAN: Final = area_name("150302", name="海勃湾区")


class DemoFailed(Exception):
    """The demonstration can not go on; the message says why."""


@frozen
class Stage:
    """What both calls need: the running hotline's facts, its table and its sounds."""

    home: Path
    facts: Mapping[str, Any]
    folder: Path
    table: RoutingTable
    sounds: Library

    @property
    def sip(self) -> str:
        return f"{self.facts['sip']['host']}:{self.facts['sip']['port']}"

    def clip(self, sound: Sound) -> Clip:
        return Clip.read(self.path(sound), sound.id)

    def path(self, sound: Sound) -> Path:
        """The audio of a sentence; raises `DemoFailed` when it was never rendered."""
        found = self.sounds.clip(sound)
        if found is None:
            raise DemoFailed(f"no audio was rendered for {sound.id}: run `hotline prompts check`")
        return found.path

    def spoken(self, name: str, *sounds: Sound) -> Path:
        """A file in which a person says these words, for want of a person."""
        speech = read_samples(self.path(sounds[0]))
        for sound in sounds[1:]:
            speech += read_samples(self.path(sound))
        return write_samples(self.folder / f"{name}.wav", speech)

    def account(self, kind: str, index: int) -> Subscriber:
        account = self.facts[kind][index]
        return Subscriber(account["user"], account["password"], self.sip)

    async def hotline(self, *command: str) -> str:
        """What `hotline ...` prints."""
        ami = str(self.facts["ami"]["port"])
        program = str(Path(sys.executable).with_name("hotline"))
        process = await asyncio.create_subprocess_exec(
            *(program, *command),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, "HOTLINE_HOME": str(self.home), "HOTLINE_AMI__PORT": ami},
        )
        said, _ = await process.communicate()
        if process.returncode:
            raise DemoFailed(f"hotline {' '.join(command)}: {said.decode()}")
        return said.decode()


class Caller:
    """One caller on the line, who waits to hear a sentence before reacting to it."""

    def __init__(self, stage: Stage, call: Leg) -> None:
        self.call = call
        self._stage = stage
        self._ear = Ear(call)

    async def hears(self, *sounds: Sound, whole: bool = False, within: float = 30.0) -> None:
        clips = [self._stage.clip(sound) for sound in sounds]
        await self._ear.hear(*clips, whole=whole, within=within)

    async def reacts(self, sound: Sound, keys: str) -> None:
        """Listens to a sentence for as long as an impatient person does, then keys."""
        await self.hears(sound)
        await asyncio.sleep(1)
        await self.call.press(keys)


async def leave_a_message(stage: Stage) -> Leg:
    """停水: through the menu to the water company, a message, a ticket number."""
    level = [flat(words.menu_level(stage.table.menu.node(NodeId(n)))) for n in ("daily", "repair")]
    line = stage.table.directory.line(WATER)
    speech = stage.spoken("message", HAIBOWAN, level[1][0])
    async with Phone(stage.account("callers", 0), folder=stage.folder / "caller-1") as phone:
        caller = Caller(stage, await phone.dial(stage.facts["sip"]["number"]))
        await caller.reacts(PROMPTS.greeting_keys, "3")
        await caller.reacts(level[0][0], "1")
        await caller.reacts(level[1][0], "1")
        await caller.hears(*flat((words.introduction(stage.table, line),)), whole=True)
        await caller.reacts(PROMPTS.offer_open, "2")
        await caller.hears(PROMPTS.message_intro, vocabulary.BEEP, whole=True)
        await caller.call.say(speech)
        await caller.call.press("#")
        await caller.reacts(PROMPTS.message_review, "1")
        await caller.hears(PROMPTS.ticket_number_is, PROMPTS.how_to_ask, PROMPTS.goodbye)
        await caller.call.wait(State.ENDED)
    return caller.call


async def reach_an_operator(stage: Stage) -> tuple[Leg, Leg]:
    """0, the queue, a talk, one digit of satisfaction; the caller's call and the operator's."""
    asks = stage.spoken("question", line_title(WATER, title="供水报修"))
    heating = stage.table.directory.line(LineCode("H091"))
    answers = stage.spoken("answer", line_title(heating.code, title=heating.spoken_title))
    seat = Phone(stage.account("operators", 0), folder=stage.folder / "operator")
    phone = Phone(stage.account("callers", 1), folder=stage.folder / "caller-2")
    async with seat, phone:
        await stage.hotline("operator", "login", SEAT)
        try:
            caller = Caller(stage, await phone.dial(stage.facts["sip"]["number"]))
            await caller.reacts(PROMPTS.greeting_keys, "0")
            rung = await seat.incoming(within=30)
            await rung.ring()
            await asyncio.sleep(2)
            await rung.pick_up()
            await caller.call.say(asks)
            await rung.say(answers)
            await rung.hang_up()
            await caller.reacts(PROMPTS.survey, "1")
            await caller.hears(PROMPTS.survey_thanks, PROMPTS.goodbye)
            await caller.call.wait(State.ENDED)
        finally:
            await stage.hotline("operator", "logout", SEAT)
    return caller.call, rung


async def perform(stage: Stage) -> None:
    """Both calls, then their transcripts and the tickets."""
    with step("The first caller leaves a message (about a minute)"):
        message = await leave_a_message(stage)
    with step("The second caller asks for a human (half a minute)"):
        asking, answering = await reach_an_operator(stage)
    sounds = [sound for sound in wanted(stage.table) if stage.sounds.clip(sound)]
    texts = {sound.id: sound.text for sound in sounds} | {
        "message": "海勃湾区 停水和漏水",
        "question": "供水报修",
        "answer": "供热报修",
    }
    with step("Listening to the recordings"):
        known = [stage.clip(sound) for sound in sounds if _can_be_heard(sound)]
        told = [transcript(call, known, texts) for call in (message, asking, answering)]
    titles = ("The first caller", "The second caller", f"Operator {SEAT}")
    for title, lines in zip(titles, told, strict=True):
        say("\n".join(["", title, *lines]))
    say("\nTickets\n" + await stage.hotline("ticket", "list", "--last", "5"))


def _can_be_heard(sound: Sound) -> bool:
    return sound.id in HEARABLE or sound.id.partition(".")[0] in HEARABLE


@contextlib.contextmanager
def running_hotline(home: Path) -> Iterator[Mapping[str, Any]]:
    """The facts of the hotline that runs in this home; of one of our own when none does."""
    facts = home / "run.json"
    if facts.exists():
        yield json.loads(facts.read_text("utf-8"))
        return
    command = [sys.executable, "-m", "deploy.run", "--stop-with-parent"]
    child = Child("hotline", command, home / "log" / "demo-run.log", {"HOTLINE_HOME": str(home)})
    try:
        with step("Starting a hotline for the demonstration"):
            child.start()
            _wait(child, facts)
        yield json.loads(facts.read_text("utf-8"))
    finally:
        child.stop(30)


def _wait(child: Child, facts: Path) -> None:
    until = time.monotonic() + START
    while not facts.exists():
        if not child.running or time.monotonic() > until:
            raise DemoFailed(f"the hotline did not start:\n{child.tail()}")
        time.sleep(0.2)


def main() -> None:
    """Give the demonstration."""
    home = Path(os.environ.get("HOTLINE_HOME", "var")).absolute()
    folder = Path(tempfile.mkdtemp(prefix="hotline-demo-"))
    library = Library((COMMITTED, home / "prompts"))
    try:
        with running_hotline(home) as facts:
            stage = Stage(home, facts, folder, load_table(), library)
            asyncio.run(perform(stage))
    except (DemoFailed, NotHeard, PhoneFailed) as why:
        say(f"\nThe demonstration failed: {why}\nRecordings are in {folder}.")
        sys.exit(1)
    say(f"\nRecordings of both calls are in {folder}.")


if __name__ == "__main__":
    main()
