"""The spoken menu of the published table: one level at a time, from a category to a line."""

from __future__ import annotations

from agi_scripts import words
from agi_scripts.choice import BACK, HUMAN, choose
from agi_scripts.place import Station
from agi_scripts.visit import Visit
from ivr.kernel.sound import Spoken
from prompts.catalogue import PROMPTS
from routing.ids import LineCode
from routing.menu import AreaQuestion, Choice, Node, ToLine, ToNode, ToQuestion


async def walk_menu(visit: Visit) -> Station:
    """Ask at the level the caller stands at, and follow the key they choose."""
    node = _here(visit)
    greeted = visit.journey.been("menu.root") or bool(visit.place.turn)
    visit.journey.step(f"menu.{node.id}")
    keys = "".join(choice.key for choice in node.choices)
    key = await choose(visit.call, *_question(visit, node, greeted=greeted), keys=keys + BACK)
    visit.journey.keyed(node.id, key)
    if key == HUMAN:
        return Station.OPERATOR
    if key == BACK:
        del visit.place.path[-1:]
        return Station.MENU
    choice = node.choice_for(key)
    return await _follow(visit, choice) if choice else Station.MENU


def _here(visit: Visit) -> Node:
    """The level the caller stands at; the first when the table no longer has that level."""
    menu, path = visit.table.menu, visit.place.path
    if path and not menu.has_node(path[-1]):
        path.clear()
    return menu.node(path[-1] if path else menu.root)


def _question(visit: Visit, node: Node, *, greeted: bool) -> tuple[Spoken, ...]:
    if visit.place.path:
        return words.menu_level(node)
    return (PROMPTS.main_menu if greeted else PROMPTS.greeting_keys,)


async def _follow(visit: Visit, choice: Choice) -> Station:
    target = choice.target
    if isinstance(target, ToNode):
        visit.place.path.append(target.node)
        return Station.MENU
    if isinstance(target, ToLine):
        return _reached(visit, target.line)
    if isinstance(target, ToQuestion):
        return await _ask_area(visit, visit.table.menu.question(target.question))
    return Station.PROGRESS


async def _ask_area(visit: Visit, question: AreaQuestion) -> Station:
    """Place decides between the city's line and the district's."""
    visit.journey.step("area")
    keys = "".join(choice.key for choice in question.choices)
    key = await choose(visit.call, *words.area_question(question), keys=keys + BACK)
    visit.journey.keyed(question.id, key)
    if key == HUMAN:
        return Station.OPERATOR
    answer = question.choice_for(key)
    return _reached(visit, answer.line) if answer else Station.MENU


def _reached(visit: Visit, line: LineCode) -> Station:
    visit.journey.line = line
    return Station.OFFER
