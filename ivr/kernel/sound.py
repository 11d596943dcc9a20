"""What is said to a caller: a name that finds the audio, and the words it holds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from attrs import frozen

from ivr.kernel.ids import SoundId


@frozen
class Sound:
    """One clip. ``text`` is what a transcript, a terminal or a screen shows for it."""

    id: SoundId
    text: str


Spoken: TypeAlias = Sound | tuple["Spoken", ...]
"""A clip, or clips in the order in which they are heard; tuples may nest."""


def flat(spoken: Iterable[Spoken]) -> tuple[Sound, ...]:
    """The clips of a sentence in order, however deeply its parts were nested."""
    heard: list[Sound] = []
    for part in spoken:
        if isinstance(part, Sound):
            heard.append(part)
        else:
            heard.extend(flat(part))
    return tuple(heard)


def words(spoken: Iterable[Spoken]) -> str:
    """The text of a sentence."""
    return "".join(sound.text for sound in flat(spoken))
