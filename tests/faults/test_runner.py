"""The fault runner itself: it must see what is lost, doubled or nobody's, or it proves nothing."""

import array
import asyncio
import contextlib
import wave
from datetime import datetime

import pytest

from deploy.ports import unused
from prompts.alaw import LINEAR
from tests.faults.hostile import Besiegers
from tests.faults.kills import Killed
from tests.faults.ledger import Kept, compare, holds_voice
from tests.faults.lexicon import FRAME, Lexicon, Spot, voice_of
from tests.faults.line import Line, Office
from tests.faults.people import GOALS, Person, Told
from tests.faults.proxy import Mode, Proxy
from tests.faults.site import Node, NotGreen
from tests.perf.sip_words import Dialog

CALLER = "13600000007"
RECORD = {"caller": CALLER}
OWED = {"caller": CALLER, "reason": "lost-in-queue"}


def ticket(number="12345678", recording=""):
    return {"caller": CALLER, "number": number, "recording": recording}


def told(**changes):
    return Told(7, changes.pop("goal", "message"), caller=CALLER, **changes)


def judged(each, *, records=(RECORD,), tickets=(), callbacks=()):
    return compare([each], {CALLER: Kept(records, tickets, callbacks)})


def recorded(folder, serial):
    path = folder / f"{serial}.wav"
    samples = array.array("h", (LINEAR[code] for code in voice_of(serial) * 20))
    with wave.open(str(path), "wb") as audio:
        audio.setnchannels(1)
        audio.setsampwidth(2)
        audio.setframerate(8000)
        audio.writeframes(samples.tobytes())
    return path


def test_a_caller_who_got_what_they_were_told_is_clean(tmp_path):
    each = told(spoke=2.0, numbers=["12345678"])
    verdict = judged(each, tickets=[ticket(recording=str(recorded(tmp_path, 7)))])
    assert verdict.clean
    assert verdict.tickets == 1


@pytest.mark.parametrize(
    ("each", "kept"),
    [
        (told(numbers=["12345678"]), {"tickets": [ticket("87654321")]}),
        (told(kept=True), {}),
        (told(spoke=2.0), {}),
        (told(), {"records": ()}),
        (told(goal="leaves the queue", waited=True), {}),
    ],
    ids=["number", "kept message", "spoken message", "record", "callback"],
)
def test_what_was_promised_and_is_not_there_is_lost(each, kept):
    assert judged(each, **kept).lost


def test_who_heard_that_it_can_not_be_kept_and_has_a_human_lost_nothing():
    """Told so, with nobody to take it up, is not enough."""
    assert not judged(told(spoke=2.0, told_so=True, served=True)).lost
    assert not judged(told(spoke=2.0, told_so=True), callbacks=(OWED,)).lost
    assert judged(told(spoke=2.0, told_so=True)).lost
    assert judged(told(spoke=2.0, served=True)).lost


def test_who_left_amid_their_words_on_a_full_disk_is_called_back():
    """Nobody told them anything; elsewhere their words are due."""
    each, kept = told(spoke=2.0), {CALLER: Kept((RECORD,), (), (OWED,))}
    assert not compare([each], kept, unkept=True).lost
    assert compare([each], kept).lost
    assert compare([each], {CALLER: Kept((RECORD,))}, unkept=True).lost


def test_what_is_said_after_the_refusal_counts_anew():
    person = Person(Office("127.0.0.1:1", Lexicon([])), 7, GOALS[0])
    person._notes("service_away")
    assert person.told.told_so
    person._notes("tone.beep")
    assert not person.told.told_so


@pytest.mark.parametrize(
    "kept",
    [
        {"tickets": [ticket(), ticket("87654321")]},
        {"records": (RECORD, RECORD)},
        {"callbacks": (OWED, OWED)},
    ],
    ids=["tickets", "records", "callbacks"],
)
def test_what_is_there_twice_is_doubled(kept):
    assert judged(told(), **kept).doubled


def test_two_numbers_for_one_message_are_doubled():
    assert judged(told(numbers=["12345678", "87654321"])).doubled


def test_what_nobody_asked_for_is_unexpected(tmp_path):
    other = str(recorded(tmp_path, 8))
    assert judged(told(), tickets=[ticket()]).unexpected
    assert judged(told(served=True), callbacks=[OWED]).unexpected
    assert judged(told(spoke=2.0), tickets=[ticket(recording=other)]).unexpected


def test_who_was_cut_off_or_refused_is_dropped_unless_the_switch_died():
    assert not judged(told(dropped=True)).clean
    assert not judged(told(refused="503")).clean
    assert compare([told(dropped=True)], {CALLER: Kept([RECORD])}, drops=True).clean


def test_a_voice_is_found_in_its_own_recording_only(tmp_path):
    path = recorded(tmp_path, 3)
    assert holds_voice(path, 3)
    assert not holds_voice(path, 4)
    assert not holds_voice(tmp_path / "none.wav", 3)


