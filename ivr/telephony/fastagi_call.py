"""A caller on a FastAGI connection."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from attrs import frozen

from ivr.kernel.errors import HotlineError
from ivr.kernel.heard import Hints
from ivr.kernel.ids import CallId, phone_number
from ivr.kernel.sound import Sound
from ivr.kernel.units import Seconds
from ivr.telephony.agi_call import AgiCall, FindSound
from ivr.telephony.audio_hearing import PASSING, Hearing
from ivr.telephony.call import CallFacts, ListenEnd, Recording, Utterance
from ivr.telephony.limits import Observer
from ivr.telephony.stepping import ask_switch
from ivr.wire.agi import Environment
from ivr.wire.quoting import caller_name

_CALL_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,80}", re.ASCII)


class NoCallId(HotlineError):
    """The environment names no call; nothing could be recorded or written under it."""

    id = "no-call-id"


@frozen
class Surroundings:
    """What all calls of a server share. Without `hearing` they are calls of keys."""

    sounds: FindSound
    recordings: Path
    observer: Observer
    hearing: Hearing | None = None


class FastAgiCall(AgiCall):
    """Commands go out through the stepper that runs the flow. `entry` is the path of the URL."""

    def __init__(
        self, environment: Environment, around: Surroundings, gone: Callable[[], None]
    ) -> None:
        """`gone` is told when a result shows that the caller has gone."""
        super().__init__(facts_of(environment), sounds=around.sounds, recordings=around.recordings)
        self.entry = environment.get("network_script")
        self.gone = gone  # type: ignore[method-assign]
        self._observer = around.observer
        self._hearing = around.hearing

    command = staticmethod(ask_switch)

    def missing(self, sound: Sound) -> None:
        self._observer.missing(sound.id)

    def unrecorded(self, recording: Recording) -> None:
        self._observer.unrecorded(recording.path)

    @property
    def hears(self) -> bool:
        return self._hearing is not None and self._hearing.is_ready

    async def hear(
        self, sounds: tuple[Sound, ...], expecting: Hints, first: Seconds
    ) -> Utterance | ListenEnd:
        hearing = self._hearing
        if hearing is None:
            return ListenEnd.DEAF
        outcome = await hearing.hear(
            self, sounds, hints=expecting, first=first, keyed=self._remember
        )
        if outcome.end in (ListenEnd.DEAF, ListenEnd.UNHEARD):
            hearing.tell_deaf(outcome.why)
            if outcome.why not in PASSING:  # nobody is to wait two seconds at every question
                self._hearing = None
        return outcome.end


def facts_of(environment: Environment) -> CallFacts:
    """Who calls; raises `NoCallId` when the unique id is none."""
    call = environment.get("uniqueid")
    if not _CALL_ID.fullmatch(call):
        raise NoCallId(repr(call[:40]))
    return CallFacts(
        call=CallId(call),
        caller=phone_number(_known(environment, "callerid")),
        caller_name=caller_name(_known(environment, "calleridname")),
        dialled=_known(environment, "dnid") or environment.get("extension"),
        channel=environment.get("channel"),
    )


def _known(environment: Environment, name: str) -> str:
    value = environment.get(name)
    return "" if value == "unknown" else value
