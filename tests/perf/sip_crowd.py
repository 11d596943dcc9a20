"""Many callers on one telephone exchange: arrivals on a schedule, keys and words by the clock.

As real telephones do they send sound all the time, silence when nobody speaks: Asterisk turns in
a circle for 40 ms after a key that no sound follows. They hear nothing: what the hotline says to
them is dropped by the kernel, so that a crowd costs little of the machine it shares with what is
measured. pjsua2 hears, and costs fifty times as much; SIPp presses keys through raw sockets, which
need root.
"""

from __future__ import annotations

import heapq
import select
import socket
import time
from array import array
from collections import Counter
from collections.abc import Callable
from itertools import count
from typing import Final

from attrs import define, field, frozen

from .sip_words import HUM, SILENT, Dialog, Message, Voice, accept, read

HOST: Final = "127.0.0.3"
RESEND: Final = (0.5, 1.0, 2.0, 4.0)  # seconds between sendings of a request, as SIP has it
RINGS: Final = 30.0  # a call without an answer by then has failed
BEAT: Final = 0.02  # seconds between packets of sound
PHASES: Final = 4  # groups of callers whose packets leave together
GRACE: Final = 45.0  # seconds after the last arrival's script for calls to end
BUFFER: Final = 4 << 20
NATIONAL: Final = 15.0  # seconds in which a hotline has to answer


@frozen
class Act:
    """What a caller does `at` seconds after the answer: a key, `speak` so many seconds, leave."""

    at: float
    key: str = ""
    speak: float = 0.0

    @property
    def leaves(self) -> bool:
        return not self.key and not self.speak


@frozen
class Rush:
    """Arrivals: `rate` a second for `seconds`, each caller with the same script."""

    rate: float
    seconds: float
    script: tuple[Act, ...]
    first: int = 0  # number of the first caller

    @property
    def calls(self) -> int:
        return round(self.rate * self.seconds)


@define(eq=False)
class Leg:
    """One caller."""

    dialog: Dialog
    voice: Voice
    due: int
    answer: Message | None = None
    port: int = 0  # where its sound goes
    sound: bytes = SILENT  # what is in its packets now
    heard: bool = False  # of any answer to what was sent last
    done: bool = False


@define
class Seen:
    """What the crowd saw of one rush. `answers` in nanoseconds from the moment a call was due."""

    offered: int = 0
    answers: array[int] = field(factory=lambda: array("q"))
    refusals: Counter[str] = field(factory=Counter)
    released: int = 0  # by the hotline
    left: int = 0  # by the caller
    resent: int = 0
    peak: int = 0
    late: float = 0.0  # seconds the crowd itself was behind its schedule, at worst
    seconds: float = 0.0

    @property
    def failed(self) -> int:
        return self.offered - self.released - self.left


