"""A whole call on a script: real flows, table and tickets; only the caller is made up."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from attrs import define, field, frozen

from agi_scripts.incoming import incoming
from agi_scripts.place import place_of
from agi_scripts.visit import Reserve, Tickets, Times, Visit
from ivr.calls.journey import Journey
from ivr.calls.scripted import ScriptedCall
from ivr.kernel.clock import CHINA, ManualClock
from ivr.kernel.ids import CallId, PhoneNumber
from ivr.kernel.units import seconds
from ivr.storage.database import Database
from ivr.storage.migrate import upgrade
from ivr.storage.numbers import SqlNumberBlocks
from ivr.storage.tickets import SqlTickets
from ivr.telephony.call import CallerGone, CallFacts
from ivr.tickets.deadline import Deadlines
from ivr.tickets.desk import TicketDesk
from ivr.tickets.model import NewTicket
from ivr.tickets.nature import nature_by_title
from ivr.tickets.number import Numbering, NumberSource
from routing.calendar import Calendar, seed
from routing.load import load_table
from routing.table import publish

from .understood import Understood

SECRET = b"a secret of this test only"
TIMES = Times(seconds(25), seconds(120), seconds(3), "hotline", seconds(90))
TABLE = publish(load_table(), 1, datetime(2026, 1, 1, tzinfo=CHINA))
CALENDAR = Calendar(seed((2026, 2027)))


class NoSpool:
    """The store is never away in these tests; the spool has tests of its own."""

    async def keep_ticket(self, _ticket):
        raise AssertionError("nothing should be spooled")

    keep_request = keep_ticket

    async def ticket(self, _key):
        return None

    async def depth(self):
        return 0


@frozen
class Story:
    """A golden file: who calls, when, which tickets there are, and what the caller does."""

    intent: str
    caller: PhoneNumber
    at: datetime
    tickets: tuple[tuple[PhoneNumber, datetime], ...]
    acts: tuple[str, ...]

    @property
    def speaks(self) -> bool:
        """Whether the caller says anything but keys."""
        return any('"' in act or act == "deaf" for act in self.acts)

    @classmethod
    def read(cls, text: str) -> Story:
        head, _, body = text.partition("\n---\n")
        intent, *facts = head.splitlines()
        said = dict(fact.partition(" ")[::2] for fact in facts if not fact.startswith("ticket"))
        return cls(
            intent=intent,
            caller=PhoneNumber(said.get("from", "")),
            at=_moment(said["at"]),
            tickets=tuple(_ticket(fact) for fact in facts if fact.startswith("ticket")),
            acts=tuple(line[2:] for line in body.splitlines() if line.startswith("> ")),
        )


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=CHINA)


def _ticket(fact: str) -> tuple[PhoneNumber, datetime]:
    _, caller, moment = fact.split(" ", 2)
    return PhoneNumber(caller), _moment(moment)


@define
class Stage:
    """Where stories are played."""

    database: Database
    clock: ManualClock
    desk: TicketDesk
    journey: Journey | None = field(default=None)

    async def open(self, caller: PhoneNumber, happened: datetime, key: str) -> str:
        line = TABLE.table.directory.line("H090")
        ticket = await self.desk.open(
            NewTicket(key, CallId(key), caller, line.code, line.unit, "", 9.0, happened, 1)
        )
        return ticket.number

    async def prepare(self, story: Story) -> list[str]:
        """Open the story's earlier tickets; returns what the caller does."""
        self.clock.advance((story.at - self.clock.now()).total_seconds())
        numbers = [
            await self.open(caller, happened, f"earlier-{n}")
            for n, (caller, happened) in enumerate(story.tickets)
        ]
        return [act.replace("TICKET", numbers[0] if numbers else "") for act in story.acts]

    async def serve(
        self,
        call: ScriptedCall,
        tickets: Tickets | None = None,
        reserve: Reserve | None = None,
    ) -> None:
        """One process serves the call, from wherever its mark says."""
        self.journey = Journey(call.facts, TABLE.number, "n1", self.clock)
        visit = Visit(
            call=call,
            snapshot=TABLE,
            calendar=CALENDAR,
            tickets=tickets or self.desk,
            journey=self.journey,
            clock=self.clock,
            times=TIMES,
            place=await place_of(call, self.journey),
            understanding=Understood(),
            reserve=reserve or self.desk.reserve,
        )
        try:
            await incoming(visit)
        except CallerGone:
            self.journey.step("caller-gone")

    async def play(self, story: Story) -> tuple[str, ...]:
        acts = await self.prepare(story)
        facts = CallFacts(CallId("t-1"), story.caller, dialled="114")
        call = ScriptedCall(facts, acts, hears=story.speaks)
        await self.serve(call)
        return call.finish()


@pytest.fixture
async def stage(tmp_path: Path, request: pytest.FixtureRequest):
    url = f"sqlite+aiosqlite:///{tmp_path / 'flows.db'}"
    upgrade(url)
    clock = ManualClock(getattr(request, "param", datetime(2026, 11, 23, 10, 0, tzinfo=CHINA)))
    database = Database(url)
    numbers = NumberSource(SqlNumberBlocks(database, clock), Numbering(SECRET), node="n1")
    desk = TicketDesk(
        SqlTickets(database, clock),
        numbers,
        Deadlines(CALENDAR, nature_of=nature_by_title(TABLE.table.directory)),
        NoSpool(),
        clock,
    )
    await numbers.prepare()
    yield Stage(database, clock, desk)
    await numbers.close()
    await database.close()
