"""A call to 114, from the first ring to the last word."""

from __future__ import annotations

from typing import Final

from prompts.catalogue import PROMPTS, notice

from agi_scripts.connect import offer
from agi_scripts.menu import HumanWanted, LineReached, MenuWalk, Reached
from agi_scripts.message import leave_message
from agi_scripts.operator import to_operator
from agi_scripts.progress import tell_progress
from agi_scripts.visit import After, Visit

NOTICES: Final = 2  # at most two before the greeting
TURNS: Final = 100  # a line off the hook does not walk our menus for ever


async def incoming(visit: Visit) -> None:
    """The whole call. Ends by hanging up, or by `CallerGone`."""
    await visit.call.answer()
    visit.journey.step("answered")
    await _tell_notices(visit)
    walk = MenuWalk(visit)
    after = await _from_menu(visit, walk)
    for _ in range(TURNS):
        if after is After.GOODBYE:
            break
        after = await _turn(visit, walk, after)
    visit.journey.step("goodbye")
    await visit.call.tell(PROMPTS.goodbye)
    await visit.call.hangup()


async def _tell_notices(visit: Visit) -> None:
    current = visit.table.table.notices_for(None, visit.clock.now())
    for each in current[:NOTICES]:
        await visit.call.say(notice(each.text))


async def _turn(visit: Visit, walk: MenuWalk, after: After) -> After:
    if after is After.HUMAN:
        return await to_operator(visit)
    if after is After.MESSAGE:
        return await leave_message(visit)
    if after is After.MENU:
        walk.restart()
    return await _from_menu(visit, walk)


async def _from_menu(visit: Visit, walk: MenuWalk) -> After:
    reached: Reached = await walk.onward()
    if isinstance(reached, HumanWanted):
        return After.HUMAN
    if isinstance(reached, LineReached):
        return await offer(visit, reached.line)
    return await tell_progress(visit)