class Crowd:
    """One rush, from the first arrival to the last hang-up."""

    def __init__(self, server: str, rush: Rush) -> None:
        host, _, port = server.rpartition(":")
        self._server, self._where, self._rush = server, (host, int(port)), rush
        self._signals, self._sounds = _socket(BUFFER), _socket(1)
        self._legs: dict[str, Leg] = {}
        self._agenda: list[tuple[int, int, Callable[[], None]]] = []
        self._order = count()
        self._open = 0
        self._talking: list[set[Leg]] = [set() for _ in range(PHASES)]
        self.seen = Seen()

    def run(self) -> Seen:
        began = time.perf_counter_ns()
        for number in range(self._rush.calls):
            due = began + int(number / self._rush.rate * 1e9)
            self._at(due, lambda number=number, due=due: self._dial(number, due))  # type: ignore[misc]
        for phase, legs in enumerate(self._talking):
            self._at(began + int(phase / PHASES * BEAT * 1e9), lambda legs=legs: self._beat(legs))  # type: ignore[misc]
        last = max((act.at + act.speak for act in self._rush.script), default=0.0)
        stop = began + int((self._rush.seconds + last + GRACE) * 1e9)
        while self._anyone() and (now := time.perf_counter_ns()) < stop:
            self._do_due(now)
            self._listen()
        self.seen.seconds = (time.perf_counter_ns() - began) / 1e9
        self.seen.refusals["silent"] += self._open
        self._signals.close()
        self._sounds.close()
        return self.seen

    def _anyone(self) -> bool:
        return self._open > 0 or self.seen.offered < self._rush.calls

    def _at(self, moment: int, act: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (moment, next(self._order), act))

    def _in(self, seconds: float, act: Callable[[], None]) -> None:
        self._at(time.perf_counter_ns() + int(seconds * 1e9), act)

    def _do_due(self, now: int) -> None:
        while self._agenda and self._agenda[0][0] <= now:
            moment, _, act = heapq.heappop(self._agenda)
            self.seen.late = max(self.seen.late, (now - moment) / 1e9)
            act()

    def _listen(self) -> None:
        now = time.perf_counter_ns()
        wait = (self._agenda[0][0] - now) / 1e9 if self._agenda else 0.2
        if not select.select([self._signals], [], [], min(max(wait, 0.0), 0.2))[0]:
            return
        for _ in range(64):
            try:
                data = self._signals.recv(8192)
            except BlockingIOError:
                return
            self._take(read(data))

    # -- one call --------------------------------------------------------------------------

    def _dial(self, number: int, due: int) -> None:
        serial = self._rush.first + number
        dialog = Dialog(
            call=f"b{serial}x{due % 1_000_000_007}",
            caller=f"138{serial % 100_000_000:08d}",
            host=HOST,
            port=self._signals.getsockname()[1],
            sound=self._sounds.getsockname()[1],
            server=self._server,
        )
        leg = self._legs[dialog.call] = Leg(dialog, Voice(serial + 1), due)
        self.seen.offered += 1
        self._open += 1
        self.seen.peak = max(self.seen.peak, self._open)
        self._send(leg, dialog.invite())
        self._in(RINGS, lambda: self._unanswered(leg))

    def _send(self, leg: Leg, request: bytes, tries: int = 0) -> None:
        """Until somebody answers, as UDP loses things."""
        if tries and (leg.heard or leg.done):
            return
        leg.heard = leg.heard and bool(tries)
        self.seen.resent += bool(tries)
        self._signals.sendto(request, self._where)
        if tries < len(RESEND):
            self._in(RESEND[tries], lambda: self._send(leg, request, tries + 1))

    def _take(self, message: Message) -> None:
        if not message.status:
            if message.method != "ACK":
                self._signals.sendto(accept(message), self._where)
            if message.method == "BYE":
                self._end(message.call, released=True)
            return
        leg = self._legs.get(message.call)
        if leg is None:
            return
        leg.heard = True
        if message.method == "INVITE" and message.status >= 200:
            self._answered(leg, message)
        elif message.method == "BYE":
            self._end(message.call, released=False)

    def _answered(self, leg: Leg, answer: Message) -> None:
        self._signals.sendto(leg.dialog.ack(answer), self._where)
        if leg.answer is not None or leg.done:
            return
        if answer.status >= 300:
            self._give_up(leg, str(answer.status))
            return
        leg.answer, leg.port = answer, answer.sound_port
        self._talking[len(self.seen.answers) % PHASES].add(leg)
        now = time.perf_counter_ns()
        self.seen.answers.append(now - leg.due)
        for act in self._rush.script:
            self._at(now + int(act.at * 1e9), lambda act=act: self._act(leg, act))  # type: ignore[misc]

    def _act(self, leg: Leg, act: Act) -> None:
        if leg.done or leg.answer is None:
            return
        if act.leaves:
            self._send(leg, leg.dialog.bye(leg.answer))
        elif act.key:
            for packet in leg.voice.key(act.key):
                self._sounds.sendto(packet, (self._where[0], leg.port))
        else:
            self._say(leg, HUM)
            self._in(act.speak, lambda: self._say(leg, SILENT))

    def _beat(self, legs: set[Leg]) -> None:
        """The next packet of each of them, and the appointment for the one after it."""
        self._in(BEAT, lambda: self._beat(legs))
        send, host = self._sounds.sendto, self._where[0]
        for leg in tuple(legs):
            if leg.done or leg.answer is None:
                legs.discard(leg)
            else:
                send(leg.voice.sound(leg.sound), (host, leg.port))

    @staticmethod
    def _say(leg: Leg, sound: bytes) -> None:
        leg.sound = sound

    def _unanswered(self, leg: Leg) -> None:
        if leg.answer is None and not leg.done:
            self._give_up(leg, "no answer")

    def _give_up(self, leg: Leg, why: str) -> None:
        self.seen.refusals[why] += 1
        leg.done = True
        self._open -= 1

    def _end(self, call: str, *, released: bool) -> None:
        leg = self._legs.get(call)
        if leg is None or leg.done:
            return
        leg.done = True
        self._open -= 1
        self.seen.released += released
        self.seen.left += not released


def _socket(buffer: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    made.bind((HOST, 0))
    made.setblocking(False)
    return made
