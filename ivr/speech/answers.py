"""The short answers that questions of the dialogue make likely, each with its key."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from ivr.speech.heard import Choice, Hints

YES: Final = "yes"
NO: Final = "no"
HUMAN: Final = "human"
REPEAT: Final = "repeat"
BACK: Final = "back"
HANG_UP: Final = "hangup"
_WORDS: Final = Path(__file__).with_name("answers.toml")


def yes_no() -> tuple[Choice, ...]:
    """是 and 不是, in the ways people say them."""
    return _choices("confirm")


def digits() -> tuple[Choice, ...]:
    """0 to 9 with 幺, 两 and 洞; keys are the digits themselves."""
    return _choices("digits")


def commands() -> tuple[Choice, ...]:
    """What works everywhere: a human, again, back, hang up."""
    return _choices("commands")


def numbered(titles: Mapping[str, str]) -> tuple[Choice, ...]:
    """A menu made on the spot, by key: each is chosen by its title, its number or 第几个."""
    said = {choice.key: choice.wordings for choice in digits()}
    return tuple(
        Choice(key, (title, *said.get(key, ())[:2], *_ordinal(said.get(key, ()))))
        for key, title in titles.items()
    )


def closed(*choices: tuple[Choice, ...]) -> Hints:
    """One of these is said, or one of the commands, or nothing that counts."""
    return Hints(tuple(one for group in (*choices, commands()) for one in group), only=True)


def expecting(*choices: tuple[Choice, ...], hot_words: tuple[str, ...] = ()) -> Hints:
    """One of these is likely; anything else may be said as well."""
    likely = tuple(one for group in (*choices, commands()) for one in group)
    return Hints(likely, hot_words=hot_words)


def _ordinal(wordings: tuple[str, ...]) -> tuple[str, ...]:
    return (f"第{wordings[0]}个",) if wordings else ()


@cache
def _choices(group: str) -> tuple[Choice, ...]:
    words = tomllib.loads(_WORDS.read_text("utf-8"))[group]
    return tuple(Choice(key, tuple(wordings)) for key, wordings in words.items())
