"""The lexicon (词库): what callers want, the words they use for it, and what calls for help.

Everything here is data of the routing table: editors read and change it, and `routing.learn`
makes a router of it.
"""

from __future__ import annotations

from enum import Enum

from attrs import field, frozen

from routing.ids import MatterId
from routing.menu import Target

USUAL_WEIGHT = 3  # of a keyword: 1 is a hint, 5 all but decides
MAX_WEIGHT = 5


@frozen
class Matter:
    """What a caller wants (事项).

    Its target is a line; the area question where city and district share the matter and place
    decides; or the menu node that lists one line for each street.
    """

    id: MatterId
    title: str
    target: Target


@frozen
class Keyword:
    """A word that speaks for a matter, with others that mean the same to callers."""

    text: str
    matter: MatterId
    weight: int = USUAL_WEIGHT
    synonyms: tuple[str, ...] = ()

    @property
    def wordings(self) -> tuple[str, ...]:
        return (self.text, *self.synonyms)


@frozen
class Example:
    """A sentence and where it belongs: line codes or intents, best first.

    Intents are written as in a decision: ``EMERGENCY:119``, ``HUMAN``, ``PROGRESS``, ``UNCLEAR``.
    `area` is the name of the place the sentence speaks of, or ''.
    """

    text: str
    targets: tuple[str, ...]
    area: str = ""


@frozen
class Landmark:
    """A place everybody knows that is no division of its own; `area` is where it lies, by name."""

    name: str
    area: str


@frozen
class Danger:
    """A wording that calls for help at `number`.

    `parts` must all be heard in this order and near one another; of each part one alternative is
    enough. Any word of `unless` in the sentence takes the alarm back.
    """

    number: str
    parts: tuple[tuple[str, ...], ...] = field()
    unless: tuple[str, ...] = ()


@frozen
class Group:
    """Words that mean much the same for danger, however different writers put it (词群).

    What is learned of one of them holds for the others: 不省人事 for who has only met 叫不醒.
    """

    name: str
    words: tuple[str, ...]


class PhraseKind(Enum):
    """What a phrase does to a sentence, whatever its subject."""

    HUMAN = "human"  # asks for a person
    PROGRESS = "progress"  # asks how an earlier request stands
    FILLER = "filler"  # says nothing and is passed over
    DENIED = "denied"  # before a danger: there is none (没有着火)
    SUPPOSED = "supposed"  # a danger that is only thought of (万一着火)
    PAST = "past"  # a danger that is over (去年着火)


@frozen
class Phrase:
    """Words with one effect in every sentence."""

    kind: PhraseKind
    text: str


@frozen
class Lexicon:
    """All of it; a table without one routes by keys alone."""

    matters: tuple[Matter, ...] = ()
    keywords: tuple[Keyword, ...] = ()
    examples: tuple[Example, ...] = ()
    landmarks: tuple[Landmark, ...] = ()
    dangers: tuple[Danger, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    groups: tuple[Group, ...] = ()


NO_LEXICON = Lexicon()
