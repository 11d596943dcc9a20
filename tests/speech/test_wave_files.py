"""Sound files of any origin: what can be heard is heard, everything else is refused in words."""

import struct
import wave
from array import array
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.speech.wave_files import BadAudio, decoded, read_wave

SAMPLES = array("h", [0, 1000, -1000, 32000, -32000]).tobytes()


def riff(coding, bits, data, *, channels=1, rate=8000, extra=b""):
    head = struct.pack("<HHIIHH", coding, channels, rate, rate, 1, bits) + extra
    chunks = b"fmt " + struct.pack("<I", len(head)) + head
    chunks += b"LIST" + struct.pack("<I", 3) + b"abc\x00"
    chunks += b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WAVE" + chunks


def test_pcm_comes_back_as_it_was(tmp_path):
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(SAMPLES)
    assert read_wave(path) == SAMPLES


def test_a_law_and_mu_law_are_near_what_was_said():
    loud = array("h", decoded(riff(6, 8, bytes([0xAA, 0x2A, 0xD5]))))
    assert list(loud) == [32256, -32256, 8]
    assert list(array("h", decoded(riff(7, 8, bytes([0x80, 0x00, 0xFF]))))) == [32124, -32124, 0]


def test_an_extensible_header_tells_the_coding_further_on():
    extra = struct.pack("<HHIH", 22, 8, 0, 6) + bytes(14)
    assert decoded(riff(0xFFFE, 8, b"\xd5", extra=extra)) == b"\x08\x00"


def test_a_file_cut_off_is_heard_as_far_as_it_goes():
    assert decoded(riff(1, 16, SAMPLES)[:-3]) == SAMPLES[:6]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "不是WAV"),
        (b"RIFF\0\0\0\0WAVE", "不完整"),
        (riff(1, 16, SAMPLES, rate=16000), "16000 Hz"),
        (riff(1, 16, SAMPLES, channels=2), "2声道"),
        (riff(85, 0, b"mp3"), "格式85"),
    ],
)
def test_what_can_not_be_heard_is_refused_in_words(content, why):
    with pytest.raises(BadAudio, match=why):
        decoded(content)


def test_a_missing_file_is_refused_in_words(tmp_path):
    with pytest.raises(BadAudio, match="读不了"):
        read_wave(tmp_path / "none.wav")
    with pytest.raises(BadAudio, match="读不了"):
        read_wave(tmp_path)


@given(st.binary(max_size=200))
def test_no_bytes_at_all_break_the_reader(content):
    for each in (content, b"RIFF\0\0\0\0WAVE" + content, riff(1, 16, content)):
        with suppress(BadAudio):
            assert len(decoded(each)) % 2 == 0
