"""Reading and writing sounds."""

from __future__ import annotations

import array
import struct
from pathlib import Path

import pytest

from deploy.phones.wave_files import (
    RATE,
    NotASound,
    playable,
    read_samples,
    write_samples,
    write_silence,
)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    samples = array.array("h", [0, 1, -1, 32767, -32768])
    assert read_samples(write_samples(tmp_path / "x.wav", samples)) == samples


def test_an_alaw_wav_and_a_raw_alaw_file_hold_the_same(tmp_path: Path) -> None:
    codes = bytes(range(256))
    raw, wav = tmp_path / "x.alaw", tmp_path / "x.wav"
    raw.write_bytes(codes)
    shape = struct.pack("<HHIIHH", 6, 1, RATE, RATE, 1, 8)
    body = b"fmt " + struct.pack("<I", 16) + shape + b"data" + struct.pack("<I", 256) + codes
    wav.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body)
    assert read_samples(raw) == read_samples(wav)


def test_a_recording_cut_off_before_its_length_was_written_is_still_read(tmp_path: Path) -> None:
    path = write_samples(tmp_path / "x.wav", array.array("h", [7] * 50))
    content = bytearray(path.read_bytes())
    content[40:44] = bytes(4)
    path.write_bytes(content)
    assert len(read_samples(path)) == 50


def test_stereo_and_other_rates_are_refused(tmp_path: Path) -> None:
    path = write_samples(tmp_path / "x.wav", array.array("h", [7] * 50))
    content = bytearray(path.read_bytes())
    content[24:28] = struct.pack("<I", 16000)
    path.write_bytes(content)
    with pytest.raises(NotASound, match="rate 16000"):
        read_samples(path)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"RIFF\0\0\0\0WAVEfmt ", b"no sound at all"])
def test_what_is_no_sound_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(content)
    with pytest.raises(NotASound):
        read_samples(path)


def test_a_sound_without_samples_can_not_be_played(tmp_path: Path) -> None:
    path = tmp_path / "empty.alaw"
    path.write_bytes(b"")
    with pytest.raises(NotASound, match="no sound"):
        playable(path, tmp_path)


def test_silence_is_a_second_long(tmp_path: Path) -> None:
    assert len(read_samples(write_silence(tmp_path))) == RATE
