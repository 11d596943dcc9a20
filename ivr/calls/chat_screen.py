"""What stands on the screen of a chat: paragraphs, who said them, and what can be chosen now.

Sentences are written for the ear. Here numbers become figures, "请按1" becomes something to
touch, and some sentences have other words (`chat.toml`).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from enum import Enum
from importlib.resources import files
from typing import Any, Final

from attrs import frozen

from ivr.kernel.sound import Sound

LONGEST_LABEL: Final = 30  # characters; what is longer is no title but a sentence
EMPTY: Final = "（没有写字）"
_ENDS: Final = ("。", "？", "！")
_KEY_NAMES: Final = {"star": "*", "hash": "#"}
_FIGURES: Final = {"digit": "{}", "month": "{}月", "day": "{}日"}  # sounds that are numbers


class Who(Enum):
    """Who wrote a paragraph."""

    HOTLINE = "hotline"
    VISITOR = "visitor"
    ALARM = "alarm"  # ours, and a life may hang on it


@frozen
class Paragraph:
    """Plain text: whoever shows it escapes it."""

    who: Who
    text: str


@frozen
class Option:
    """Something to touch instead of writing: the key it stands for, and its words."""

    key: str
    label: str


def _read() -> dict[str, dict[str, Any]]:
    return tomllib.loads((files("ivr.calls") / "chat.toml").read_text("utf-8"))


_WORDS: Final = _read()
TEXTS: Final[Mapping[str, str]] = _WORDS["texts"]
OPTIONS: Final[Mapping[str, Mapping[str, str]]] = _WORDS["options"]
OWN: Final[Mapping[str, str]] = _WORDS["own"]


def shown(sound: Sound) -> str:
    """The clip as it is read."""
    kind, _, value = sound.id.partition(".")
    if kind in _FIGURES and value.isdecimal():
        return _FIGURES[kind].format(value)
    return " " if sound.id == "pause" else TEXTS.get(sound.id, sound.text)


class Screen:
    """Grows as the flow speaks; only the latest question's options can be touched."""

    def __init__(self) -> None:
        self._paragraphs: list[Paragraph] = []
        self._options: dict[str, Option] = {}
        self._open = ""

    @property
    def paragraphs(self) -> tuple[Paragraph, ...]:
        return tuple(self._paragraphs)

    @property
    def options(self) -> tuple[Option, ...]:
        return tuple(self._options.values())

    def speak(self, sound: Sound) -> None:
        """One clip; a sentence that ends begins a new paragraph."""
        kind, _, key = sound.id.partition(".")
        if kind == "press":
            self._offer(_KEY_NAMES.get(key, key))
            return
        for key, label in OPTIONS.get(sound.id, {}).items():
            self._options[key] = Option(key, label)
        self._open += shown(sound)
        if self._open.endswith(_ENDS):
            self.end_paragraph()

    def end_paragraph(self) -> None:
        text, self._open = self._open.strip(), ""
        if text:
            self._paragraphs.append(Paragraph(Who.HOTLINE, text))

    def write(self, text: str, who: Who = Who.HOTLINE) -> None:
        """A paragraph of its own."""
        self.end_paragraph()
        self._paragraphs.append(Paragraph(who, text))

    def answered(self, text: str) -> None:
        """The visitor's line; what could be chosen before can not be any more."""
        self._options.clear()
        self.write(text or EMPTY, Who.VISITOR)

    def offer_again(self, options: Iterable[Option]) -> None:
        """The question stands: what was written was no answer to it."""
        self._options = {each.key: each for each in options}

    def close(self, words: str) -> None:
        """The last paragraph: nothing can be chosen after it."""
        self._options.clear()
        self.write(words)

    def key_of(self, label: str) -> str:
        """The key of what is offered by this label, or ''."""
        return next((each.key for each in self._options.values() if each.label == label), "")

    def label_of(self, key: str) -> str:
        """What the visitor sees of an option, or the key itself."""
        return self._options[key].label if key in self._options else key

    def _offer(self, key: str) -> None:
        """The words before "请按" are the label of a choice, not a paragraph."""
        label, self._open = self._open.strip("，。 ")[:LONGEST_LABEL], ""
        if label:
            self._options[key] = Option(key, label)
