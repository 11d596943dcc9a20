"""Clips one after another sound like one sentence: nothing clicks where they meet.

A click is a step between two samples that speech does not make. It is measured on the committed
clips, joined as they are played: the last sample of one, the first of the next.
"""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import numpy as np
import pytest

from agi_scripts import words
from ivr.kernel.sound import flat
from prompts import readers
from prompts.alaw import LINEAR
from prompts.catalogue import PROMPTS
from prompts.sound_library import COMMITTED, Library
from routing.load import load_table

STEP = 0.004  # of full scale, -48 dB: under the noise of a telephone line
EDGE = 16  # samples, 2 ms: as long as a click is heard as one
WAVE = np.array(LINEAR, dtype=np.int16).astype(np.float64) / 32768


@pytest.fixture(scope="module")
def edges():
    """The first and the last two milliseconds of every committed clip."""
    clips = {}
    for path in sorted(COMMITTED.glob("*/*.alaw")):
        samples = WAVE[np.frombuffer(path.read_bytes(), dtype=np.uint8)]
        clips[str(path.with_suffix(""))] = (samples[:EDGE], samples[-EDGE:])
    return clips


def test_every_clip_begins_and_ends_in_silence(edges):
    """Then any two of them can meet, also those that nobody has thought of."""
    loud = {
        name: (abs(first[0]), abs(last[-1]))
        for name, (first, last) in edges.items()
        if max(abs(first[0]), abs(last[-1])) > STEP / 2
    }
    assert loud == {}


def test_no_step_where_two_clips_meet(edges):
    """The largest step between any end and any beginning, and inside the edges themselves."""
    firsts = np.array([first for first, _ in edges.values()])
    lasts = np.array([last for _, last in edges.values()])
    across = np.abs(firsts[:, 0][:, None] - lasts[:, -1][None, :]).max()
    within = max(np.abs(np.diff(firsts[:, :4])).max(), np.abs(np.diff(lasts[:, -4:])).max())
    assert (across < STEP, within < STEP) == (True, True), (across, within)


SENTENCES = {
    "a ticket's number": (PROMPTS.ticket_number_is, readers.digits("12345674")),
    "a date": (PROMPTS.deadline_before, readers.date(dt.date(2026, 11, 27), weekday=True)),
    "a place in the queue": (PROMPTS.queue_position_before, readers.place(12)),
    "an emergency": (PROMPTS.emergency_connecting, readers.digits("120"), PROMPTS.stay_on),
    "a menu": words.menu_level(load_table().menu.nodes[0]),
}


@pytest.mark.parametrize("name", SENTENCES)
def test_a_sentence_with_slots_has_no_click_at_its_joins(edges, name):
    library = Library((COMMITTED,))
    clips = [library.locate(sound) for sound in flat((SENTENCES[name],))]
    steps = [abs(edges[after][0][0] - edges[before][1][-1]) for before, after in pairwise(clips)]
    assert len(clips) > 2
    assert max(steps) < STEP
