"""The spoken menu of the published table: one level at a time, from a category to a line."""

from __future__ import annotations

from agi_scripts import words
from agi_scripts.answers import WISHES, Said, of_node
from agi_scripts.choice import BACK, HUMAN, Question, choose_or_say
from agi_scripts.place import Station
from agi_scripts.visit import Visit
from agi_scripts.words_to_line import follow_words
from ivr.kernel.heard import Heard
from prompts.catalogue import PROMPTS
from routing.menu import Choice, Node, ToLine, ToNode, ToQuestion


async def walk_menu(visit: Visit) -> Station:
    """Ask at the level the caller stands at, and follow the key they choose or what they say."""
    node = _here(visit)
    greeted = visit.journey.been("menu.root") or bool(visit.place.turn)
    visit.journey.step(f"menu.{node.id}")
    keys = "".join(choice.key for choice in node.choices)
    question = _question(visit, node, greeted=greeted)
    key = await choose_or_say(visit, question, keys=keys + BACK, said=_said(node))
    if not isinstance(key, str):
        return await _follow_words(visit, key)
    visit.journey.keyed(node.id, key)
    if key == HUMAN:
        return Station.OPERATOR
    if key == BACK:
        del visit.place.path[-1:]
        return Station.MENU
    choice = node.choice_for(key)
    return _follow(visit, choice) if choice else Station.MENU


def _said(node: Node) -> Said:
    """The titles, and wishes of one word unless a title is just that."""
    titles = of_node(node)
    taken = {title for each in titles.values() for title in each}
    return {wish: said for wish, said in WISHES.items() if wish not in taken} | dict(titles)


async def _follow_words(visit: Visit, heard: Heard) -> Station:
    if visit.understanding is None:
        return Station.MENU
    return await follow_words(visit, heard, visit.understanding)


def _here(visit: Visit) -> Node:
    """The level the caller stands at; the first when the table no longer has that level."""
    menu, path = visit.table.menu, visit.place.path
    if path and not menu.has_node(path[-1]):
        path.clear()
    return menu.node(path[-1] if path else menu.root)


def _question(visit: Visit, node: Node, *, greeted: bool) -> Question:
    if visit.place.path:
        return Question(words.menu_level(node))
    by_keys = (PROMPTS.main_menu if greeted else PROMPTS.greeting_keys,)
    if not visit.hears:
        return Question(by_keys)
    spoken = (PROMPTS.main_menu_or_say if greeted else PROMPTS.greeting,)
    return Question(spoken, by_keys, again=(PROMPTS.main_menu,))


def _follow(visit: Visit, choice: Choice) -> Station:
    target = choice.target
    if isinstance(target, ToNode):
        visit.place.path.append(target.node)
        return Station.MENU
    if isinstance(target, ToLine):
        visit.journey.line = target.line
        return Station.OFFER
    if isinstance(target, ToQuestion):
        visit.place.question = target.question
        return Station.AREA
    return Station.PROGRESS
