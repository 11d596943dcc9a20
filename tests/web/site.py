"""A site with pages, in this process: real stores on SQLite, the product's own table."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from unittest.mock import patch

import httpx2
from argon2 import PasswordHasher
from attrs import define, evolve, field, frozen

from ivr.app.office import table_office
from ivr.app.preview import Preview
from ivr.app.secrets import TICKETS, secret
from ivr.app.stores import Stores, open_stores
from ivr.app.workshop import ThreadWorkshop
from ivr.desk.commands import OperatorCommands
from ivr.editing.correcting import Correcting
from ivr.editing.desk import TableDesk
from ivr.editing.draft_work import DraftWork
from ivr.kernel.audit import Deed
from ivr.kernel.clock import CHINA, ManualClock
from ivr.kernel.metrics import Meter
from ivr.kernel.people import AccountName, Role
from ivr.people.accounts import AccountKeeping, OwnAccount, Wanted
from ivr.people.sign_in import SignIn
from ivr.people.throttle import Throttle
from ivr.settings import Settings
from ivr.storage.accounts import SqlAccounts
from ivr.storage.memory import MemoryFanout, MemoryLiveCalls, MemoryPresence, MemoryTally
from ivr.tables.compiling import Compiler
from ivr.telephony.manager_protocol import ManagerAway
from ivr.web.app import web_app
from ivr.web.desk import DeskReading
from ivr.web.parts import WebParts
from ivr.web.seats import SeatKeeping
from ivr.web.shown import ShownCallers
from ivr.web.tickets import TicketReading
from prompts.sound_library import COMMITTED
from routing.decision import Candidate, Certainty, Decision, Evidence
from routing.ids import LineCode
from routing.outcomes import ROUTE, UNCLEAR
from routing.rehearse import Case, Verdict, walk
from routing.sheet import Sheets
from routing.table import Snapshot, from_json, read_table
from routing.wordings import How

WATER = LineCode("H090")
PASSWORD = "correct horse staple"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
BASE = "http://hotline.test"
CSRF = re.compile(r'name="csrf" value="([0-9a-f]{64})"')


NOTHING_LEARNED = Compiler("nothing", lambda _: b"router", lambda _: b"router")


@frozen
class HearsWater:
    """A router that knows one word: learning a real one takes a minute."""

    table: int

    def decide(self, text: str, _area: str | None = None) -> Decision:
        start = text.find("水")
        line, rule = (WATER, "“水”指停水") if start >= 0 else (None, "")
        evidence = Evidence(start, start + 1, "水", "停水", How.SOUND, 2.5, rule)
        return Decision(
            intent=ROUTE if line else UNCLEAR,
            number="",
            confidence=0.9,
            certainty=Certainty.SURE if line else Certainty.UNSURE,
            candidates=(Candidate(line, 0.9),) if line else (),
            areas=(),
            question=None,
            because=(evidence,) if line else (),
            table=self.table,
        )


def decide(table: bytes, router: bytes, text: str, area: str) -> Decision:
    return HearsWater(0).decide(text, area)


@frozen
class MenuJudge:
    """Walks the menu; knows nothing of words."""

    table: bytes
    router: bytes

    def verdict(self, case: Case) -> Verdict:
        if case.keys:
            return walk(read_table(self.table), case.keys)
        return Verdict("", Certainty.UNSURE)


STANDINS = {"COMPILER": NOTHING_LEARNED, "judge": MenuJudge, "decide": decide}


@define
class Switch:
    """A manager that says yes, or is away."""

    asked: list[tuple[str, ...]] = field(factory=list)
    away: bool = False

    async def action(self, name: str, **fields: str) -> None:
        if self.away:
            raise ManagerAway("not connected to Asterisk")
        said = fields.get("MemberName", "") + fields.get("Paused", "")
        self.asked.append((name, fields["Interface"], said))

    async def listing(self, name: str, **_fields: str) -> tuple[()]:
        raise AssertionError(name)


@define
class InForce:
    """What nodes hold in memory."""

    stores: Stores
    snapshot: Snapshot

    async def refresh(self) -> None:
        published = await self.stores.tables.active()
        assert published is not None
        self.snapshot = from_json(published.body)

    def __call__(self) -> Snapshot:
        return self.snapshot

    def has_unit(self, code: str) -> bool:
        return self().table.directory.has_unit(code)


@frozen
class Site:
    """Everything a test may want to look behind."""

    app: object
    parts: WebParts
    stores: Stores
    clock: ManualClock
    in_force: InForce

    async def account(self, name: str, role: Role, **scope: object) -> None:
        """Somebody who has already changed the password they were given."""
        keeping, book = self.parts.keeping, self.stores.accounts
        await keeping.create(AccountName(name), Wanted(role, **scope), None)
        deed = _deed(name)
        await book.set_password(AccountName(name), deed, password=PASSWORD, must_change=False)

    def browser(self, address: str = "10.0.0.1") -> Browser:
        return Browser(self.app, address)

    async def signed_in(self, name: str, role: Role, **scope: object) -> Browser:
        await self.account(name, role, **scope)
        browser = self.browser()
        answer = await browser.sign_in(name)
        assert answer.headers["location"] == "/", answer.text
        return browser


def _deed(name):
    return Deed(AccountName("test"), "account.password", f"account/{name}")


class Browser:
    """Keeps cookies, and sends forms as pages of ours would."""

    def __init__(self, app: object, address: str) -> None:
        transport = httpx2.ASGITransport(app=app, client=(address, 40000))
        self.client = httpx2.AsyncClient(transport=transport, base_url=BASE)

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        return await self.client.get(path, headers=headers)

    async def post(self, path: str, form: dict | None = None, **more: object) -> httpx2.Response:
        """With the secret of the page that was looked at last."""
        return await self.client.post(path, data={"csrf": self.csrf, **(form or {})}, **more)

    async def sign_in(self, name: str, password: str = PASSWORD) -> httpx2.Response:
        await self.look("/login")
        answer = await self.post("/login", {"name": name, "password": password})
        if answer.status_code == 303 and answer.headers["location"] == "/":
            await self.look("/me")
        return answer

    async def look(self, path: str) -> str:
        """A page that is there; its secret goes along with what is sent next."""
        answer = await self.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:2000])
        found = CSRF.search(answer.text)
        if found:
            self.csrf = found[1]
        return answer.text


def settings_for(file: Path) -> Settings:
    settings = Settings(home=file.parent, database=f"sqlite+aiosqlite:///{file}")
    secret(settings.secrets, TICKETS)
    return settings


@contextlib.asynccontextmanager
async def open_site(settings: Settings, snapshot: Snapshot, sheets: Sheets) -> AsyncIterator[Site]:
    clock = ManualClock(datetime(2026, 11, 23, 9, 0, tzinfo=CHINA))
    async with open_stores(settings, clock) as opened:
        stores = evolve(opened, accounts=SqlAccounts(opened.database, clock, CHEAP))
        with patch.multiple(
            "ivr.app.office", COMPILER=NOTHING_LEARNED, judge=MenuJudge, decide=decide
        ):
            office = table_office(settings, stores, MemoryFanout(), ThreadWorkshop(), clock)
        office.archive._sheets[snapshot.sha256] = sheets  # read once for all tests
        in_force = InForce(stores, snapshot)
        switch = Switch()
        desk, throttle = TableDesk(office), Throttle(MemoryTally(clock))
        parts = WebParts(
            sign_in=SignIn(stores.accounts, stores.sessions, throttle, stores.audit, clock),
            keeping=AccountKeeping(stores.accounts, stores.sessions, in_force, clock),
            own=OwnAccount(stores.accounts, stores.sessions, throttle, clock),
            tables=desk,
            tickets=TicketReading(stores.tickets, stores.dictations, in_force, settings.recordings),
            desk=DeskReading(
                MemoryLiveCalls(),
                SeatKeeping(MemoryPresence(), OperatorCommands(switch, "q"), stores.audit),
                lambda: not switch.away,
                ShownCallers(clock),
            ),
            correcting=Correcting(stores.corrections, desk, in_force),
            rehearsals=DraftWork(lambda draft: desk.rehearse(draft, 0), clock),
            checks=DraftWork(lambda draft: desk.check(draft.sheets), clock),
            in_force=in_force,
            router=lambda: HearsWater(snapshot.number),
            sounds=Preview((COMMITTED,), settings.home / "preview", ThreadWorkshop(), None),
            clock=clock,
        )

        async def health() -> dict[str, bool]:
            return {"database": True}

        yield Site(web_app(Meter(), health, parts), parts, stores, clock, in_force)
