"""What a question makes likely, and what was heard: the values, which flows and calls hold too."""

from ivr.kernel.heard import (
    LONGEST,
    MAX_CHOICES,
    MAX_HOT_WORDS,
    NOTHING,
    OPEN,
    SURE,
    Choice,
    Heard,
    Hints,
    Hypothesis,
)

__all__ = [
    "LONGEST",
    "MAX_CHOICES",
    "MAX_HOT_WORDS",
    "NOTHING",
    "OPEN",
    "SURE",
    "Choice",
    "Heard",
    "Hints",
    "Hypothesis",
]
