"""How well a router decides sentences whose targets are known, with honest intervals."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from math import sqrt
from pathlib import Path
from typing import Final

from attrs import frozen

from routing.csv_files import parse_csv
from routing.decision import Decision
from routing.forms import EXAMPLES
from routing.lexicon import Example
from routing.load_lexicon import example
from routing.outcomes import EMERGENCY, ROUTE, intent_of

_Z: Final = 1.96  # of the normal distribution, for 95 %
_FIRST_FEW: Final = 3

Decide = Callable[[str, str], Decision]


@frozen
class Share:
    """So many of so many, with the interval in which the true share lies (Wilson, 95 %)."""

    right: int
    of: int

    @property
    def value(self) -> float:
        return self.right / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        if not self.of:
            return 0.0, 1.0
        spread = _Z * sqrt(self.value * (1 - self.value) / self.of + _Z**2 / (4 * self.of**2))
        middle, size = self.value + _Z**2 / (2 * self.of), 1 + _Z**2 / self.of
        return max(0.0, (middle - spread) / size), min(1.0, (middle + spread) / size)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:.1%}（{self.right}/{self.of}，95%区间{low:.1%}–{high:.1%}）"


@frozen
class Answer:
    """A sentence, its accepted targets, and what was decided."""

    example: Example
    decision: Decision

    @property
    def best(self) -> str:
        """What the decision would be in a list of targets."""
        line = self.decision.line
        return line or self.decision.label

    @property
    def is_right(self) -> bool:
        return self.best in self.example.targets

    @property
    def is_near(self) -> bool:
        """Whether one of the first three lines is right."""
        lines = [candidate.line for candidate in self.decision.candidates[:_FIRST_FEW]]
        return any(line in self.example.targets for line in lines)

    @property
    def wanted(self) -> str:
        return self.example.targets[0]

    @property
    def may_alarm(self) -> bool:
        return any(target.startswith(EMERGENCY) for target in self.example.targets)


@frozen
class Report:
    """Shares by what they say, in the order they are printed."""

    shares: tuple[tuple[str, Share], ...]
    curve: tuple[tuple[float, Share, Share], ...]  # threshold, decided, right of these
    lines: tuple[tuple[str, Share], ...]
    confusions: tuple[tuple[str, str, int], ...]


def load_answers(path: Path) -> tuple[Example, ...]:
    """Sentences from text,target,area or text,hotline,area; raises `BadRow`."""
    data = path.read_bytes()
    head, line, rest = data.partition(b"\n")
    renamed = head.replace(b"hotline", b"target") + line + rest
    return tuple(example(row) for row in parse_csv(renamed, path.name, EXAMPLES).readable())


def evaluate(examples: Iterable[Example], decide: Decide) -> Report:
    """Decide every sentence and count."""
    answers = [Answer(each, decide(each.text, each.area)) for each in examples]
    return Report(
        tuple(_shares(answers)), tuple(_curve(answers)), _by_line(answers), _confusions(answers)
    )


def _share(answers: Sequence[Answer], right: Callable[[Answer], bool]) -> Share:
    return Share(sum(map(right, answers)), len(answers))


def _shares(answers: Sequence[Answer]) -> Iterator[tuple[str, Share]]:
    groups: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        groups[intent_of(answer.wanted)].append(answer)
    requests = groups.pop(ROUTE, [])
    yield "诉求：首选正确", _share(requests, lambda each: each.is_right)
    yield "诉求：前三有正确的", _share(requests, lambda each: each.is_near)
    for known in (True, False):
        part = [each for each in requests if bool(each.decision.areas) is known]
        yield (
            f"诉求（{'说了' if known else '没说'}地点）：首选正确",
            _share(part, lambda e: e.is_right),
        )
    dangers = groups.pop(EMERGENCY, [])
    yield "紧急：识别", _share(dangers, lambda each: each.decision.is_emergency)
    yield "紧急：号码正确", _share(dangers, lambda each: each.is_right)
    calm = [each for each in answers if not each.may_alarm]
    yield "误报紧急", _share(calm, lambda each: each.decision.is_emergency)
    for intent, of in sorted(groups.items()):
        yield intent, _share(of, lambda each: each.is_right)


def _curve(answers: Sequence[Answer]) -> Iterator[tuple[float, Share, Share]]:
    """How many are decided from a confidence on, and how many of them rightly."""
    requests = [each for each in answers if intent_of(each.wanted) == ROUTE]
    for threshold in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95):
        decided = [each for each in requests if each.decision.confidence >= threshold]
        yield threshold, Share(len(decided), len(requests)), _share(decided, lambda e: e.is_right)


def _by_line(answers: Sequence[Answer]) -> tuple[tuple[str, Share], ...]:
    """Worst first."""
    groups: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        groups[answer.wanted].append(answer)
    shares = ((line, _share(of, lambda each: each.is_right)) for line, of in groups.items())
    return tuple(sorted(shares, key=lambda entry: (entry[1].value, -entry[1].of, entry[0])))


def _confusions(answers: Sequence[Answer]) -> tuple[tuple[str, str, int], ...]:
    """Wanted, decided, how often; most often first."""
    pairs = Counter((each.wanted, each.best) for each in answers if not each.is_right)
    ordered = sorted(pairs.items(), key=lambda entry: (-entry[1], entry[0]))
    return tuple((wanted, best, count) for (wanted, best), count in ordered)
