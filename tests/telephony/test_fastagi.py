"""The FastAGI server: bytes in, bytes out, limits, ends. Asterisk is played by a socket."""

import asyncio
import contextlib
import gc
import os
import wave
import weakref

import pytest

from ivr.kernel.sound import Sound
from ivr.kernel.units import seconds
from ivr.telephony.call import CallerGone, DialEnd, QueueEnd, RecordingEnd
from ivr.telephony.fastagi import FastAgiServer, NotListening
from ivr.telephony.limits import AllowList, Limits
from ivr.telephony.stepping import in_task

ENVIRONMENT = (
    b"agi_network: yes\nagi_network_script: incoming\nagi_channel: PJSIP/trunk-1\n"
    b"agi_uniqueid: 1700000000.1\nagi_callerid: 13800001111\nagi_calleridname: unknown\n"
    b"agi_dnid: unknown\nagi_extension: 114\nagi_context: from-trunk\n\n"
)
HELLO = Sound("hello", "")


class Watcher:
    """Remembers what it was told."""

    def __init__(self):
        self.told = []

    def opened(self):
        self.told.append("opened")

    def turn(self, seconds):
        assert seconds >= 0

    def closed(self, reason):
        self.told.append(f"closed {reason}")

    def refused(self, reason):
        self.told.append(f"refused {reason}")

    def fault(self, fault):
        self.told.append(f"fault {type(fault).__name__}")

    def missing(self, sound):
        self.told.append(f"missing {sound}")

    def unrecorded(self, path):
        self.told.append(f"unrecorded {path}")


class Line:
    """Asterisk's end of a connection."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    async def hears(self):
        return (await asyncio.wait_for(self.reader.readline(), 5)).decode().strip()

    def says(self, text):
        self.writer.write(text if isinstance(text, bytes) else f"{text}\n".encode())

    async def answers(self, *replies):
        """Reply to each command in turn; returns the commands."""
        heard = []
        for reply in replies:
            heard.append(await self.hears())
            self.says(reply)
        return heard

    async def closed(self):
        assert await asyncio.wait_for(self.reader.read(), 5) == b""
        self.writer.close()

    def hang_up(self):
        self.writer.close()


class Server:
    """A server on a free port, with the callers that a test rings."""

    def __init__(self, flow, tmp_path, **options):
        self.watcher = Watcher()
        self.server = FastAgiServer(
            flow, sounds=lambda sound: f"/snd/{sound.id}", recordings=tmp_path,
            observer=self.watcher, **options,
        )  # fmt: skip
        self.lines = []

    async def __aenter__(self):
        await self.server.start("127.0.0.1", 0)
        return self

    async def __aexit__(self, *_):
        for line in self.lines:
            line.hang_up()
        await self.server.stop(1)

    async def ring(self, environment=ENVIRONMENT):
        line = Line(*await asyncio.open_connection("127.0.0.1", self.server.port))
        self.lines.append(line)
        line.says(environment)
        return line

    async def told(self, what):
        async with asyncio.timeout(5):
            while what not in self.watcher.told:  # noqa: ASYNC110 - told by callbacks
                await asyncio.sleep(0.005)


async def silent(call):
    await call.wait_key(seconds(30))


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
            async with asyncio.timeout(5):
                while seen[0]() is not None:  # noqa: ASYNC110 - the loop lets go last
                    await asyncio.sleep(0.005)
    finally:
        gc.enable()
    assert seen[0]() is None


async def test_a_fault_ends_that_call_only(tmp_path):
    async def flow(call):
        if await call.wait_key(seconds(1)):
            raise ZeroDivisionError

    async with Server(flow, tmp_path) as server:
        bad, good = await server.ring(), await server.ring()
        await bad.answers("200 result=49")
        await bad.closed()
        assert "fault ZeroDivisionError" in server.watcher.told
        assert "closed fault" in server.watcher.told
        assert (await good.answers("200 result=0", "200 result=1"))[1].startswith("SET VARIABLE")
        await good.closed()


@pytest.mark.parametrize(
    "garbage",
    [b"no reply\n", b"200 result=1 (cut\n", b"\0\n", b"x" * 70000, "你好\n".encode("gbk")],
)
async def test_malformed_replies_close_that_call_only(tmp_path, garbage):
    async with Server(silent, tmp_path) as server:
        bad, good = await server.ring(), await server.ring()
        await bad.hears()
        bad.says(garbage)
        await server.told("closed malformed")
        await good.answers("200 result=0", "200 result=1")
        await good.closed()
        assert "closed done" in server.watcher.told


@pytest.mark.parametrize("opening", [b"GET / HTTP/1.0\r\n\r\n\n\n", b"y" * 20000, b"agi_a: \0\n\n",
                                     b"agi_uniqueid: ../../etc\n\n"])  # fmt: skip
async def test_what_is_no_call_is_refused(tmp_path, opening):
    async with Server(silent, tmp_path) as server:
        await server.ring(opening)
        await server.told("refused malformed")
        assert server.server.live == 0


async def test_who_sends_no_environment_in_time_is_refused(tmp_path):
    async with Server(silent, tmp_path, limits=Limits(environment=seconds(0.05))) as server:
        await server.ring(b"agi_network: yes\n")
        await server.told("refused slow")


async def test_one_address_may_not_hold_every_place(tmp_path):
    async with Server(silent, tmp_path, limits=Limits(waiting=2)) as server:
        first, *_ = [await server.ring(b"agi_network: yes\n") for _ in range(3)]
        await server.told("refused waiting")
        assert server.server.live == 2
        with contextlib.suppress(ConnectionResetError):
            assert await first.hears() == ""


async def test_those_who_only_stand_there_keep_no_caller_out(tmp_path):
    """From the very address that Asterisk has, before their time is up."""
    async with Server(silent, tmp_path, limits=Limits(waiting=2)) as server:
        for _ in range(5):
            await server.ring(b"agi_network: yes\n")
        assert await (await server.ring()).hears()
        assert server.watcher.told.count("opened") == 1


async def test_connections_are_bounded(tmp_path):
    async with Server(silent, tmp_path, limits=Limits(connections=1)) as server:
        await (await server.ring()).hears()
        await server.ring()
        await server.told("refused connections")


async def test_an_address_outside_the_allow_list_is_refused(tmp_path):
    async with Server(silent, tmp_path, allow=("10.0.0.0/8",)) as server:
        await server.ring()
        await server.told("refused address")


def test_a_v4_peer_on_a_v6_socket_is_the_same_peer():
    allow = AllowList(("127.0.0.0/8", "::1/128"))
    assert "127.0.0.9" in allow
    assert "::ffff:127.0.0.1" in allow
    assert "::1" in allow
    assert "10.0.0.1" not in allow
    assert "" not in allow


async def test_stopping_lets_calls_end_and_then_cuts_them(tmp_path):
    kept = []

    async def flow(call):
        try:
            await silent(call)
        except CallerGone:
            await in_task(asyncio.sleep(0.01))
            kept.append("written")

    async with Server(flow, tmp_path) as server:
        line = await server.ring()
        await line.hears()
        await server.server.stop(0.05)
        assert kept == ["written"]
        assert server.server.live == 0
        with pytest.raises(NotListening):
            _ = server.server.port
