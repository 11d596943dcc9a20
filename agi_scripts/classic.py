"""114 without the service: a classic AGI script that Asterisk starts when nobody else answers.

It plays the same flow over pyst2 with the last published table. What needs the service is left
on disk, in the spool: messages wait there, without a number unless a node had reserved one, and
call records wait to be counted.
A composition root of its own, hence its import of the spool.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

from asterisk.agi import AGI
from attrs import evolve, frozen

from agi_scripts.incoming import incoming
from agi_scripts.place import place_of
from agi_scripts.standby import FILE as STANDBY_FILE
from agi_scripts.standby import Standby, read
from agi_scripts.visit import Visit
from ivr.calls.journey import Journey
from ivr.calls.record import GONE
from ivr.kernel.clock import Clock, SystemClock
from ivr.kernel.errors import HotlineError, StoreAway
from ivr.kernel.ids import PhoneNumber, TicketNumber
from ivr.storage.packing import pack, unpack
from ivr.storage.spool import SpoolFolder, SpoolItem
from ivr.storage.spooling import RECORD, REQUEST, TICKET, ClosedCall
from ivr.storage.wills import WillFolder
from ivr.telephony.agi_call import LAST_WORD
from ivr.telephony.call import CallerGone
from ivr.telephony.classic_call import ClassicCall, run_now
from ivr.tickets.deadline import Deadlines
from ivr.tickets.model import Channel, MessageKept, NewTicket, Ticket
from ivr.tickets.nature import nature_by_title
from prompts.sound_library import Library
from routing.errors import RoutingError
from routing.table import Snapshot, from_json

STARTING = "GROUP(starting)"  # the dialplan lets few of us start at a time: we have


@frozen
class SpooledTickets:
    """`agi_scripts.visit.Tickets` on the switch: everything is kept.

    A number can be told when a node had reserved one for this caller before it died.
    """

    spool: SpoolFolder
    deadlines: Deadlines
    clock: Clock

    async def open(self, new: NewTicket) -> Ticket:
        kept = evolve(new, channel=Channel.FALLBACK)
        if kept.number is None:
            self._put(REQUEST, kept, kept)
            raise MessageKept(kept.key)
        due = self.deadlines.due_for(kept.line, kept.happened)
        ticket = kept.numbered(kept.number, opened=self.clock.now(), due=due)
        return unpack(self._put(TICKET, kept, ticket).payload, Ticket)

    def _put(self, kind: str, new: NewTicket, value: NewTicket | Ticket) -> SpoolItem:
        try:
            return self.spool.put(kind, new.key, pack(value), Path(new.recording))
        except OSError as why:
            raise StoreAway(f"the spool can not be used: {why}") from why

    async def find(self, number: TicketNumber) -> Ticket:
        raise StoreAway(f"nobody can tell how {number} stands while the service is away")

    async def of_caller(self, phone: PhoneNumber) -> tuple[Ticket, ...]:
        raise StoreAway(f"nobody can tell the tickets of {phone} while the service is away")


async def answer(call: ClassicCall, standby: Standby) -> None:
    """The whole call; its record goes to the spool however it ends."""
    spool, clock = SpoolFolder(Path(standby.spool)), SystemClock()
    wills = WillFolder(Path(standby.wills))
    snapshot = from_json(Path(standby.snapshot).read_bytes())  # noqa: ASYNC240 - no loop here
    journey = Journey(call.facts, snapshot.number, standby.node, clock)
    try:
        await call.set(STARTING, "")
        place = await place_of(call, journey)
        journey.step("standby")
        visit = Visit(
            call=call,
            snapshot=snapshot,
            calendar=standby.calendar,
            tickets=SpooledTickets(spool, _deadlines(standby, snapshot), clock),
            journey=journey,
            clock=clock,
            times=standby.times,
            place=place,
            wills=wills,
        )
        await incoming(visit)
        await call.set(LAST_WORD, "1")
    except CallerGone:
        journey.step(GONE)
    finally:
        _close(ClosedCall(journey.record(), journey.callback()), spool, wills)


def _close(closed: ClosedCall, spool: SpoolFolder, wills: WillFolder) -> None:
    call = closed.record.call
    if closed.record.knows_nothing and wills.holds(call):
        return  # what the node before us left is carried out instead
    recording = closed.callback.recording if closed.callback else ""
    spool.put(RECORD, call, pack(closed), Path(recording) if recording else None)
    wills.forget(call)


def _deadlines(standby: Standby, snapshot: Snapshot) -> Deadlines:
    return Deadlines(standby.calendar, nature_of=nature_by_title(snapshot.table.directory))


def main() -> int:
    """Serves the site in HOTLINE_HOME. Exits with 1, and says why, when it can not.

    Standard output belongs to Asterisk; whatever goes wrong leaves the call to the dialplan.
    """
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    try:
        standby = read(Path(os.environ["HOTLINE_HOME"]) / STANDBY_FILE)
        library = Library(tuple(map(Path, standby.sounds)))
        call = ClassicCall(AGI(), sounds=library.locate, recordings=Path(standby.recordings))
        run_now(answer(call, standby))
    except (HotlineError, RoutingError, OSError, KeyError):
        logging.getLogger("classic").exception("can not answer")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
