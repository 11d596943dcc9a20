"""The FastAGI server and one caller: bytes in, bytes out, ends. Asterisk is played by a socket."""

import asyncio
import gc
import os
import wave
import weakref

import pytest

from ivr.kernel.sound import Sound
from ivr.kernel.units import seconds
from ivr.telephony.call import CallerGone, DialEnd, QueueEnd, RecordingEnd
from ivr.telephony.stepping import in_task
from tests.telephony.agi_world import HELLO, SOON, Server, silent

THEN = Sound("then", "")


async def test_a_flow_that_ends_well_says_so_as_its_last_word(tmp_path):
    async def flow(call):
        await call.answer()

    async with Server(flow, tmp_path) as server:
        line = await server.ring()
        heard = await line.answers("200 result=0", "200 result=1")
        assert heard == ["ANSWER", 'SET VARIABLE HOTLINE_DONE "1"']
        await line.closed()
        assert server.watcher.told == ["opened", "closed done"]


async def test_a_call_knows_who_calls(tmp_path):
    seen = []

    async def flow(call):
        seen.append((call.facts, call.entry))
        await silent(call)

    async with Server(flow, tmp_path) as server:
        await (await server.ring()).hears()
        facts, entry = seen[0]
        assert (facts.call, facts.caller, facts.dialled) == ("1700000000.1", "13800001111", "114")
        assert facts.caller_name == ""
        assert entry == "incoming"


def _recorded(path, length, written=None):
    """A recording as Asterisk leaves it, of which the disk took only `written` seconds."""
    with wave.open(str(path), "wb") as audio:
        audio.setparams((1, 2, 8000, 0, "NONE", ""))
        audio.writeframes(bytes(int(length * 16_000)))
    if written is not None:
        os.truncate(path, 44 + int(written * 16_000))


async def _record(tmp_path, *replies):
    made = []

    async def flow(call):
        made.append(await call.record("m-1", at_most=seconds(120)))

    async with Server(flow, tmp_path) as server:
        line = await server.ring()
        await line.answers(*replies, "200 result=1")
        await line.closed()
        return made[0], server.watcher.told


@pytest.mark.parametrize("written", [None, 0.0, 1.5])
async def test_a_recording_that_the_disk_did_not_take_whole_has_failed_and_is_told(
    tmp_path, written
):
    """On a full disk Asterisk counts what it could not write as well."""
    if written is not None:
        _recorded(tmp_path / "m-1.wav", 5.0, written)
    made, told = await _record(tmp_path, "200 result=1 (timeout) endpos=40000")
    assert (made.end, made.duration) == (RecordingEnd.FAILED, written or 0.0)
    assert told == ["opened", f"unrecorded {tmp_path}/m-1.wav", "closed done"]


async def test_an_empty_clip_counts_as_missing(tmp_path):
    """Asterisk plays a file of no bytes without a word of complaint."""

    async def flow(call):
        assert await call.play(HELLO) == ""

    async with Server(flow, tmp_path) as server:
        line = await server.ring()
        await line.answers("200 result=0 endpos=0", "200 result=1")
        await line.closed()
        assert server.watcher.told == ["opened", "missing hello", "closed done"]


async def test_every_primitive_speaks_agi(tmp_path):
    results = []

    async def flow(call):
        results.append(await call.play(HELLO))
        results.append(await call.play(HELLO, interruptible=False))
        results.append(await call.wait_key(seconds(3)))
        results.append(await call.get("A"))
        results.append(await call.get("B"))
        message = await call.record("m-1", at_most=seconds(120))
        results.append(message)
        results.append(await call.play_back(message))
        await call.hangup()

    _recorded(tmp_path / "m-1.wav", 2.0)
    async with Server(flow, tmp_path) as server:
        line = await server.ring()
        heard = await line.answers(
            "200 result=53 endpos=10", "200 result=0 endpos=10", "200 result=42",
            "200 result=1 (x y)", "200 result=0", "200 result=77 (timeout) endpos=16000",
            "200 result=35 endpos=1", "200 result=1", "200 result=1",
        )  # fmt: skip
        assert heard[:6] == [
            'STREAM FILE "/snd/hello" "0123456789*#"',
            'STREAM FILE "/snd/hello" ""',
            "WAIT FOR DIGIT 3000",
            "GET VARIABLE A",
            "GET VARIABLE B",
            f'RECORD FILE "{tmp_path}/m-1" wav "0123456789*#" 120000 0 BEEP s=3',
        ]
        assert results[:5] == ["5", "", "*", "x y", ""]
        assert (results[5].duration, results[5].end) == (2.0, RecordingEnd.SILENCE)
        assert results[6] == "#"


async def test_a_missing_clip_is_passed_over_and_told(tmp_path):
    async def flow(call):
        assert await call.play(HELLO) == ""

    async with Server(flow, tmp_path) as server:
        line = await server.ring()
        await line.answers("200 result=-1 endpos=0", "200 result=6", "200 result=1")
        await line.closed()
        assert server.watcher.told == ["opened", "missing hello", "closed done"]


async def _asked(folder, *replies):
    """What the switch is told when HELLO and THEN are asked as one question."""

    async def flow(call):
        await call.ask(HELLO, THEN)

    async with Server(flow, folder) as server:
        line = await server.ring()
        commands = await line.answers(*replies, "200 result=0", "200 result=1")
        await line.closed()
        return commands


