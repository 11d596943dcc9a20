"""A call to 114, from the first ring to the last word: a walk from station to station.

    MENU -----------> AREA -> OFFER -> CONNECT -> SURVEY -> GOODBYE
      |                ^        |         |          ^
      +-> CONFIRM -----+        +-> MESSAGE -> REVIEW -> TICKET -> GOODBYE
      +-> CANDIDATES --+        +---------> OPERATOR -+-> MESSAGE
      +-> PROGRESS                            ^
    0, or asking for a human, reaches OPERATOR from everywhere; danger, in any words, EMERGENCY.

The place is marked before each station, so a call whose process has died is resumed there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from agi_scripts.choice import Diverted
from agi_scripts.connect import connect, offer
from agi_scripts.emergency import to_emergency
from agi_scripts.menu import walk_menu
from agi_scripts.message import give_number, lost, review, take_message
from agi_scripts.operator import to_operator
from agi_scripts.place import Station
from agi_scripts.progress import tell_progress
from agi_scripts.survey import ask_satisfaction
from agi_scripts.visit import Visit
from agi_scripts.words_to_line import ask_area, choose_candidate, confirm
from ivr.telephony.call import CallerGone
from prompts.catalogue import PROMPTS, notice

NOTICES: Final = 2  # at most two before the greeting
TURNS: Final = 200  # a line off the hook does not walk our menus for ever


async def incoming(visit: Visit) -> None:
    """The whole call, or the rest of one. Ends by hanging up, or by `CallerGone`."""
    try:
        await _begin(visit)
        await _walk(visit)
        visit.journey.step("goodbye")
        await visit.call.tell(PROMPTS.goodbye)
        await visit.call.hangup()
    except CallerGone:
        await lost(visit)
        raise


async def _begin(visit: Visit) -> None:
    if visit.place.turn:
        visit.journey.step("resumed")
        return
    await visit.call.answer()
    visit.journey.step("answered")
    await visit.leave_will(None)
    for each in visit.table.notices_for(None, visit.clock.now())[:NOTICES]:
        await visit.call.say(notice(each.text))


async def _walk(visit: Visit) -> None:
    for _ in range(TURNS):
        if visit.place.station is Station.GOODBYE:
            return
        if visit.place.station is Station.OPERATOR and not visit.place.resuming:
            await visit.call.forget_queue()
        await visit.mark()
        try:
            visit.place.station = await STATIONS[visit.place.station](visit)
        except Diverted as elsewhere:
            visit.place.station = elsewhere.station
        visit.place.resuming = False


STATIONS: Final[dict[Station, Callable[[Visit], Awaitable[Station]]]] = {
    Station.MENU: walk_menu,
    Station.CONFIRM: confirm,
    Station.CANDIDATES: choose_candidate,
    Station.AREA: ask_area,
    Station.EMERGENCY: to_emergency,
    Station.OFFER: offer,
    Station.CONNECT: connect,
    Station.OPERATOR: to_operator,
    Station.MESSAGE: take_message,
    Station.REVIEW: review,
    Station.TICKET: give_number,
    Station.PROGRESS: tell_progress,
    Station.SURVEY: ask_satisfaction,
}
