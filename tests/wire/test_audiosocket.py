"""The AudioSocket codec: the grammar, its limits, and that chunks never show."""

import itertools
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ivr.wire.audiosocket import (
    END,
    FRAME,
    HEADER,
    MAX_SOUND,
    Decoder,
    End,
    Failed,
    Identity,
    Key,
    MalformedAudio,
    Silence,
    Sound,
    sound,
)

WHO = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
FRAMES = st.binary(min_size=FRAME, max_size=FRAME)


def message(kind, body=b""):
    return bytes((kind,)) + len(body).to_bytes(2, "big") + body


def all_of(chunks):
    """Every message of the chunks, and whether they ended in an error."""
    decoder = Decoder()
    found = []
    for chunk in chunks:
        try:
            found.extend(decoder.feed(chunk))
        except MalformedAudio as error:
            return [*found, *error.before], True
    return found, False


WORDS = st.one_of(
    st.uuids().map(lambda uuid: (message(1, uuid.bytes), Identity(uuid))),
    st.binary(max_size=MAX_SOUND // 2).map(lambda half: (message(16, half * 2), Sound(half * 2))),
    FRAMES.map(lambda frame: (sound(frame), Sound(frame))),
    st.sampled_from("0123456789*#ABCD").map(lambda key: (message(3, key.encode()), Key(key))),
    st.just((message(2), Silence())),
    st.just((END, End())),
    st.integers(0, 255).map(lambda code: (message(255, bytes((code,))), Failed(code))),
    st.just((message(255), Failed(0))),
)


@given(st.lists(WORDS, max_size=8), st.data())
def test_what_was_sent_is_read_however_it_was_cut(words, data):
    stream = b"".join(raw for raw, _ in words)
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=12).map(sorted))
    places = [0, *cuts, len(stream)]
    chunks = [stream[a:b] for a, b in itertools.pairwise(places)]
    assert all_of(chunks) == ([meant for _, meant in words], False)


@given(st.lists(st.binary(max_size=700), max_size=12))
@example([sound(bytes(FRAME))[:-1], b"x", b"\x04"])
def test_hostile_bytes_are_read_or_refused_and_hold_no_memory(chunks):
    decoder = Decoder()
    for chunk in chunks:
        try:
            decoder.feed(chunk)
        except MalformedAudio:
            break
        assert len(decoder._buffer) < HEADER + MAX_SOUND


@given(st.binary(max_size=2000), st.integers(1, 50))
def test_hostile_bytes_read_the_same_in_small_pieces(stream, size):
    pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
    assert all_of(pieces) == all_of([stream])


@pytest.mark.parametrize(
    "raw",
    [
        message(0x11, bytes(480)),  # 12 kHz: we never ask for it
        message(0x04),
        message(1, bytes(15)),
        message(3, b"12"),
        message(3, b"\xff"),
        message(3, b"x"),
        message(16, bytes(MAX_SOUND + 2)),
        message(16, bytes(3)),
        b"\x10\xff\xff",  # refused by its header, before its body is waited for
        b"GET / HTTP/1.1\r\n",
        message(0, b"x"),
    ],
)
def test_what_is_no_audiosocket_is_refused_for_good(raw):
    decoder = Decoder()
    with pytest.raises(MalformedAudio):
        decoder.feed(raw)
    with pytest.raises(MalformedAudio):
        decoder.feed(sound(bytes(FRAME)))


def test_what_came_before_the_error_is_not_lost():
    with pytest.raises(MalformedAudio) as caught:
        Decoder().feed(message(1, WHO.bytes) + message(3, b"5") + message(9))
    assert caught.value.before == (Identity(WHO), Key("5"))
