"""A call as a person would tell it: what was heard, keyed and said, in order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Final

from deploy.phones.journal import Event
from deploy.phones.listen import Clip, heard
from deploy.phones.phone import Leg, State

Line = tuple[float, str]  # seconds since the call was begun, and what happened then

PHRASES: Final = {
    "calling": "dials  {uri}",
    "incoming": "rings  the display shows: {name} <{number}>",
    "pressed": "keys   {key}",
}
CERTAIN: Final = 0.75  # of a clip's sound; what resembles it less is not reported


def transcript(call: Leg, known: Iterable[Clip], texts: Mapping[str, str]) -> list[str]:
    """Lines to print for one party's call.

    `known` are the clips that may be heard; `texts` tells in words what each of them says.
    """
    began = call.events[0].at
    lines = [*_happened(call, began, texts), *_heard(call, began, known, texts)]
    return [f"{at:7.1f} s  {what}" for at, what in sorted(lines, key=itemgetter(0))]


def _happened(call: Leg, began: float, texts: Mapping[str, str]) -> list[Line]:
    found = ((event.at - began, _in_words(event, texts)) for event in call.events)
    return [(at, what) for at, what in found if what]


def _in_words(event: Event, texts: Mapping[str, str]) -> str:
    facts = event.facts
    if event.name == "state":
        ending = "hangs up" if facts.get("by") == "me" else "the other side hung up"
        return {State.UP.value: "is connected", State.ENDED.value: ending}.get(facts["state"], "")
    if event.name == "playing":
        return f"says   {texts.get(facts['what'], facts['what'])}"
    return PHRASES.get(event.name, "").format_map(facts)


def _heard(call: Leg, began: float, known: Iterable[Clip], texts: Mapping[str, str]) -> list[Line]:
    recorded = [event.at for event in call.events if event.name == "media"]
    if not recorded or not call.recording.exists():
        return []
    start = recorded[0] - began
    return [
        (start + each.start, _sentence(each.portion, texts.get(each.name, each.name)))
        for each in heard(call.recording, known)
        if each.score >= CERTAIN
    ]


def _sentence(portion: float, text: str) -> str:
    cut = "" if portion > 0.85 else f"  (interrupted after {portion:.0%})"
    return f"hears  {text}{cut}"
