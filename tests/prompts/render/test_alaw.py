"""A-law as ITU-T G.711 defines it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts.alaw import LINEAR, SILENCE

np = pytest.importorskip("numpy")
alaw = pytest.importorskip("prompts.render.alaw")


@pytest.mark.parametrize(
    ("code", "sample"),
    [(0xD5, 8), (0x55, -8), (0xD4, 24), (0xC5, 264), (0xAA, 32256), (0x2A, -32256), (0x80, 5504)],
)
def test_codes_are_worth_what_the_standard_says(code, sample):
    assert LINEAR[code] == sample


def test_every_code_survives_decoding_and_encoding():
    every = bytes(range(256))
    assert alaw.encode(alaw.decode(every)) == every


def test_silence_is_the_smallest_sample():
    assert alaw.encode(np.full(3, 1 / 32768)) == bytes([SILENCE] * 3)


@given(st.floats(-4, 4))
def test_any_sample_becomes_the_nearest_level(sample):
    (code,) = alaw.encode(np.array([sample]))
    error = abs(LINEAR[code] - sample * 32768)
    assert error == min(abs(level - sample * 32768) for level in LINEAR)