async def test_a_question_that_had_no_audio_is_not_waited_for_in_silence(tmp_path):
    heard, missing = "200 result=0 endpos=10", ("200 result=-1 endpos=0", "200 result=6")
    empty = "200 result=0 endpos=0"
    assert "WAIT FOR DIGIT 6000" in await _asked(tmp_path, heard, heard)
    assert "WAIT FOR DIGIT 1000" in await _asked(tmp_path, heard, *missing)
    assert "WAIT FOR DIGIT 1000" in await _asked(tmp_path, heard, empty)


async def test_a_question_whose_end_was_heard_has_been_asked(tmp_path):
    """Its options may be few, but the caller knows that it is their turn."""
    commands = await _asked(tmp_path, "200 result=0 endpos=0", "200 result=0 endpos=10")
    assert "WAIT FOR DIGIT 6000" in commands


async def test_dialling_goes_through_the_outbound_context(tmp_path):
    results = []

    async def flow(call):
        results.append(await call.dial("4738000", ring=seconds(25), shown='张三"\n\x00'))

    async with Server(flow, tmp_path) as server:
        line = await server.ring()
        heard = await line.answers(
            "200 result=1", "200 result=1", "200 result=1",
            b"100 result=0 Trying...\n200 result=0 Gosub complete\n",
            "200 result=1 (ANSWER)", "200 result=1 (61)", "200 result=1",
        )  # fmt: skip
        assert heard[0] == 'SET VARIABLE CALLERID(name) "张三\\""'
        assert heard[2] == 'SET VARIABLE HOTLINE_RUNG "4738000"'
        assert heard[3] == 'GOSUB "hotline-outbound" "s" 1 "4738000,25"'
        assert (results[0].end, results[0].talked) == (DialEnd.ANSWERED, 61)


async def test_a_queue_served_names_the_operator(tmp_path):
    results = []

    async def flow(call):
        results.append(await call.queue("hotline", at_most=seconds(90), shown="供水"))

    async with Server(flow, tmp_path) as server:
        line = await server.ring()
        heard = await line.answers(
            *["200 result=1"] * 4,
            "200 result=1 (from-trunk)", "200 result=1 (114)", "200 result=1 (2)",
            "200 result=0", "200 result=1 (CONTINUE)", "200 result=1 (from-trunk)",
            "200 result=1 (PJSIP/op1001)", "200 result=1 (7)", "200 result=1",
        )  # fmt: skip
        assert heard[7] == 'EXEC Queue "hotline,c,,,90"'
        assert (results[0].end, results[0].operator, results[0].waited) == (
            QueueEnd.SERVED, "1001", 7,
        )  # fmt: skip


@pytest.mark.parametrize(
    "reply", [b"511 Command Not Permitted on a dead channel\n", b"200 result=-1\n", b""]
)
async def test_however_a_hang_up_shows_the_flow_ends_as_caller_gone(tmp_path, reply):
    seen = []

    async def flow(call):
        try:
            await call.wait_key(seconds(30))
        except CallerGone:
            seen.append("gone")
        with pytest.raises(CallerGone):
            await call.get("A")

    async with Server(flow, tmp_path) as server:
        line = await server.ring()
        await line.hears()
        if reply:
            line.says(reply)
        else:
            line.hang_up()
        await server.told("closed caller-gone")
        assert seen == ["gone"]


async def test_a_hangup_line_leaves_the_present_command_its_reply(tmp_path):
    seen = []

    async def flow(call):
        seen.append(await call.get("A"))
        with pytest.raises(CallerGone):
            await call.get("B")

    async with Server(flow, tmp_path) as server:
        line = await server.ring()
        await line.hears()
        line.says(b"HANGUP\n200 result=1 (kept)\n")
        await server.told("closed caller-gone")
        await line.closed()
        assert seen == ["kept"]


async def test_a_message_cut_by_hang_up_counts_and_its_ticket_is_written(tmp_path):
    with wave.open(str(tmp_path / "m.wav"), "wb") as audio:
        audio.setparams((1, 2, 8000, 0, "NONE", ""))
        audio.writeframes(bytes(2 * 8000 * 3))
    kept = []

    async def ticket(message):
        await asyncio.sleep(0.01)
        kept.append(message)

    async def flow(call):
        await in_task(ticket(await call.record("m", at_most=seconds(120))))

    async with Server(flow, tmp_path) as server:
        line = await server.ring()
        await line.hears()
        line.hang_up()
        await server.told("closed caller-gone")
        assert (kept[0].duration, kept[0].end) == (3.0, RecordingEnd.HANGUP)


async def test_a_call_that_has_ended_leaves_nothing_to_the_collector(tmp_path):
    """Rings would heap up until a collection, away from the processor's caches."""
    seen = []

    async def flow(call):
        seen.append(weakref.ref(call))
        await call.answer()

    gc.collect()
    gc.disable()
    try:
        async with Server(flow, tmp_path) as server:
            line = await server.ring()
            await line.answers("200 result=0", "200 result=1")
            await line.closed()
            await server.told("closed done")
            async with asyncio.timeout(SOON):
                while seen[0]() is not None:  # noqa: ASYNC110 - the loop lets go last
                    await asyncio.sleep(0.005)
    finally:
        gc.enable()
    assert seen[0]() is None
