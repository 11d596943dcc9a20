"""What words mean on a call: several readings, one decision."""

from __future__ import annotations

import pytest

from ivr.app.understanding import TableUnderstanding
from ivr.kernel.heard import Heard, Hypothesis


class Router:
    """Hears danger in 着火."""

    def danger(self, text):
        return "119" if "着火" in text else ""


def heard(*readings):
    return Heard(tuple(Hypothesis(text, score) for text, score in readings), 0.8)


@pytest.mark.parametrize(
    ("readings", "number"),
    [
        ((("着火了", -0.1),), "119"),
        ((("找货了", -0.1),), ""),
        ((("找货了", -0.1), ("着火了", -0.12)), ""),
        ((("着火了", -0.1), ("找货了", -0.4)), "119"),
        ((("找货了", -0.1), ("着火了", -0.12), ("着火啦", -0.12)), "119"),
        ((), ""),
    ],
)
def test_danger_takes_half_of_what_was_heard(readings, number):
    assert TableUnderstanding(Router()).danger(heard(*readings)) == number
