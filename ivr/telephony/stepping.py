"""Runs a call flow straight from the protocol: no task and no future for each command.

A flow awaits two kinds of things. A command to the switch is yielded as bytes by `ask_switch`
and is what the step returns; the reply goes back in where it was awaited. An asyncio future (and
so `in_task`, `asyncio.sleep`) is waited for by a callback. This costs a third of what a future
for each command costs.

There is no task behind a flow, so asyncio code that needs one (timeouts, task groups,
database sessions) goes through `in_task`.

When the caller has gone, `CallerGone` is raised where the flow waits for a reply. A flow that
waits for a future is left in peace until it is done, so a ticket being written is never cut;
its next command raises. After `CallerGone` it may still wait for futures.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Coroutine, Generator
from functools import partial
from types import coroutine
from typing import Any, Final, TypeVar

from ivr.kernel.errors import HotlineError
from ivr.telephony.call import CallerGone
from ivr.wire.agi import Reply

MAX_COMMANDS_AFTER_GONE: Final = 100  # a flow that goes on like this would hold the loop for ever

T = TypeVar("T")
Flow = Coroutine[Any, Any, None]


class FlowFault(HotlineError):
    """A flow broke the rules of the stepper: a programming error."""

    id = "flow-fault"


@coroutine
def ask_switch(line: bytes) -> Generator[bytes, Reply, Reply]:
    """Send one command and wait for its reply. Only a flow run by a `Stepper` may await it."""
    return (yield line)


async def in_task(work: Coroutine[Any, Any, T]) -> T:
    """Run ordinary asyncio code in a task of its own and wait for it.

    Its result or exception is that of the await. When the waiting flow is cancelled or closed,
    the task is cancelled. Where no loop runs (the classic script on the switch) the work runs
    to its end at once.
    """
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    task = loop.create_task(work)
    try:
        return await task
    finally:
        if not task.done():
            task.cancel()


class Stepper:
    """One running flow. Each step gives the command to send, or None when there is none yet.

    `send` writes a command that comes later, after a future; `ended` is told once, with the fault
    or None. `CallerGone` out of the flow is an ordinary end. A flow runs in its own context, so
    what it binds never shows in another call's.
    """

    __slots__ = (
        "_after_gone",
        "_ended",
        "_flow",
        "_gone",
        "_resume",
        "_run",
        "_send",
        "finished",
        "waiting",
    )

    def __init__(
        self,
        flow: Flow,
        send: Callable[[bytes], None],
        ended: Callable[[Exception | None], None],
    ) -> None:
        self._flow = flow
        run: Callable[..., Any] = contextvars.copy_context().run
        self._run = run
        self._resume: Callable[[Reply | None], Any] = partial(run, flow.send)
        self._send = send
        self._ended = ended
        self._gone = False
        self._after_gone = 0
        self.waiting = False  # for the reply to the command it gave last
        self.finished = False

    def start(self) -> bytes | None:
        """Run the flow to its first wait. Called once."""
        return self.step(None)

    def step(self, value: Reply | None) -> bytes | None:
        """Go on until the flow waits for something or ends.

        With the reply, when it is `waiting` for one.
        """
        self.waiting = False
        try:
            asked = self._resume(value)
        except (Exception, asyncio.CancelledError) as raised:  # noqa: BLE001 - see _stopped
            self._stopped(raised)
            return None
        if type(asked) is not bytes:
            self._wait_for(asked)
            return None
        if self._gone:
            self._tell_gone()
            return None
        self.waiting = True
        return asked

    def hung_up(self) -> None:
        """The caller has gone but the switch still answers the command it has."""
        self._gone = True

    def gone(self) -> None:
        """Nothing will be answered any more, or the switch has said that nobody is there."""
        self._gone = True
        if self.waiting:
            self._tell_gone()

    def abandon(self) -> None:
        """Stop the flow wherever it waits; for a service that must end now."""
        if self.finished:
            return
        self.finished = True
        try:
            self._run(self._flow.close)
        except Exception as fault:  # noqa: BLE001 - as in step, for a flow that will not stop
            self._end(fault)
        else:
            self._end(None)

    def _tell_gone(self) -> None:
        """No command is for one who has gone: some flows want telling more than once."""
        self.waiting = False
        asked: object = b""
        while type(asked) is bytes:
            self._after_gone += 1
            if self._after_gone > MAX_COMMANDS_AFTER_GONE:
                self._end(FlowFault("the flow goes on commanding a call that has gone"))
                return
            try:
                asked = self._run(self._flow.throw, CallerGone())
            except (Exception, asyncio.CancelledError) as raised:  # noqa: BLE001 - see _stopped
                self._stopped(raised)
                return
        self._wait_for(asked)

    def _stopped(self, raised: BaseException) -> None:
        """The one place for what a flow raises: it ends this call only."""
        if isinstance(raised, StopIteration | CallerGone):
            self._end(None)
        elif isinstance(raised, Exception):
            self._end(raised)
        else:
            self._end(FlowFault("what the flow waited for was cancelled"))

    def _end(self, fault: Exception | None) -> None:
        self.finished = True
        ended, self._ended, self._send = self._ended, _nobody, _nobody  # no ring is left behind
        ended(fault)

    def _wait_for(self, awaited: object) -> None:
        """The other half of asyncio's await protocol, as a task does it."""
        if awaited is None:  # asyncio.sleep(0)
            asyncio.get_running_loop().call_soon(self._go_on, None)
        elif isinstance(awaited, asyncio.Future):
            awaited._asyncio_future_blocking = False  # noqa: SLF001 - as Task.__step does
            awaited.add_done_callback(self._go_on)
        else:
            self._end(FlowFault(f"a flow can not wait for {type(awaited).__name__}"))

    def _go_on(self, _: object) -> None:
        """What was waited for is there; the await itself takes the result or the exception."""
        if self.finished:
            return
        command = self.step(None)
        if command is not None:
            self._send(command)


def _nobody(_: object) -> None:
    """Nobody is to be told any more."""
