"""One number for one ticket, whichever processes tell it and whatever they can reach."""

from __future__ import annotations

import pytest

from agi_scripts.classic import SpooledTickets
from agi_scripts.visit import none_reserved
from ivr.kernel.errors import StoreAway
from ivr.kernel.ids import CallId, PhoneNumber
from ivr.storage.packing import unpack
from ivr.storage.spool import SpoolFolder
from ivr.storage.spooling import TICKET, ServiceSpool
from ivr.storage.tickets import SqlTickets
from ivr.telephony.call import CallFacts
from ivr.tickets.deadline import Deadlines
from ivr.tickets.desk import TicketDesk
from ivr.tickets.model import Ticket
from ivr.tickets.number import Numbering, NumberSource
from prompts.catalogue import PROMPTS

from .conftest import CALENDAR, SECRET
from .test_resumed import Died, MortalCall

CALLER = PhoneNumber("13804730001")
MESSAGE = ("3", "1", "1", "2", "says 12 #", "1")
TELLING = 60  # commands at the end of such a call
SENTENCE = 18  # commands of a process that goes on with the call and tells one sentence
PROCESSES = 12


class Away:
    """A database that takes too long for anybody on the line."""

    async def add(self, _ticket):
        raise StoreAway("too slow")


class OtherBlock:
    """Serials that no other process of these tests has."""

    async def lease(self, _node, size):
        return range(5_000, 5_000 + size)


@pytest.fixture(params=["node", "script"])
async def next_process(request, stage, tmp_path):
    """Who goes on with the call: it can reach the spool and nothing else."""
    folder = SpoolFolder(tmp_path / "spool")
    deadlines = Deadlines(CALENDAR)
    if request.param == "script":
        yield folder, SpooledTickets(folder, deadlines, stage.clock), none_reserved
        return
    numbers = NumberSource(OtherBlock(), Numbering(SECRET), node="n2")
    desk = TicketDesk(Away(), numbers, deadlines, ServiceSpool(folder), stage.clock)
    yield folder, desk, desk.reserve
    await numbers.close()


def caller(dies_at, *, after):
    return MortalCall(_facts(dies_at), MESSAGE, dies_at=dies_at, after=after)


def _facts(dies_at):
    return CallFacts(CallId(f"t-{dies_at}"), CALLER, dialled="114")


async def _deaths(stage):
    """Every command from shortly before the recording is submitted to the end."""
    whole = caller(10_000, after=True)
    await stage.serve(whole)
    return range(whole.commands - TELLING, whole.commands - 1)


async def _number_and_ticket(stage, folder, call, other):
    """What the caller was told last, and the tickets that came of it all."""
    with pytest.raises(Died):
        await stage.serve(call)
    await stage.serve(call, *other)
    stored = SqlTickets(stage.database, stage.clock)
    for item in folder.pending():
        if item.kind == TICKET:
            assert await stored.add_told(unpack(item.payload, Ticket))
            folder.done(item)
    of_caller = await stored.of_caller(CALLER, 1_000)
    mine = [each for each in of_caller if each.call == call.facts.call]
    return stage.journey.ticket, [each.number for each in mine]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_what_the_next_process_tells_is_the_number_of_the_ticket(stage, next_process, after):
    """Wherever the first one dies, and though the next can not see what it has opened."""
    folder, *other = next_process
    seen = [
        await _number_and_ticket(stage, folder, caller(dies_at, after=after), other)
        for dies_at in await _deaths(stage)
    ]
    assert all(told is None or numbers == [told] for told, numbers in seen), seen
    assert any(numbers for _, numbers in seen)


async def _transcripts(stage, **dying):
    call = caller(**dying)
    with pytest.raises(Died):
        await stage.serve(call)
    call._flush()
    before = "".join(call.transcript)
    await stage.serve(call)
    return before, "".join(call.finish()).removeprefix(before)


async def _dies_telling(stage, sentence):
    """The first death after which this sentence has been heard to its end."""
    for dies_at in await _deaths(stage):
        before, after = await _transcripts(stage, dies_at=dies_at, after=True)
        if sentence in before:
            return before, after
    raise AssertionError("never told")


async def test_who_has_heard_the_number_twice_is_told_the_deadline_only(stage):
    _, after = await _dies_telling(stage, PROMPTS.deadline_before.text)
    assert PROMPTS.ticket_number_is.text not in after
    assert PROMPTS.ticket_number_repeat.text not in after
    assert PROMPTS.deadline_before.text in after
    assert PROMPTS.how_to_ask.text in after


async def test_who_has_heard_it_once_hears_it_again_and_no_third_time(stage):
    _, after = await _dies_telling(stage, PROMPTS.ticket_number_repeat.text)
    assert PROMPTS.ticket_number_is.text not in after
    assert after.count(PROMPTS.ticket_number_repeat.text) == 1


async def test_telling_ends_however_often_its_process_dies(stage):
    """Each process dies a sentence later; nobody begins again from the first word."""
    call, served = caller((await _deaths(stage))[0], after=True), 0
    while served < PROCESSES and await _died(stage, call):
        served += 1
        call.dies_at = call.commands + SENTENCE
    assert 1 < served < PROCESSES
    assert "".join(call.finish()).count(PROMPTS.how_to_ask.text) == 1


async def _died(stage, call):
    try:
        await stage.serve(call)
    except Died:
        return True
    return False


async def test_what_a_ticket_was_opened_for_is_no_message_of_the_next_one(stage):
    """Said to the end, then a human, who was not there: and the process dies asking once more."""
    acts = ["3", "1", "1", "2", "says 12 0", "waits no-operators", "says 9 #", "1"]
    seen = []
    for dies_at in range(30, 100):
        call = MortalCall(_facts(dies_at), acts, dies_at=dies_at, after=False)
        if not await _died(stage, call):
            break
        if call.transcript[-1] != "> waits no-operators":
            continue
        await stage.serve(call)
        call.finish()
        seen.append(await _lengths(stage, call.facts.call))
    assert seen
    assert set(seen) == {(9, 12)}


async def _lengths(stage, call):
    stored = await SqlTickets(stage.database, stage.clock).of_caller(CALLER, 1_000)
    return tuple(sorted(each.duration for each in stored if each.call == call))
