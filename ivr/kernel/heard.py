"""What a question makes likely, and what was heard in answer to it."""

from __future__ import annotations

from math import exp
from typing import Final

from attrs import field, frozen

from ivr.kernel.units import Seconds, seconds

LONGEST: Final = seconds(20)  # of one utterance; nobody says what they want in more at a stretch
MAX_CHOICES: Final = 128  # wordings are weighed one by one, which takes time
MAX_HOT_WORDS: Final = 200
SURE: Final = 0.6  # confidence from which an answer may be taken without asking back


@frozen
class Choice:
    """One answer: `key` is what the flow gets, `wordings` how people say it."""

    key: str
    wordings: tuple[str, ...] = field()

    @wordings.validator
    def _said_somehow(self, _: object, wordings: tuple[str, ...]) -> None:
        if not wordings or not all(wordings):
            raise ValueError(f"the answer {self.key!r} must have words")


@frozen
class Hints:
    """What the question just asked makes likely.

    With `choices` the answer is weighed against their wordings first. Unless `only`, the caller
    may say something else altogether ("不是，是暖气的事"): then no choice is taken and the
    hypotheses say what was heard. `hot_words` are names of the table worth recognising.
    `longest` ends an utterance that goes on.
    """

    choices: tuple[Choice, ...] = ()
    only: bool = False
    hot_words: tuple[str, ...] = ()
    longest: Seconds = LONGEST

    def __attrs_post_init__(self) -> None:
        if self.only and not self.choices:
            raise ValueError("a closed question needs choices")
        if sum(len(choice.wordings) for choice in self.choices) > MAX_CHOICES:
            raise ValueError(f"more than {MAX_CHOICES} wordings: ask an open question")
        if len(self.hot_words) > MAX_HOT_WORDS:
            raise ValueError(f"more than {MAX_HOT_WORDS} hot words")


OPEN: Final = Hints()
"""An open question: anything may be said."""


@frozen
class Hypothesis:
    """One reading of the audio; `score` is its mean log-probability a token, at most 0."""

    text: str
    score: float


@frozen
class Heard:
    """What was understood, the best reading first.

    `choice` is the key of the answer taken, '' when there was none. `confidence`, 0..1, is of the
    choice where one was taken, else of the first reading. Without hypotheses nothing was said
    that could be understood: noise, a breath, or what a recogniser is known to invent.
    """

    hypotheses: tuple[Hypothesis, ...] = ()
    confidence: float = 0.0
    choice: str = ""

    @property
    def text(self) -> str:
        """The best reading, or ''."""
        return self.hypotheses[0].text if self.hypotheses else ""

    @property
    def is_nothing(self) -> bool:
        return not self.hypotheses and not self.choice

    def weights(self, sharpness: float = 2.0) -> tuple[float, ...]:
        """How much each hypothesis counts, together 1: a softmax of the scores."""
        if not self.hypotheses:
            return ()
        best = max(one.score for one in self.hypotheses)
        raw = [exp(sharpness * (one.score - best)) for one in self.hypotheses]
        return tuple(each / sum(raw) for each in raw)


NOTHING: Final = Heard()
