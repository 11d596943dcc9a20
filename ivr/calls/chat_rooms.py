"""The conversations in writing of one process: who may begin one, how fast, and how they end.

Anybody on the internet can open a chat. So all of it is bounded: conversations at once and by
one address, lines a minute and in all, and the time that an idle or ended one is remembered.
"""

from __future__ import annotations

import asyncio
import ipaddress
import uuid
from collections.abc import Awaitable, Callable
from typing import Final

from attrs import define, frozen

from ivr.calls.chat import LONGEST_LINE, Card, ChatCall
from ivr.calls.chat_screen import OWN
from ivr.kernel.clock import Clock
from ivr.kernel.errors import HotlineError
from ivr.kernel.ids import CallId, PhoneNumber
from ivr.kernel.log import logger
from ivr.kernel.tally import Tally
from ivr.kernel.units import Seconds, seconds
from ivr.telephony.call import Call, CallFacts

DIALLED: Final = "chat"  # in call records, where telephones have the number they dialled
REPLY_WITHIN: Final = seconds(5)  # the flow answers in milliseconds; a slow disk takes longer
MINUTE: Final = seconds(60)
REMEMBERED: Final = seconds(15 * 60)  # an ended one can still be read: it holds a ticket number
LINES: Final = 150  # of one conversation
LONGEST: Final = seconds(2 * 3600)
BEGUN_WITHIN: Final = seconds(600)
CLOSING: Final = 5.0  # seconds for the flows to keep what was written, when the process stops

Serve = Callable[[Call], Awaitable[None]]
"""Runs the flow on a call and closes its record."""


class TooManyChats(HotlineError):
    """No more conversations can begin now, here or from this address."""

    id = "too-many-chats"

    def __init__(self) -> None:
        super().__init__("现在使用文字服务的人太多，请过几分钟再来。紧急情况请发短信到12110")


class TooFast(HotlineError):
    """More lines than anybody writes."""

    id = "too-fast"

    def __init__(self) -> None:
        super().__init__("发送得太快了，请过一分钟再发")


class TooLong(HotlineError):
    """More than one line holds. Nothing is cut: its writer would not know."""

    id = "too-long"

    def __init__(self, length: int) -> None:
        super().__init__(f"您写的有{length}字，一次最多{LONGEST_LINE}字，请写短一些再发")


class PageBehind(HotlineError):
    """The page does not show the question that would be answered."""

    id = "page-behind"

    def __init__(self) -> None:
        super().__init__("对话有了新内容，请看过再答，刚才的没有发出")


class ChatOver(HotlineError):
    """The conversation that the page shows has ended."""

    id = "chat-over"

    def __init__(self) -> None:
        super().__init__("这次对话已经结束，刚才写的没有发出")


@frozen
class ChatLimits:
    """How much there may be. `begun` counts for one address in `begun_within`."""

    at_once: int = 200
    of_address: int = 20  # a whole office may come from one
    begun: int = 40
    begun_within: Seconds = BEGUN_WITHIN
    lines_a_minute: int = 30


@define(eq=False)
class ChatRoom:
    """One conversation, whose visitor proves themselves by a token."""

    token: str
    address: str
    call: ChatCall
    began: float  # monotonic
    lines: list[float]  # when each came
    sent: tuple[int, str] | None = None  # the last line, and what its page had seen


