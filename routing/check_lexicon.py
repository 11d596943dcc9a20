"""Rules for the lexicon: what words lead to exists, and no two matters live on the same words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from routing.check_directory import twice
from routing.check_menu import missing_code
from routing.ids import LineCode, MatterId, NodeId
from routing.lexicon import Keyword
from routing.menu import Menu, Target, ToLine, ToNode, ToQuestion, ToService
from routing.problem import Problem, problem
from routing.table import RoutingTable

EMERGENCY = "EMERGENCY:"
INTENTS = ("HUMAN", "PROGRESS", "UNCLEAR")


def matters_lead_somewhere(table: RoutingTable) -> Iterator[Problem]:
    for code in twice(matter.id for matter in table.lexicon.matters):
        yield problem("code-twice", code, kind="事项")
    for matter in table.lexicon.matters:
        missing = missing_code(table, matter.target)
        if missing:
            yield problem("matter-target-missing", matter.id, title=matter.title, target=missing)


def keywords_have_matters(table: RoutingTable) -> Iterator[Problem]:
    known = {matter.id for matter in table.lexicon.matters}
    for keyword in table.lexicon.keywords:
        if keyword.matter not in known:
            yield problem("keyword-matter-missing", keyword.text, matter=keyword.matter)


def examples_have_targets(table: RoutingTable) -> Iterator[Problem]:
    numbers = {emergency.number for emergency in table.directory.emergency}
    for example in table.lexicon.examples:
        for target in example.targets:
            if not _is_known(table, target, numbers):
                yield problem("example-target-missing", example.text, target=target)


def dangers_have_numbers(table: RoutingTable) -> Iterator[Problem]:
    numbers = {emergency.number for emergency in table.directory.emergency}
    for danger in table.lexicon.dangers:
        if danger.number not in numbers:
            words = " ".join("|".join(part) for part in danger.parts)
            yield problem("danger-number-missing", words, number=danger.number)


def wordings_belong_to_one_matter(table: RoutingTable) -> Iterator[Problem]:
    titles = {matter.id: matter.title for matter in table.lexicon.matters}
    for wording, keywords in _by_wording(table.lexicon.keywords).items():
        if len(keywords) > 1:
            yield problem("keyword-stolen", wording, matters=_titles(keywords, titles))


def sounds_belong_to_one_matter(table: RoutingTable) -> Iterator[Problem]:
    """Wordings that a recogniser can not tell apart, of different matters."""
    by_wording = _by_wording(table.lexicon.keywords)
    titles = {matter.id: matter.title for matter in table.lexicon.matters}
    for alike in _alike(by_wording):
        matters = {matter for wording in alike for matter in by_wording[wording]}
        if len(matters) > 1:
            words = "、".join(f"“{wording}”" for wording in alike)
            yield problem("keyword-sounds-alike", words, matters=_titles(matters, titles))


def matters_have_lines(table: RoutingTable) -> Iterator[Problem]:
    for matter in table.lexicon.matters:
        served = isinstance(matter.target, ToService) or lines_of(table.menu, matter.target)
        if not served:
            yield problem("matter-without-line", matter.id, title=matter.title)


def matters_have_words(table: RoutingTable) -> Iterator[Problem]:
    spoken = {keyword.matter for keyword in table.lexicon.keywords}
    taught = {target for example in table.lexicon.examples for target in example.targets}
    for matter in table.lexicon.matters:
        if matter.id not in spoken and taught.isdisjoint(lines_of(table.menu, matter.target)):
            yield problem("matter-without-words", matter.id, title=matter.title)


def lines_can_be_asked_for(table: RoutingTable) -> Iterator[Problem]:
    reached = {
        line for matter in table.lexicon.matters for line in lines_of(table.menu, matter.target)
    }
    taught = {target for example in table.lexicon.examples for target in example.targets}
    for line in table.directory.lines:
        if line.code not in reached | taught:
            yield problem("line-unsaid", line.code, title=line.title)


def examples_agree(table: RoutingTable) -> Iterator[Problem]:
    targets = defaultdict(set)
    for example in table.lexicon.examples:
        targets[example.text, example.area].add(example.targets[:1])
    for (text, _), found in targets.items():
        if len(found) > 1:
            listed = "、".join(sorted(first for (first,) in found))
            yield problem("example-contradicts", text, targets=listed)


def lines_of(menu: Menu, target: Target) -> frozenset[LineCode]:
    """Every line a target may come to; a ring of menus ends where it began."""
    found: set[LineCode] = set()
    waiting, seen = [target], set[NodeId]()
    while waiting:
        match waiting.pop():
            case ToLine(line):
                found.add(line)
            case ToQuestion(question) if menu.has_question(question):
                found.update(choice.line for choice in menu.question(question).choices)
            case ToNode(node) if menu.has_node(node) and node not in seen:
                seen.add(node)
                waiting.extend(choice.target for choice in menu.node(node).choices)
            case _:
                continue
    return frozenset(found)


def _is_known(table: RoutingTable, target: str, numbers: set[str]) -> bool:
    if target.startswith(EMERGENCY):
        return target.removeprefix(EMERGENCY) in numbers
    return target in INTENTS or table.directory.has_line(LineCode(target))


def _by_wording(keywords: Iterable[Keyword]) -> dict[str, set[MatterId]]:
    found: dict[str, set[MatterId]] = defaultdict(set)
    for keyword in keywords:
        for wording in keyword.wordings:
            found[wording].add(keyword.matter)
    return found


def _alike(wordings: Iterable[str]) -> Iterator[list[str]]:
    # Making sounds takes pypinyin, which only checking and compiling have at hand.
    from routing.reading import sound_table  # noqa: PLC0415

    listed = sorted(wordings)
    sounds = sound_table(listed)
    groups: dict[str, list[str]] = defaultdict(list)
    for wording in listed:
        groups[sounds.of(wording)].append(wording)
    return (group for group in groups.values() if len(group) > 1)


def _titles(matters: Iterable[MatterId], titles: dict[MatterId, str]) -> str:
    return "、".join(f"“{titles.get(matter, matter)}”" for matter in sorted(matters))


LEXICON_RULES = (
    matters_lead_somewhere,
    keywords_have_matters,
    examples_have_targets,
    dangers_have_numbers,
)
LEXICON_DOUBTS = (
    wordings_belong_to_one_matter,
    sounds_belong_to_one_matter,
    matters_have_lines,
    matters_have_words,
    lines_can_be_asked_for,
    examples_agree,
)
