"""What Whisper writes that nobody said: its prompt, the ends of videos, one word over and over."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from opencc import OpenCC

from ivr.kernel.heard import Hypothesis
from ivr.speech.engines.whisper.model import Reading
from ivr.speech.sounds import syllables

_INVENTED: Final = Path(__file__).with_name("invented.toml")
_BETWEEN: Final = r"[\W_０-９]*"  # its own signs between and after what it repeats: 人工１人工１
_LOOP: Final = re.compile(rf"(\w{{1,12}}?)(?:{_BETWEEN}\1){{3,}}.{{0,12}}$")
# Short audio is often heard twice or three times.
_AGAIN: Final = re.compile(rf"^(.{{2,12}}?)(?:{_BETWEEN}\1)+{_BETWEEN}$")
_TAIL: Final = re.compile(r"(?<=[\u4e00-\u9fff])[，、：；（０-９Ａ-Ｚ]+$")  # cut off, or nobody's
_FOREIGN: Final = re.compile(r"[぀-ヿ가-힯]")
_SILENCE: Final = 0.6  # "no speech" from here on, unless the text is likely all the same
_UNLIKELY: Final = -1.0
_WORTHLESS: Final = -2.0  # mean log-probability of a token; below it, words are guesses
_STUMP: Final = 3  # times as many syllables in the others make a reading one that broke off
_ECHO: Final = 5  # characters of the prompt in a row that nobody says by chance


def cleaned(readings: Iterable[Reading], prompt: str) -> tuple[Hypothesis, ...]:
    """What may have been said, best first, each text once."""
    best: dict[str, float] = {}
    for text, score in _believable(readings, prompt):
        best[text] = max(score, best.get(text, score))
    ranked = sorted(best.items(), key=lambda one: -one[1])
    return tuple(Hypothesis(text, min(0.0, score)) for text, score in ranked)


def _believable(readings: Iterable[Reading], prompt: str) -> Iterator[tuple[str, float]]:
    for reading in readings:
        text = tidy(reading.text)
        nobody = reading.no_speech > _SILENCE and reading.score < _UNLIKELY
        if text and not nobody and reading.score > _WORTHLESS and not is_invented(text, prompt):
            yield text, reading.score


def unbroken(readings: Sequence[Hypothesis]) -> tuple[Hypothesis, ...]:
    """Without what breaks off after a syllable or two of a sentence.

    Such a reading has a better mean score than the sentence it misses, and fits any command as well
    as any other.
    """
    lengths = [len(syllables(one.text)) for one in readings]
    return tuple(
        one
        for one, length in zip(readings, lengths, strict=True)
        if not length or 2 * sum(other >= _STUMP * length for other in lengths) < len(lengths)
    )


def tidy(text: str) -> str:
    """Simplified, without blanks at the ends; what was written over and over is said once."""
    simple = _simplifier().convert(text).strip()
    return _TAIL.sub("", _AGAIN.sub(r"\1", _LOOP.sub(r"\1", simple)))


def is_invented(text: str, prompt: str) -> bool:
    """Whether nobody said this."""
    letters = "".join(sign for sign in text if sign.isalnum())
    foreign = len(_FOREIGN.findall(letters))
    return (
        not letters
        or 2 * foreign > len(letters)
        or any(phrase in letters for phrase in _phrases())
        or _repeats(letters, "".join(sign for sign in prompt if sign.isalnum()))
    )


def _repeats(letters: str, prompt: str) -> bool:
    """Whether most of it stands in the prompt."""
    starts = range(len(letters) - _ECHO + 1)
    echoed = [start for start in starts if letters[start : start + _ECHO] in prompt]
    return bool(echoed) and 2 * (echoed[-1] - echoed[0] + _ECHO) > len(letters)


@cache
def _phrases() -> tuple[str, ...]:
    return tuple(tomllib.loads(_INVENTED.read_text("utf-8"))["phrases"])


@cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")
