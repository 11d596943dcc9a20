"""Ticket numbers (工单编号): eight digits that a caller can hear, keep and key.

A serial is turned into seven digits by a keyed permutation, so that one's own number tells
nothing about the next one's, and a check digit is added that finds every single wrong digit
and every exchange of two neighbours. Serials come in leased blocks, so that a number can be
given while the database is away.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from typing import Final, Protocol

from ivr.kernel.errors import NotConfigured, StoreAway
from ivr.kernel.ids import TicketNumber

SERIALS: Final = 10_000_000
BLOCK: Final = 200  # hours of calls in an outage; 50,000 restarts before serials run out
SECRET_LEAST: Final = 16  # bytes
LENGTH: Final = 8
PATIENCE: Final = 0.25  # seconds; somebody waits on the line for the number

_LEFT: Final = 1_000
_RIGHT: Final = 10_000
_ROUNDS: Final = 8  # of a Feistel network over (3 digits, 4 digits)

# H. Michael Damm's quasigroup of order 10: totally anti-symmetric, zero on its diagonal.
_DAMM: Final = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)


class NumbersExhausted(StoreAway):
    """All serials have been leased; a site that sees this needs a longer number."""

    id = "numbers-exhausted"


def check_digit(digits: str) -> str:
    """The digit which, put behind `digits`, makes them valid."""
    interim = 0
    for digit in digits:
        interim = int(_DAMM[interim][int(digit)])
    return str(interim)


def parse(keyed: str) -> TicketNumber | None:
    """The number that was keyed, or None when it can not be one."""
    eight_digits = len(keyed) == LENGTH and keyed.isascii() and keyed.isdigit()
    if not eight_digits or check_digit(keyed) != "0":
        return None
    return TicketNumber(keyed)


class Numbering:
    """The bijection between serials and numbers that one site's secret makes."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < SECRET_LEAST:
            raise NotConfigured(f"the secret of ticket numbers needs {SECRET_LEAST} bytes or more")
        self._key = hashlib.blake2b(secret, digest_size=32).digest()

    def number(self, serial: int) -> TicketNumber:
        """Raises ValueError for a serial outside 0..SERIALS-1."""
        if not 0 <= serial < SERIALS:
            raise ValueError(f"no such serial: {serial}")
        left, right = divmod(serial, _RIGHT)
        for turn in range(0, _ROUNDS, 2):
            left = (left + self._mix(turn, right)) % _LEFT
            right = (right + self._mix(turn + 1, left)) % _RIGHT
        digits = f"{left:03}{right:04}"
        return TicketNumber(digits + check_digit(digits))

    def serial(self, number: TicketNumber) -> int:
        """The serial behind a number: the way back of `number`."""
        left, right = int(number[:3]), int(number[3:7])
        for turn in reversed(range(0, _ROUNDS, 2)):
            right = (right - self._mix(turn + 1, left)) % _RIGHT
            left = (left - self._mix(turn, right)) % _LEFT
        return left * _RIGHT + right

    def _mix(self, turn: int, half: int) -> int:
        message = bytes((turn, *half.to_bytes(2, "big")))
        return int.from_bytes(
            hashlib.blake2b(message, key=self._key, digest_size=8).digest(), "big"
        )


class NumberBlocks(Protocol):
    """Where serials are leased, each to one node and once only."""

    async def lease(self, node: str, size: int) -> range:
        """The next `size` serials. Raises `StoreAway`, `NumbersExhausted` for ever."""


class NumberSource:
    """Numbers at hand: a leased block in memory, the next one leased when half is used.

    What a stopped node had left over is never given out by anybody.
    """

    def __init__(
        self, blocks: NumberBlocks, numbering: Numbering, *, node: str, size: int = BLOCK
    ) -> None:
        self._blocks = blocks
        self._numbering = numbering
        self._node = node
        self._size = size
        self._serials: deque[int] = deque()
        self._leasing = asyncio.Lock()
        self._ahead: asyncio.Task[None] | None = None

    @property
    def left(self) -> int:
        """How many numbers can be given without the database."""
        return len(self._serials)

    async def next(self) -> TicketNumber:
        """A number never given before.

        Raises `StoreAway` when none is at hand and none can be leased within a moment.
        """
        if not self._serials:
            await self._leased()
        number = self._numbering.number(self._serials.popleft())
        if self._is_short:
            self._lease_ahead()
        return number

    async def prepare(self) -> None:
        """Lease a block unless half of one is at hand; called once before the first call."""
        async with self._leasing:
            if self._is_short:
                self._serials.extend(await self._blocks.lease(self._node, self._size))

    async def close(self) -> None:
        """Stop leasing ahead."""
        if self._ahead is not None:
            self._ahead.cancel()
            await asyncio.gather(self._ahead, return_exceptions=True)

    @property
    def _is_short(self) -> bool:
        return len(self._serials) * 2 < self._size

    async def _leased(self) -> None:
        lease = self._lease_ahead()
        await asyncio.wait({lease}, timeout=PATIENCE)
        if lease.done():
            lease.result()
        if not self._serials:
            raise StoreAway("no ticket number is at hand")

    def _lease_ahead(self) -> asyncio.Task[None]:
        if self._ahead is None or self._ahead.done():
            self._ahead = asyncio.create_task(self.prepare(), name="lease ticket numbers")
            self._ahead.add_done_callback(_quietly)
        return self._ahead


def _quietly(lease: asyncio.Task[None]) -> None:
    # Not the caller's trouble while numbers are left: the next number given tries again.
    if not lease.cancelled():
        lease.exception()
