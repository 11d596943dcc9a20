"""How a call on the switch hears: a place for its sound, an ear, and the switch told to connect."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from attrs import frozen

from ivr.kernel.heard import Hints
from ivr.kernel.sound import Sound
from ivr.kernel.units import Seconds
from ivr.telephony.agi_call import AgiCall
from ivr.telephony.audio import AudioServer, Place
from ivr.telephony.audio_clips import ClipStore
from ivr.telephony.audio_listening import Listening, Outcome
from ivr.telephony.call import UNASKED, ListenEnd
from ivr.telephony.ear import Ears

NO_STREAM: Final = "streams-full"
NO_EAR: Final = "ears-full"
REFUSED: Final = "refused"  # the switch could not connect
LOST: Final = "stream-lost"
PASSING: Final = frozenset({NO_STREAM, NO_EAR})
"""Reasons that may be gone at the next question of the same call."""


@frozen
class Hearing:
    """The parts that the calls of a server share."""

    server: AudioServer
    ears: Ears
    clips: ClipStore

    @property
    def is_ready(self) -> bool:
        return self.server.has_room and self.ears.is_ready

    def tell_deaf(self, why: str) -> None:
        """A question of a call could not be heard."""
        self.server.observer.deaf(why)

    async def hear(
        self,
        call: AgiCall,
        sounds: Sequence[Sound],
        *,
        hints: Hints,
        first: Seconds,
        keyed: Callable[[str], None],
    ) -> Outcome:
        """One question, from its first sound to its answer. Raises `CallerGone`.

        One whose last clip has no audio is not waited for in a long silence.
        """
        if not self.ears.is_ready:
            return _deaf(NO_EAR)
        clips = await self._samples(call, sounds)
        if clips and not clips[-1]:
            first = min(first, UNASKED)
        listening = Listening(clips, first=first, longest=hints.longest, keyed=keyed)
        place = self.server.book(listening)
        if place is None:
            return _deaf(NO_STREAM)
        try:
            listening.ear = self.ears.open(call.facts.call, hints, listening.told)
            if listening.ear is None:
                return _deaf(NO_EAR)
            connected = await self._connected(call, place)
        finally:
            place.give_up()
            if listening.ear is not None:
                listening.ear.close()
                listening.ear = None  # it knows us as well: nothing is left for the collector
        return listening.outcome or (_UNHEARD if connected else _deaf(REFUSED))

    async def _connected(self, call: AgiCall, place: Place) -> bool:
        await call.stream_sound(place.uuid, self.server.address)
        if place.stream is None:
            return False
        if not place.closed.done():
            place.stream.expect_close()
            await place.closed
        return True

    async def _samples(self, call: AgiCall, sounds: Sequence[Sound]) -> tuple[bytes, ...]:
        """A clip whose audio is missing is passed over, counted and logged."""
        clips = await self.clips.samples(sounds)
        for sound, samples in zip(sounds, clips, strict=True):
            if not samples:
                call.missing(sound)
        return clips


_UNHEARD: Final = Outcome(ListenEnd.UNHEARD, LOST)


def _deaf(why: str) -> Outcome:
    return Outcome(ListenEnd.DEAF, why)
