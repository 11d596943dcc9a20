"""One caller's sound: how a stream lives, what it bears, and how it ends."""

import pytest

from ivr.telephony.audio_stream import AT_ONCE, GAP, GIVE_UP, SILENCE, StreamEnd
from ivr.wire.audiosocket import END, FRAME, sound

from .audio_house import KEY_5, LOUD, NOBODYS, SILENT, Caller, identity


async def test_a_frame_goes_out_on_each_beat_and_the_ear_knows_what_was_played(house):
    caller, wire, _ = house.talk(LOUD, LOUD)
    house.beats(3)
    wire.adapter.data_received(sound(SILENCE))
    assert wire.written == [sound(LOUD), sound(LOUD), sound(SILENCE)]
    assert caller.heard_frames == [(SILENCE, b"")]
    caller.says.append(LOUD)
    house.beats()
    wire.adapter.data_received(sound(SILENCE))
    assert caller.heard_frames[-1] == (SILENCE, LOUD)


async def test_our_end_is_said_once_and_keys_under_way_are_still_taken(house):
    caller, wire, place = house.talk(LOUD)
    caller.stream.finish()
    caller.stream.finish()
    house.beats()
    wire.adapter.data_received(KEY_5 + sound(LOUD))
    assert wire.written == [END]
    assert (caller.keys, caller.heard_frames) == ("5", [])
    assert not place.closed.done()
    wire.abort()
    assert caller.ends == [StreamEnd.OURS]
    assert place.closed.done()
    assert house.watcher.told == ["opened", "closed ours"]


async def test_a_switch_that_closes_was_not_our_doing(house):
    caller, wire, _ = house.talk()
    wire.abort()
    assert caller.ends == [StreamEnd.THEIRS]


@pytest.mark.parametrize(
    "said", [b"\x10\x00\x01\x00", b"\x42\x00\x00", identity(NOBODYS), b"\x10\xff\xff"]
)
async def test_bytes_that_are_none_of_it_break_the_stream(house, said):
    caller, wire, _ = house.talk()
    wire.adapter.data_received(said)
    assert not wire.open
    assert caller.ends == [StreamEnd.BROKEN]
    assert house.watcher.told[-1] == "closed broken malformed"


async def test_packets_of_another_length_reach_the_ear_as_frames(house):
    caller, wire, _ = house.talk()
    packet = b"\x10\x01\xe0" + bytes(480)  # 30 ms
    wire.adapter.data_received(packet + packet + packet)
    assert [len(frame) for frame, _ in caller.heard_frames] == [FRAME] * 4


async def test_a_telephone_that_sends_nothing_is_heard_as_silence(house):
    caller, wire, _ = house.talk()
    house.beats(GAP)
    assert caller.heard_frames == []
    house.beats(2)
    assert caller.heard_frames == [(SILENCE, b"")] * 2
    wire.adapter.data_received(sound(LOUD) + SILENT)
    house.beats(GAP)
    assert len(caller.heard_frames) == 3


async def test_a_second_of_sound_at_once_is_heard_and_no_more(house):
    caller, wire, _ = house.talk()
    wire.adapter.data_received(sound(LOUD) * (AT_ONCE + 25))
    assert len(caller.heard_frames) == AT_ONCE
    house.beats()
    wire.adapter.data_received(sound(LOUD))
    assert len(caller.heard_frames) == AT_ONCE + 1


async def test_what_the_switch_does_not_read_is_not_kept_for_it(house):
    _caller, wire, _ = house.talk(*[LOUD] * (GIVE_UP + 10))
    wire.adapter.pause_writing()
    house.beats(5)
    assert wire.written == []
    wire.adapter.resume_writing()
    house.beats()
    assert wire.written == [sound(LOUD)]
    wire.adapter.pause_writing()
    house.beats(GIVE_UP)
    assert not wire.open
    assert house.watcher.told[-1] == "closed broken congested"


async def test_a_party_that_fails_loses_its_own_stream_only(house):
    class Failing(Caller):
        def beat(self):
            raise ZeroDivisionError

    _caller, wire, _ = house.talk(LOUD)
    failing = Failing()
    broken = house.connect(identity(house.factory.book(failing).uuid))
    house.beats()
    assert not broken.open
    assert failing.ends == [StreamEnd.BROKEN]
    assert wire.written[0] == sound(LOUD)
    assert "fault ZeroDivisionError" in house.watcher.told


async def test_an_ear_that_fails_loses_its_own_stream_only(house):
    class Failing(Caller):
        def heard(self, frame, played):  # noqa: ARG002 - it fails
            raise ZeroDivisionError

    _, wire, _ = house.talk()
    failing = Failing()
    broken = house.connect(identity(house.factory.book(failing).uuid), sound(LOUD))
    assert not broken.open
    assert failing.ends == [StreamEnd.BROKEN]
    assert wire.open
    assert "fault ZeroDivisionError" in house.watcher.told
