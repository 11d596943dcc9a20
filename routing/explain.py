"""Why a sentence was decided as it was, for the operator and the editor who read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
from attrs import frozen

from routing.decision import Evidence
from routing.directory import Directory
from routing.features import Grams, Values
from routing.hearing import Heard
from routing.lexicon import Example, Group
from routing.model import Active
from routing.wordings import Found, How

SHOWN: Final = 6  # pieces of evidence; more are not read
ENOUGH: Final = 2  # pieces that rest on words of the table; what is learned need not be told
_LEARNED: Final = 2  # of them from learned wordings
_FAINT: Final = 0.2  # of the strongest sign's share, what a sign needs to be shown with it


@frozen
class Matters:
    """Titles of matters, and which of them lead to a label."""

    titles: Mapping[str, str]
    of_label: Mapping[str, frozenset[str]]


@frozen
class _Told:
    matched: str
    how: How
    weight: float
    rule: str


def explain(heard: Heard, directory: Directory, matters: Matters, label: str) -> list[Evidence]:
    """The keywords and the place behind a line, strongest first."""
    wanted = matters.of_label.get(label, frozenset())
    words = [found for found in heard.keywords if found.meaning.matter in wanted]
    shown = [_keyword(heard, found, matters.titles) for found in _outermost(words)]
    return [*shown, *(_place(heard, found, directory) for found in heard.place.found)]


def alarms(heard: Heard) -> list[Evidence]:
    """The wordings of the emergency lexicon that were not taken back."""
    shown: list[Evidence] = []
    for alarm in heard.alarms:
        if not alarm.lifted:
            words = "…".join(part.wording for part in alarm.parts)
            rule = f"“{words}”是紧急用语，应立即接通{alarm.number}"
            first = alarm.parts[0]
            shown.append(_evidence(heard, alarm.span, _Told(words, first.how, 5.0, rule)))
    return shown[:_LEARNED]


def example(heard: Heard, known: Example) -> Evidence:
    """The sentence itself stands in the table."""
    span = (0, len(heard.text.signs))
    return _evidence(heard, span, _Told(known.text, How.EXAMPLE, 9.0, "目录里有这句话"))


def phrases(heard: Heard) -> list[Evidence]:
    """The wordings that ask for a person or for progress."""
    shown = []
    for found in _outermost(heard.phrases):
        rule = f"“{found.wording}”是要人工或查进度的说法"
        shown.append(_evidence(heard, found[:2], _Told(found.wording, found.how, 3.0, rule)))
    return shown


def grouped(
    heard: Heard, found: Iterable[Found], groups: Sequence[Group], shares: Values
) -> list[Evidence]:
    """Words of the groups that speak for a label; `shares` as from the model, groups last."""
    of = dict(zip(heard.groups, shares[len(shares) - len(heard.groups) :].tolist(), strict=True))
    words = _outermost(each for each in found if of.get(each.meaning.group, 0.0) > 0.0)
    shown = []
    for each in sorted(words, key=lambda one: -of[one.meaning.group])[:_LEARNED]:
        number = each.meaning.group
        rule = f"“{each.wording}”属于词群“{groups[number].name}”，例句中常这样说"
        told = _Told(each.wording, each.how, of[number], rule)
        shown.append(_evidence(heard, each[:2], told))
    return shown


def learned(heard: Heard, grams: Grams, active: Active, shares: Values) -> list[Evidence]:
    """The stretches that examples have taught to speak for a label; `shares` as from the model."""
    size = len(heard.signs)
    if not size or not len(active.numbers):
        return []
    written, spoken = _by_sign(size, grams, active, shares)
    total = written + spoken
    shown = []
    for start, end in _stretches(total):
        how = How.EXAMPLE if written[start:end].sum() >= spoken[start:end].sum() else How.SOUND
        span = heard.kept[start], heard.kept[end - 1] + 1
        said = heard.text.signs[slice(*span)]
        rule = f"例句中常有{'读音像' if how is How.SOUND else ''}“{said}”的说法"
        shown.append(_evidence(heard, span, _Told(said, how, float(total[start:end].sum()), rule)))
    return sorted(shown, key=lambda each: -each.weight)[:_LEARNED]


def _by_sign(size: int, grams: Grams, active: Active, shares: Values) -> tuple[Values, Values]:
    """What each sign adds by being written so, and by sounding so.

    An n-gram adds as much to each of its signs: a step up where it starts and one down behind it.
    """
    starts, sizes, sounds = grams.where(active.numbers)
    room = size + 4  # n-grams at the seam of signs and sound reach beyond the last sign
    each = shares[: len(starts)] / sizes
    starts = starts + room * sounds
    up, down = np.bincount(starts, each, 2 * room), np.bincount(starts + sizes, each, 2 * room)
    both = np.cumsum(up[: 2 * room] - down[: 2 * room])
    return both[:size], both[room : room + size]


def _stretches(total: Values) -> list[tuple[int, int]]:
    """Runs of signs that all add something worth showing."""
    added = total.tolist()
    floor = max(_FAINT * max(added), 1e-6)
    runs: list[tuple[int, int]] = []
    start = -1
    for at, share in enumerate([*added, 0.0]):
        if share > floor and start < 0:
            start = at
        elif share <= floor and start >= 0:
            runs.append((start, at))
            start = -1
    return runs


def _outermost(found: Iterable[Found]) -> list[Found]:
    """Each stretch once, the longest wording of it."""
    kept: list[Found] = []
    for each in sorted(found, key=lambda one: (one.start - one.end, one.how is How.SOUND)):
        if all(each.end <= other.start or other.end <= each.start for other in kept):
            kept.append(each)
    return kept


def _keyword(heard: Heard, found: Found, titles: Mapping[str, str]) -> Evidence:
    keyword = found.meaning
    title = titles.get(keyword.matter, keyword.matter)
    heard_as = "听起来像" if found.how is How.SOUND else "是"
    rule = f"{heard_as}“{title}”的关键词“{found.wording}”"
    return _evidence(heard, found[:2], _Told(found.wording, found.how, float(keyword.weight), rule))


def _place(heard: Heard, found: Found, directory: Directory) -> Evidence:
    names = "或".join(
        "".join(area.name for area in directory.area_path(code)[1:]) or directory.area(code).name
        for code in found.meaning
    )
    return _evidence(heard, found[:2], _Told(found.wording, How.PLACE, 1.0, f"地点是{names}"))


def _evidence(heard: Heard, span: Sequence[int], told: _Told) -> Evidence:
    start, end = heard.text.span(span[0], span[1])
    said = heard.text.original[start:end]
    return Evidence(start, end, said, told.matched, told.how, round(told.weight, 2), told.rule)