def test_packets_tell_the_clip_unless_two_have_them():
    one, two, both = bytes(FRAME), b"\1" * FRAME, b"\2" * FRAME
    lexicon = Lexicon([("a", one + both), ("b", two + both), ("c", b"\3" * FRAME * 2)])
    assert lexicon.spot(one) == Spot("a", 0)
    assert lexicon.spot(two) == Spot("b", 0)
    assert lexicon.spot(both) is None
    assert lexicon.spot(b"\3" * FRAME) == Spot("c", -1)


def test_every_goal_has_a_way_to_its_end():
    assert {goal.name for goal in GOALS} >= {"message", "human", "unit", "leaves a recording"}
    assert all("greeting_keys" in goal.keys for goal in GOALS)


class Echo:
    """A part that answers each line, behind a proxy."""

    async def __aenter__(self):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        back = self.server.sockets[0].getsockname()
        self.proxy = await Proxy(("127.0.0.1", unused()), back).__aenter__()
        return self.proxy

    async def __aexit__(self, *_):
        await self.proxy.__aexit__()
        self.server.close()

    async def serve(self, reader, writer):
        while line := await reader.readline():
            writer.write(line + b"\r\n\r\n")
        writer.close()


async def asked(proxy, within=60.0):
    reader, writer = await asyncio.open_connection(*proxy.front)
    writer.write(b"hello\n")
    try:
        return await asyncio.wait_for(reader.read(100), within)
    except TimeoutError:
        return None
    finally:
        writer.transport.abort()


async def test_a_proxy_is_as_bad_a_connection_as_it_is_told():
    async with Echo() as proxy:
        assert await asked(proxy) == b"hello\n\r\n\r\n"
        await proxy.be(Mode.SWALLOW)
        assert await asked(proxy, within=0.3) is None
        await proxy.be(Mode.TWICE)
        assert await asked(proxy) == b"hello\n\r\n\r\n" * 2
        await proxy.be(Mode.GARBAGE)
        assert len(await asked(proxy)) > 20
        await proxy.be(Mode.REFUSE)
        with pytest.raises(OSError, match=r".*"):
            await asked(proxy)
        await proxy.be(Mode.PASS)
        assert await asked(proxy) == b"hello\n\r\n\r\n"


async def test_a_swallowed_connection_stands_until_it_is_mended():
    async with Echo() as proxy:
        reader, writer = await asyncio.open_connection(*proxy.front)
        await proxy.be(Mode.SWALLOW)
        writer.write(b"hello\n")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.1)
        await proxy.be(Mode.PASS)
        with contextlib.suppress(ConnectionResetError):
            assert await asyncio.wait_for(reader.read(1), 60) == b""
        writer.transport.abort()


async def test_besiegers_know_who_was_thrown_out():
    async def refuse(_, writer):
        writer.transport.abort()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    besiegers = Besiegers(server.sockets[0].getsockname())
    assert await besiegers.come(5) == 5
    async with asyncio.timeout(60):
        while besiegers.standing():  # noqa: ASYNC110 - the kernel tells nobody
            await asyncio.sleep(0.01)
    besiegers.leave()
    server.close()


class NoOffice:
    """Lines that nobody rings."""


def heard(lexicon, frames):
    dialog = Dialog("c", CALLER, "127.0.0.4", 1, 1, "127.0.0.1:5060")
    line = Line(7, dialog, lexicon, NoOffice())
    for frame in frames:
        line.packet(bytes(12) + frame)
    return [each.clip for each in line.heard]


async def test_a_digit_said_twice_is_heard_twice_and_one_with_a_hole_in_it_once():
    one = [bytes([1, number]) + bytes(FRAME - 2) for number in range(4)]
    two = [bytes([2, number]) + bytes(FRAME - 2) for number in range(4)]
    lexicon = Lexicon([("digit.1", b"".join(one)), ("digit.2", b"".join(two))])
    assert heard(lexicon, [*one, *one, *two]) == ["digit.1", "digit.1", "digit.2"]
    assert heard(lexicon, [one[0], one[3], *two]) == ["digit.1", "digit.2"]
    assert heard(lexicon, [*one[:2], b"\0" * FRAME, *one[2:], *two[1:]]) == ["digit.1", "digit.2"]


def test_the_silence_of_a_kill_is_the_one_it_cut_into_or_began():
    each = told(began=1.0, ended=100.0, silences=[(10.0, 0.4), (20.2, 0.9), (30.0, 5.0)])
    run = Killed(1, told=[each], struck=[9.0, 20.0, 33.0, 200.0], struck_all=[10.1])
    assert run.gaps() == [0.0, 0.9, 5.0]
    assert run.gaps(all_dead=True) == [0.4]


async def test_a_moment_is_taken_from_the_log_by_its_own_clock(tmp_path):
    """What was said before does not count, and neither does another event."""
    log = tmp_path / "node.log"
    said = '{{"event":"{}","level":"info","timestamp":"2026-11-22T23:00:{}"}}\n'
    log.write_text(said.format("up", "01.5") + said.format("down", "04.5") + "no JSON\n")
    node = Node("n1", (), {}, log)
    since = datetime(2026, 11, 22, 23, 0, 2).timestamp()  # noqa: DTZ001 - as on the site's wall
    assert await node.says("down", since) == 2.5
    with pytest.raises(NotGreen):
        await node.says("up", since, within=0.0)
