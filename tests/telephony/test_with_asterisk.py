"""What only a real Asterisk can say: each primitive, and hang-up in every state."""

import asyncio

import pytest

from ivr.kernel.sound import Sound
from ivr.kernel.units import seconds
from ivr.telephony.call import (
    CallerGone,
    DialEnd,
    Digits,
    QueueEnd,
    Recording,
    RecordingEnd,
)
from ivr.telephony.fastagi import FastAgiServer
from ivr.telephony.limits import Unobserved
from ivr.telephony.stepping import in_task

pytestmark = pytest.mark.e2e
HELLO = Sound("hello-world", "hello world")
SOON = 60.0


class Watcher(Unobserved):
    """The first fault and the first end of a call."""

    def __init__(self):
        self.end = asyncio.get_running_loop().create_future()
        self.faults = []
        self.gone_missing = []

    def closed(self, reason):
        if not self.end.done():
            self.end.set_result(reason)

    def fault(self, fault):
        self.faults.append(fault)

    def missing(self, sound):
        self.gone_missing.append(sound)


@pytest.fixture
def talk(switch, tmp_path):
    """Ring the server with a caller of the switch and run a flow; returns how the call ended."""

    async def ring(flow, caller, context="agi", entry="test"):
        watcher = Watcher()
        server = FastAgiServer(
            flow, sounds=lambda sound: sound.id, recordings=tmp_path, observer=watcher
        )
        await server.start("127.0.0.1", switch.agi_port)
        try:
            await asyncio.to_thread(switch.call, entry, caller, context)
            end = await asyncio.wait_for(watcher.end, SOON)
        finally:
            await server.stop(0.1)
        assert watcher.faults == []
        return end, watcher

    return ring


async def test_keys_interrupt_and_are_collected(talk):
    async def flow(call):
        await call.answer()
        assert await call.ask(HELLO, HELLO, at_most=4) == Digits("12*", ended=True)

    assert (await talk(flow, "k12*#-1-9"))[0] == "done"


async def test_values_and_missing_clips(talk):
    value = 'quote " slash \\ comma , ${EXTEN} $[1+1] & | 中文'

    async def flow(call):
        await call.answer()
        await call.set("NOTE", value)
        assert await call.get("NOTE") == value
        assert await call.get("NOSUCH") == ""
        assert await call.play(Sound("no-such-file", "")) == ""
        assert await call.wait_key(seconds(0.1)) == ""

    end, watcher = await talk(flow, "k-1-9")
    assert end == "done"
    assert watcher.gone_missing == ["no-such-file"]


@pytest.mark.parametrize(
    ("caller", "at_most", "end"),
    [
        ("m-0-9", 1.5, RecordingEnd.LIMIT),
        ("s-0-0", 9, RecordingEnd.SILENCE),
        ("k7-1.5-5", 9, RecordingEnd.KEY),
        ("m-0.1-2", 9, RecordingEnd.HANGUP),
    ],
)
@pytest.mark.parametrize("context", ["agi", "agi-lingering"])
async def test_a_recording_says_why_it_ended(talk, caller, at_most, end, context):
    seen = []

    async def flow(call):
        await call.answer()
        seen.append(await call.record("message", at_most=seconds(at_most), silence=seconds(2)))
        await in_task(asyncio.sleep(0.05))
        if end is RecordingEnd.HANGUP:
            with pytest.raises(CallerGone):
                await call.get("A")
        else:
            await call.play_back(seen[0])

    assert (await talk(flow, caller, context))[0] == (
        "caller-gone" if end is RecordingEnd.HANGUP else "done"
    )
    message: Recording = seen[0]
    assert message.end is end
    assert end is RecordingEnd.KEY or 0.0 < message.duration < 2.5  # a busy machine begins late
    assert message.key == ("7" if end is RecordingEnd.KEY else "")


@pytest.mark.parametrize(
    ("number", "end"),
    [
        ("8000", DialEnd.ANSWERED),
        ("8001", DialEnd.BUSY),
        ("8002", DialEnd.NO_ANSWER),
        ("8003", DialEnd.UNAVAILABLE),
        ("8888", DialEnd.UNAVAILABLE),
    ],
)
async def test_dialling_ends_as_the_line_does(talk, number, end):
    seen = []

    async def flow(call):
        await call.answer()
        seen.append(await call.dial(number, ring=seconds(1), shown='张三 "供水", 海勃湾'))
        assert await call.play(HELLO) == ""

    assert (await talk(flow, "k-1-9"))[0] == "done"
    assert seen[0].end is end
    assert (seen[0].talked > 0) == (end is DialEnd.ANSWERED)


async def test_a_star_stops_the_ringing(talk):
    seen = []

    async def flow(call):
        await call.answer()
        seen.append(await call.dial("8002", ring=seconds(9), shown=""))

    assert (await talk(flow, "k*-1-9"))[0] == "done"
    assert seen[0].end is DialEnd.DECLINED


@pytest.mark.parametrize(
    ("queue", "caller", "end"),
    [
        ("quick", "k-1-9", QueueEnd.SERVED),
        ("slow", "k-1-9", QueueEnd.TIMEOUT),
        ("slow", "k1-1-9", QueueEnd.DECLINED),
        ("empty", "k-1-9", QueueEnd.NO_OPERATORS),
        ("nosuch", "k-1-9", QueueEnd.NO_OPERATORS),
    ],
)
async def test_a_queue_ends_and_the_call_goes_on(talk, queue, caller, end):
    seen = []

    async def flow(call):
        await call.answer()
        seen.append(await call.queue(queue, at_most=seconds(2), shown="李四"))
        assert await call.play(HELLO) == ""
        assert await call.get("CONTEXT") == "agi"

    assert (await talk(flow, caller))[0] == "done"
    assert seen[0].end is end
    assert seen[0].operator == ("1001" if end is QueueEnd.SERVED else "")


async def play_on(call):
    while True:
        await call.play(HELLO)


async def wait_on(call):
    await call.wait_key(seconds(20))


async def ring_on(call):
    await call.dial("8002", ring=seconds(20), shown="")


async def queue_on(call):
    await call.queue("slow", at_most=seconds(20), shown="")


async def work_on(call):
    while True:  # who hung up after less than a second is known to have gone soon after
        await in_task(asyncio.sleep(1.2))
        await call.get("A")


@pytest.mark.parametrize("state", [play_on, wait_on, ring_on, queue_on, work_on])
@pytest.mark.parametrize("context", ["agi", "agi-lingering"])
async def test_hang_up_in_any_state_is_caller_gone(talk, state, context):
    seen = []

    async def flow(call):
        await call.answer()
        try:
            await state(call)
        except CallerGone:
            await in_task(asyncio.sleep(0.01))
            seen.append("kept")

    assert (await talk(flow, "k-0.1-0.7", context))[0] == "caller-gone"
    assert seen == ["kept"]


async def test_our_own_hang_up_ends_the_call(talk):
    async def flow(call):
        await call.answer()
        await call.hangup()
        with pytest.raises(CallerGone):
            await call.play(HELLO)

    assert (await talk(flow, "k-1-9"))[0] == "caller-gone"
