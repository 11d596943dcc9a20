"""Listening while a call goes on, and telling afterwards what happened."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.phones.ear import Ear
from deploy.phones.listen import Clip, NotHeard
from deploy.phones.matching import whitened
from deploy.phones.phone import State, after
from deploy.phones.transcript import transcript

from .conftest import Phones
from .speech import recorded, sentence

ONE, OTHER = sentence(31, 1.2), sentence(32, 2.0)


async def test_sentences_are_heard_as_they_are_said_and_told_afterwards(
    phone: Phones, tmp_path: Path
) -> None:
    one, other = Clip("one", whitened(ONE)), Clip("other", whitened(OTHER))
    async with phone("1001") as caller, phone("1002", answering=after(0)) as called:
        call = await caller.dial(f"114@{called.address}")
        speaker = await called.incoming()
        ear = Ear(call)
        await speaker.play(recorded(tmp_path / "one.wav", ONE))
        await ear.hear(one, whole=True)
        await call.press("5")
        await speaker.play(recorded(tmp_path / "other.wav", OTHER))
        (heard,) = await ear.hear(other)
        assert heard.start > ear.heard[0].end
        await speaker.hang_up()
        await call.wait(State.ENDED)
        with pytest.raises(NotHeard, match=r"the call ended and one was not heard.*other at"):
            await ear.hear(one)
    told = "\n".join(transcript(call, [one, other], {"one": "您好"}))
    phases = ["dials", "is connected", "hears  您好", "keys   5", "hears  other", "other side hung"]
    places = [told.index(phase) for phase in phases]
    assert places == sorted(places)


async def test_what_is_never_said_is_waited_for_no_longer_than_asked(phone: Phones) -> None:
    async with phone("1001") as caller, phone("1002", answering=after(0)) as called:
        call = await caller.dial(f"114@{called.address}")
        with pytest.raises(NotHeard, match=r"0\.6 s went by"):
            await Ear(call).hear(Clip("one", whitened(ONE)), within=0.6)
