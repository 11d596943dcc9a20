"""Flows stepped without a task: replies, futures, hang-up, faults."""

import asyncio
import contextvars

import pytest

from ivr.telephony.call import CallerGone
from ivr.telephony.stepping import FlowFault, Stepper, ask_switch, in_task
from ivr.wire.agi import Reply

OK = Reply(200, "0")


class Bench:
    """A stepper with what it sent and how it ended."""

    def __init__(self, flow):
        self.sent = []
        self.ends = []
        self.stepper = Stepper(flow, self.sent.append, self.ends.append)
        self._take(self.stepper.start())

    def reply(self, reply):
        assert self.stepper.waiting
        self._take(self.stepper.step(reply))

    def _take(self, command):
        if command is not None:
            self.sent.append(command)


async def settle():
    for _ in range(20):
        await asyncio.sleep(0)


def test_a_command_goes_out_at_once_and_its_reply_comes_back():
    heard = []

    async def flow():
        heard.append(await ask_switch(b"A\n"))
        heard.append(await ask_switch(b"B\n"))

    bench = Bench(flow())
    assert bench.sent == [b"A\n"]
    bench.reply(Reply(200, "1"))
    assert bench.sent == [b"A\n", b"B\n"]
    bench.reply(Reply(200, "2"))
    assert [reply.result for reply in heard] == ["1", "2"]
    assert bench.ends == [None]


async def test_a_flow_that_thinks_or_has_ended_waits_for_no_reply():
    async def flow():
        await ask_switch(b"A\n")
        await asyncio.sleep(0)

    bench = Bench(flow())
    bench.reply(OK)
    assert not bench.stepper.waiting
    await settle()
    assert bench.stepper.finished
    assert not bench.stepper.waiting


async def test_a_flow_waits_for_futures_and_tasks():
    ready = asyncio.get_running_loop().create_future()

    async def work():
        async with asyncio.timeout(60):
            await asyncio.sleep(0)
        return "written"

    async def flow():
        assert await ready == 7
        assert await in_task(work()) == "written"
        await ask_switch(b"A\n")

    bench = Bench(flow())
    ready.set_result(7)
    await settle()
    assert bench.sent == [b"A\n"]


async def test_an_exception_in_a_task_is_raised_where_it_is_awaited():
    async def work():
        raise KeyError("no table")

    async def flow():
        with pytest.raises(KeyError):
            await in_task(work())
        await ask_switch(b"STILL HERE\n")

    bench = Bench(flow())
    await settle()
    assert bench.sent == [b"STILL HERE\n"]


def test_hang_up_raises_where_the_flow_waits_for_a_reply():
    seen = []

    async def flow():
        try:
            await ask_switch(b"A\n")
        except CallerGone:
            seen.append("gone")
            raise

    bench = Bench(flow())
    bench.stepper.gone()
    assert seen == ["gone"]
    assert bench.ends == [None]


async def test_a_ticket_being_written_is_never_cut():
    written = asyncio.Event()
    seen = []

    async def work():
        await written.wait()
        return 42

    async def flow():
        seen.append(await in_task(work()))
        try:
            await ask_switch(b"SAY NUMBER\n")
        except CallerGone:
            seen.append("gone")

    bench = Bench(flow())
    await settle()
    bench.stepper.gone()
    assert seen == []
    written.set()
    await settle()
    assert seen == [42, "gone"]
    assert bench.sent == []
    assert bench.ends == [None]


async def test_after_hang_up_a_flow_may_still_write_something_down():
    kept = []

    async def keep():
        await asyncio.sleep(0)
        kept.append("message")

    async def flow():
        try:
            await ask_switch(b"RECORD\n")
        except CallerGone:
            await in_task(keep())

    bench = Bench(flow())
    bench.stepper.gone()
    assert bench.ends == []
    await settle()
    assert kept == ["message"]
    assert bench.ends == [None]


def test_a_fault_is_told_and_ends_the_flow():
    async def flow():
        await ask_switch(b"A\n")
        raise ZeroDivisionError

    bench = Bench(flow())
    bench.reply(OK)
    assert isinstance(bench.ends[0], ZeroDivisionError)


def test_a_flow_that_never_believes_the_caller_is_gone_is_stopped():
    async def flow():
        while True:
            try:
                await ask_switch(b"A\n")
            except CallerGone:
                continue

    bench = Bench(flow())
    bench.stepper.gone()
    assert isinstance(bench.ends[0], FlowFault)


def test_a_flow_that_awaits_something_foreign_ends_with_a_fault():
    class Foreign:
        def __await__(self):
            yield 5

    async def flow():
        await Foreign()

    assert isinstance(Bench(flow()).ends[0], FlowFault)


async def test_work_cancelled_elsewhere_ends_the_flow_with_a_fault():
    task = asyncio.create_task(asyncio.sleep(600))

    async def flow():
        await task

    bench = Bench(flow())
    task.cancel()
    await settle()
    assert isinstance(bench.ends[0], FlowFault)


async def test_abandoning_a_flow_cancels_the_task_it_waits_for():
    cancelled = []

    async def work():
        try:
            await asyncio.sleep(600)
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    async def flow():
        await in_task(work())

    bench = Bench(flow())
    await settle()
    bench.stepper.abandon()
    await settle()
    assert cancelled == [True]
    assert bench.ends == [None]


async def test_cancelling_an_ordinary_task_cancels_the_work_it_waits_for():
    begun = asyncio.Event()
    ends = []

    async def work():
        begun.set()
        try:
            await asyncio.sleep(600)
        finally:
            ends.append("work")

    outer = asyncio.create_task(in_task(work()))
    await begun.wait()
    outer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await outer
    assert ends == ["work"]


def test_without_a_loop_work_runs_at_once():
    async def work():
        await asyncio.sleep(0)
        return 3

    async def flow():
        assert await in_task(work()) == 3

    assert Bench(flow()).ends == [None]


async def test_what_one_flow_binds_never_shows_in_another():
    name = contextvars.ContextVar("name", default="nobody")
    seen = []

    async def flow(mine):
        name.set(mine)
        await ask_switch(b"A\n")
        await asyncio.sleep(0)
        seen.append(name.get())

    first, second = Bench(flow("first")), Bench(flow("second"))
    first.reply(OK)
    second.reply(OK)
    await settle()
    assert sorted(seen) == ["first", "second"]
    assert name.get() == "nobody"
