"""What a caller may say where a question offers keys."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Final

from ivr.kernel.heard import Choice, Hints
from ivr.speech import answers
from routing.menu import AreaQuestion, Node

YES: Final = "1"
NO: Final = "2"
NONE: Final = "*"

Said = Mapping[str, tuple[str, ...]]
"""What is said, by the key that it stands for; a wish of one word stands for itself."""

NOTHING_SAID: Final[Said] = {}


def _read() -> dict[str, Said]:
    words = tomllib.loads((files("agi_scripts") / "answers.toml").read_text("utf-8"))
    return {name: {key: tuple(said) for key, said in of.items()} for name, of in words.items()}


_WORDS: Final = _read()
OFFERED: Final = _WORDS["offered"]
CANDIDATES: Final = _WORDS["candidates"]
BUSY: Final = _WORDS["busy"]
REVIEW: Final = _WORDS["review"]
SURVEY: Final = _WORDS["survey"]
LEFT_OUT: Final = _WORDS["areas"]["left_out"]
WISHES: Final[Said] = {wish: (wish,) for wish in _WORDS["menu"]["wishes"]}
CONFIRM: Final[Said] = {
    key: choice.wordings for key, choice in zip((YES, NO), answers.yes_no(), strict=True)
}


def hints(keys: str, said: Said, places: tuple[str, ...] = ()) -> Hints:
    """What is likely: each key by its words and its number, wishes, the commands, places."""
    numbers = {choice.key: choice.wordings for choice in answers.digits()}
    answering = (*keys, *filter(is_wish, said))
    choices = (Choice(key, words) for key in answering if (words := _wordings(key, said, numbers)))
    return answers.expecting(tuple(choices), hot_words=places)


def is_wish(key: str) -> bool:
    """Whether it is no key of a telephone but what the caller wants."""
    return len(key) > 1 or not key.isascii()


def of_node(node: Node) -> Said:
    """A level of the menu: each choice by its title."""
    return {choice.key: (choice.title,) for choice in node.choices}


def of_areas(question: AreaQuestion) -> Said:
    """The district by its name, with and without the word for district."""
    return {choice.key: tuple(_named(choice.title)) for choice in question.choices}


def of_titles(titles: Iterable[tuple[str, str]]) -> Said:
    """Candidates by their titles, and none of them."""
    return {key: (title,) for key, title in titles} | dict(CANDIDATES)


def _wordings(key: str, said: Said, numbers: Said) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*said.get(key, ()), *numbers.get(key, ()))))


def _named(title: str) -> Iterable[str]:
    yield title
    for ending in LEFT_OUT:
        if title.endswith(ending) and len(title) > len(ending) + 1:
            yield title.removesuffix(ending)
