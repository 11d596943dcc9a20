"""What calls without a switch have in common: nothing of them goes on when their process ends."""

from __future__ import annotations

from ivr.kernel.ids import PhoneNumber
from ivr.telephony.call import Call, CallFacts, DialResult, QueueResult, Recording


class LoneCall(Call):
    """Its marks are its own, and nothing happened behind its back."""

    def __init__(self, facts: CallFacts) -> None:
        super().__init__(facts)
        self._marks: dict[str, str] = {}

    async def set(self, name: str, value: str) -> None:
        self._marks[name] = value

    async def get(self, name: str) -> str:
        return self._marks.get(name, "")

    async def last_recording(self, name: str) -> Recording | None:
        """None: no switch recorded anything meanwhile."""

    async def last_dial(self, number: PhoneNumber) -> DialResult | None:
        """None, as above."""

    async def last_queue(self) -> QueueResult | None:
        """None, as above."""

    async def forget_queue(self) -> None:
        """Nothing to forget."""
