"""A process that dies anywhere in a call is followed by another, and the caller loses nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from agi_scripts.place import MARK, place_of
from ivr.calls.journey import Journey
from ivr.calls.scripted import ScriptedCall
from ivr.kernel.ids import CallId
from ivr.storage import tables
from ivr.telephony.call import CallFacts

from .conftest import Stage, Story

# Keys that only the dead process had heard are pressed once more by people, not by a script.
# A line that could not be heard may be heard by the next process.
NEED_A_PERSON = {
    "forty_digits_at_once",
    "speaks_and_nobody_hears",
    "zero_in_the_middle_of_a_message",
}
GOLDEN = sorted(
    path
    for path in (Path(__file__).parent / "golden").glob("*.txt")
    if path.stem not in NEED_A_PERSON
)
LASTING = ("record", "dial", "queue")  # they go on at the switch while nobody serves the call
SHORT = ("answer", "hear", "play", "wait_key", "play_back", "set", "get", "forget_queue", "hangup")
PRIMITIVES = (*SHORT, *LASTING)


class Died(BaseException):
    """kill -9."""


class MortalCall(ScriptedCall):
    """Its process dies at one command: before Asterisk hears it, or after it has done it."""

    def __init__(self, facts, acts, *, dies_at, after, hears=False):
        super().__init__(facts, acts, hears=hears)
        self.dies_at, self.after = dies_at, after
        self.commands = 0
        self.acts_at_mark = list(self._acts)

    async def perform(self, name, *args, **kwargs):
        self.commands += 1
        dies = self.commands == self.dies_at
        if dies and not self.after:
            self._press_again()
            raise Died
        result = await getattr(super(), name)(*args, **kwargs)
        if (name == "set" and args[0] == MARK) or self._lasts(name):
            self.acts_at_mark = list(self._acts)
        if dies:
            self._press_again()
            raise Died
        return result

    def _lasts(self, name):
        """Asterisk has it, and will tell whoever asks next."""
        return name in LASTING

    def _press_again(self):
        """A caller who hears the question again answers it again; one who left is gone."""
        self._ahead.clear()
        if not self._gone:
            self._acts.clear()
            self._acts.extend(self.acts_at_mark)


def _performed(name):
    async def perform(self, *args, **kwargs):
        return await self.perform(name, *args, **kwargs)

    return perform


for _name in PRIMITIVES:
    setattr(MortalCall, _name, _performed(_name))


async def _tickets(stage: Stage) -> int:
    async with stage.database.reading() as connection:
        return (await connection.execute(select(func.count()).select_from(tables.ticket))).scalar()


def _promised(text: str) -> dict[str, str]:
    lines = text.rpartition("\n---\n")[2].splitlines()
    return dict(line.partition(" ")[::2] for line in lines)


async def _play(stage: Stage, story: Story, acts: list[str], *, dies_at: int, after: bool):
    facts = CallFacts(CallId(f"t-{dies_at}-{after}"), story.caller, dialled="114")
    call = MortalCall(facts, acts, dies_at=dies_at, after=after, hears=story.speaks)
    try:
        await stage.serve(call)
    except Died:
        if call.transcript[-1:] == ["= hangs up"]:
            return call, False  # the last command was heard: nobody is left to be served
        await stage.serve(call)
        return call, True
    return call, False


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
async def test_a_call_ends_the_same_wherever_its_process_dies(path: Path, after, stage: Stage):
    """Same outcome, same line, same callback, and never a ticket more or fewer."""
    text = path.read_text("utf-8")  # noqa: ASYNC240 - a small file, nothing else runs
    promised, story = _promised(text), Story.read(text)
    acts = await stage.prepare(story)
    earlier = await _tickets(stage)
    dies_at, died = 0, True
    while died:
        dies_at += 1
        before = await _tickets(stage)
        call, died = await _play(stage, story, acts, dies_at=dies_at, after=after)
        record, callback = stage.journey.record(), stage.journey.callback()
        where = f"at command {dies_at}, {call.transcript[-3:]}"
        assert record.outcome.value == promised["outcome"], where
        assert record.line == promised.get("line"), where
        assert (callback is not None) == ("callback" in promised), where
        assert await _tickets(stage) - before == ("ticket" in promised), where
        call.finish()
    assert dies_at > 3
    assert await _tickets(stage) >= earlier


async def test_the_next_process_has_what_the_caller_said(stage: Stage):
    """Their words stand on the channel, for the screen of whoever answers them."""
    path = next(each for each in GOLDEN if each.stem == "not_understood_twice")
    story = Story.read(path.read_text("utf-8"))
    acts = await stage.prepare(story)
    call = ScriptedCall(CallFacts(CallId("t-1"), story.caller, dialled="114"), acts, hears=True)
    await stage.serve(call)
    said = [one.text for one in stage.journey.shown()]
    assert said
    after = Journey(call.facts, stage.journey.record().table, "n2", stage.clock)
    await place_of(call, after)
    assert [one.text for one in after.shown()] == said
    assert {one.because for one in after.shown()} == {()}  # reasons do not travel
