"""What is said comes out whole, in order, without a gap, 20 ms at a time."""

from hypothesis import given
from hypothesis import strategies as st

from ivr.telephony.audio_playback import Playback
from ivr.wire.audiosocket import FRAME

CLIPS = st.lists(st.integers(0, 1500).map(lambda length: bytes([1 + length % 250]) * length))


def frames_of(playback):
    frames = []
    while frame := playback.next():
        frames.append(frame)
    return frames


@given(CLIPS)
def test_frames_are_the_clips_joined_and_the_last_ends_in_silence(clips):
    playback = Playback(clips)
    frames = frames_of(playback)
    said, joined = b"".join(clips), b"".join(frames)
    assert all(len(frame) == FRAME for frame in frames)
    assert joined[: len(said)] == said
    assert joined[len(said) :] == bytes(-len(said) % FRAME)
    assert playback.next() == b""


@given(CLIPS, st.integers(0, 8))
def test_nothing_is_said_after_a_stop(clips, before):
    playback = Playback(clips)
    for _ in range(before):
        playback.next()
    playback.stop()
    assert playback.next() == b""