class ChatRooms:
    """All conversations of this process."""

    def __init__(
        self,
        serve: Serve,
        card: Card,
        tally: Tally,
        clock: Clock,
        limits: ChatLimits | None = None,
    ) -> None:
        self._serve = serve
        self._card = card
        self._tally = tally
        self._clock = clock
        self._limits = limits or ChatLimits()
        self._rooms: dict[str, ChatRoom] = {}
        self._running: dict[asyncio.Task[None], ChatRoom] = {}

    def find(self, token: str) -> ChatRoom | None:
        """The conversation of this visitor, going on or lately ended."""
        return self._rooms.get(token)

    async def write(self, token: str, line: str, address: str, seen: int | None = None) -> ChatRoom:
        """Say something, beginning a conversation where there is none, and wait for the answer.

        `seen` is how many paragraphs stand on the page it was written on; what such a page sends
        twice is taken once. Raises `TooLong`, `PageBehind`, `ChatOver`, `TooManyChats` and
        `TooFast`; then nothing was taken.
        """
        if len(line) > LONGEST_LINE:
            raise TooLong(len(line))
        room = self._rooms.get(token)
        if seen is not None and _is_behind(room, seen):
            return _twice(room, line, seen)
        if room is None or not room.call.alive:
            room = await self._begin(token, _place(address))
            if not line:
                return room
        self._pace(room)
        if seen is not None:
            room.sent = (seen, line)
        room.call.line_came(line)
        await room.call.answered(REPLY_WITHIN)
        return room

    async def leave(self, token: str) -> None:
        """The visitor ends it; what they wrote and did not submit is kept as a ticket."""
        room = self._rooms.get(token)
        if room is not None and room.call.alive:
            room.call.leave()
            await room.call.answered(REPLY_WITHIN)

    def forget(self, token: str) -> None:
        """What was said must not be read by the next who uses this telephone."""
        room = self._rooms.pop(token, None)
        if room is not None:
            room.call.leave()

    async def stop(self) -> None:
        """Every conversation ends, as if its visitor had left."""
        for room in self._running.values():
            room.call.leave()
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=CLOSING)
            for task in late:
                task.cancel()

    async def _begin(self, token: str, address: str) -> ChatRoom:
        await self._admit(address)
        meanwhile = self._rooms.get(token)
        if meanwhile is not None and meanwhile.call.alive:  # a form that was sent twice
            return meanwhile
        self._make_room()
        facts = CallFacts(CallId(f"chat-{uuid.uuid4().hex}"), PhoneNumber(""), dialled=DIALLED)
        room = ChatRoom(token, address, ChatCall(facts, self._card), self._clock.monotonic(), [])
        self._rooms[token] = room
        task = asyncio.get_running_loop().create_task(self._run(room))
        self._running[task] = room
        task.add_done_callback(self._ended)
        await room.call.answered(REPLY_WITHIN)
        return room

    async def _run(self, room: ChatRoom) -> None:
        await self._serve(room.call)

    def _ended(self, task: asyncio.Task[None]) -> None:
        room = self._running.pop(task)
        fault = None if task.cancelled() else task.exception()
        if fault is not None:
            logger().error("chat failed", call=room.call.facts.call, exc_info=fault)
        room.call.over(OWN["ended"] if fault is None else OWN["broken"])
        loop = asyncio.get_running_loop()
        loop.call_later(REMEMBERED, self._forget_ended, room)

    def _forget_ended(self, room: ChatRoom) -> None:
        if self._rooms.get(room.token) is room:
            del self._rooms[room.token]

    async def _admit(self, address: str) -> None:
        """Raises `TooManyChats`."""
        begun = await self._tally.add(f"chat from {address}", within=self._limits.begun_within)
        here = sum(room.address == address for room in self._running.values())
        if (
            begun > self._limits.begun
            or here >= self._limits.of_address
            or len(self._running) >= self._limits.at_once
        ):
            raise TooManyChats

    def _make_room(self) -> None:
        """Ended conversations make way; those that go on are bounded by `_admit`."""
        ended = [token for token, room in self._rooms.items() if not room.call.alive]
        for token in ended[: max(0, len(self._rooms) - 2 * self._limits.at_once + 1)]:
            del self._rooms[token]

    def _pace(self, room: ChatRoom) -> None:
        now = self._clock.monotonic()
        recent = [at for at in room.lines[-self._limits.lines_a_minute :] if at > now - MINUTE]
        if len(recent) >= self._limits.lines_a_minute:
            raise TooFast
        room.lines.append(now)
        if len(room.lines) > LINES or now - room.began > LONGEST:
            room.call.over(OWN["too_long"])
            room.call.leave()


def _is_behind(room: ChatRoom | None, seen: int) -> bool:
    if room is None:
        return seen > 0
    return not room.call.alive or seen != len(room.call.screen.paragraphs)


def _twice(room: ChatRoom | None, line: str, seen: int) -> ChatRoom:
    """What the page that is behind has sent before. Raises `PageBehind` or `ChatOver`."""
    if room is not None and room.sent == (seen, line):
        return room
    raise PageBehind if room is not None and room.call.alive else ChatOver


def _place(address: str) -> str:
    """One household or office: whoever has one address of IPv6 has 2**64 of them."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv4Address):
        return address
    return str(ipaddress.ip_network((known, 64), strict=False))
