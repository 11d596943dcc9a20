"""Short answers that are named by whoever asks: each word is a choice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ivr.kernel.heard import Choice, Hints
from ivr.speech.answers import digits

_SPOKEN: Final = {choice.key: choice.wordings for choice in digits()}


def expected(words: Iterable[str]) -> Hints:
    """One of these words will be said; figures are said as digits. Raises `ValueError`."""
    said = tuple(dict.fromkeys(word.strip() for word in words if word.strip()))
    return Hints(tuple(Choice(word, _wordings(word)) for word in said), only=True)


def _wordings(word: str) -> tuple[str, ...]:
    if word in _SPOKEN:
        return _SPOKEN[word]
    if word.isdigit() and word.isascii():
        return ("".join(_SPOKEN[figure][0] for figure in word),)
    return (word,)
