"""The spoken menu of the published table: from a category to a line."""

from __future__ import annotations

from attrs import define, field, frozen

from agi_scripts import words
from agi_scripts.choice import BACK, HUMAN, choose
from agi_scripts.visit import Visit
from ivr.kernel.sound import Spoken
from prompts.catalogue import PROMPTS
from routing.ids import LineCode
from routing.menu import AreaQuestion, Menu, Node, Service, ToLine, ToNode, ToService


@frozen
class LineReached:
    """The caller walked to a line."""

    line: LineCode


@frozen
class ServiceReached:
    """The caller chose something of our own, such as asking for progress."""

    service: Service


@frozen
class HumanWanted:
    """The caller pressed 0, or was not understood twice."""


Reached = LineReached | ServiceReached | HumanWanted


@define
class MenuWalk:
    """Where one caller stands in the menu. Going back after an offer lands at the same level."""

    visit: Visit
    _path: list[Node] = field(factory=list)
    _greeted: bool = False

    async def onward(self) -> Reached:
        """Walk until something is reached; called again, goes on from the same level."""
        menu = self.visit.table.table.menu
        if not self._path:
            self._path.append(menu.node(menu.root))
        while True:
            reached = await self._level(menu)
            if reached is not None:
                return reached

    def restart(self) -> None:
        """To the first menu again."""
        del self._path[1:]

    async def _level(self, menu: Menu) -> Reached | None:
        node = self._path[-1]
        self.visit.journey.step(f"menu.{node.id}")
        keys = "".join(choice.key for choice in node.choices)
        key = await choose(self.visit.call, *self._question(node), keys=keys + BACK)
        self._greeted = True
        if key == HUMAN:
            return HumanWanted()
        if key == BACK:
            del self._path[max(1, len(self._path) - 1) :]
            return None
        return await self._follow(menu, node, key)

    def _question(self, node: Node) -> tuple[Spoken, ...]:
        if len(self._path) > 1:
            return words.menu_level(node)
        return (PROMPTS.main_menu if self._greeted else PROMPTS.greeting_keys,)

    async def _follow(self, menu: Menu, node: Node, key: str) -> Reached | None:
        choice = node.choice_for(key)
        target = choice.target if choice else None
        if isinstance(target, ToNode):
            self._path.append(menu.node(target.node))
            return None
        if isinstance(target, ToLine):
            return LineReached(target.line)
        if isinstance(target, ToService):
            return ServiceReached(target.service)
        return await self._ask_area(menu.question(target.question)) if target else None

    async def _ask_area(self, question: AreaQuestion) -> Reached | None:
        """Place decides between the city's line and the district's."""
        self.visit.journey.step("area")
        keys = "".join(choice.key for choice in question.choices)
        key = await choose(self.visit.call, *words.area_question(question), keys=keys + BACK)
        if key == HUMAN:
            return HumanWanted()
        answer = question.choice_for(key)
        return LineReached(answer.line) if answer else None
