"""Recordings of a switch that was killed, or whose disk was full: what is there is found."""

import os
import wave

import pytest

from ivr.telephony.call import RecordingEnd
from ivr.telephony.recordings import HEAD, cut_recording

A_SECOND = 16_000


def recorded(folder, length):
    """A whole recording of so many seconds."""
    file = folder / "m-1.wav"
    with wave.open(str(file), "wb") as audio:
        audio.setparams((1, 2, 8000, 0, "NONE", ""))
        audio.writeframes(b"\1\2" * int(length * A_SECOND / 2))
    return file


def unfinished(file):
    """As a killed Asterisk leaves it: the lengths in the head are none."""
    content = bytearray(file.read_bytes())
    content[4:8] = content[HEAD.size - 4 : HEAD.size] = bytes(4)
    file.write_bytes(content)


def test_a_message_whose_recorder_was_killed_is_found_and_can_be_heard(tmp_path):
    """Without the head put right every player would take it for an empty file."""
    file = recorded(tmp_path, 3.0)
    unfinished(file)
    os.truncate(file, 32_768)  # all that had left Asterisk's buffer
    recording = cut_recording(tmp_path / "m-1")
    assert recording.path == str(file)
    assert recording.duration == pytest.approx((32_768 - HEAD.size) / A_SECOND)
    assert not recording.is_empty
    with wave.open(str(file), "rb") as audio:
        assert len(audio.readframes(audio.getnframes())) == 32_768 - HEAD.size


def test_half_a_sample_at_the_end_is_left_out(tmp_path):
    file = recorded(tmp_path, 2.0)
    unfinished(file)
    os.truncate(file, HEAD.size + 20_001)
    assert cut_recording(tmp_path / "m-1").duration == pytest.approx(20_000 / A_SECOND)


def test_a_message_that_the_disk_cut_is_as_long_as_what_is_there(tmp_path):
    os.truncate(recorded(tmp_path, 5.0), HEAD.size + A_SECOND)
    recording = cut_recording(tmp_path / "m-1", RecordingEnd.FAILED)
    assert (recording.duration, recording.end) == (1.0, RecordingEnd.FAILED)


@pytest.mark.parametrize("content", [b"", b"RIFF", bytes(200), b"OggS" * 50])
def test_what_is_no_recording_holds_nothing_and_is_left_alone(tmp_path, content):
    file = tmp_path / "m-1.wav"
    file.write_bytes(content)
    assert cut_recording(tmp_path / "m-1").duration == 0
    assert file.read_bytes() == content


def test_no_file_holds_nothing(tmp_path):
    assert cut_recording(tmp_path / "m-1").duration == 0
