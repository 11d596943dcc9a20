"""Prompts in memory."""

import os
import struct

from ivr.kernel.sound import Sound
from ivr.telephony.audio_clips import ClipStore, linear
from prompts.alaw import LINEAR


def clip(folder, name, codes, stamp=0):
    path = folder / f"{name}.alaw"
    path.write_bytes(codes)
    os.utime(path, ns=(stamp, stamp))


def store(folder, room=10_000):
    return ClipStore(lambda sound: str(folder / sound.id) if sound.id else "", room=room)


def sounds(*names):
    return [Sound(name, "") for name in names]


def test_every_code_is_worth_what_the_checker_of_clips_says():
    assert struct.unpack("<256h", linear(bytes(range(256)))) == LINEAR


async def test_a_clip_is_read_once_and_shared(tmp_path):
    clip(tmp_path, "a", b"\xd5" * 160)
    clips = store(tmp_path)
    (first,) = await clips.samples(sounds("a"))
    again, other = await clips.samples(sounds("a", "a"))
    assert first == b"\x08\x00" * 160
    assert again is first is other
    assert clips.size == 320


async def test_a_clip_rendered_again_is_heard_as_it_is_now(tmp_path):
    clips = store(tmp_path)
    clip(tmp_path, "a", b"\xd5", stamp=1)
    await clips.samples(sounds("a"))
    clip(tmp_path, "a", b"\x55", stamp=2)
    assert await clips.samples(sounds("a")) == (b"\xf8\xff",)


async def test_a_clip_that_is_not_there_is_silence_of_no_length(tmp_path):
    assert await store(tmp_path).samples(sounds("gone", "")) == (b"", b"")


async def test_what_was_used_longest_ago_makes_room(tmp_path):
    for name in "abc":
        clip(tmp_path, name, b"\xd5" * 100)
    clips = store(tmp_path, room=450)
    for name in "abac":  # b is the oldest when c comes
        await clips.samples(sounds(name))
    assert set(clips._kept) == {str(tmp_path / name) for name in "ac"}
    assert clips.size == 400


async def test_a_sentence_larger_than_the_room_is_still_said(tmp_path):
    clip(tmp_path, "a", b"\xd5" * 100)
    clip(tmp_path, "b", b"\xd5" * 100)
    clips = store(tmp_path, room=150)
    assert [len(samples) for samples in await clips.samples(sounds("a", "b"))] == [200, 200]
    assert clips.size == 0
