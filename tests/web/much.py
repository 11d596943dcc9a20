"""What pages must bear: every role, long names, hostile words, many rows, all states."""

from __future__ import annotations

from attrs import evolve

from ivr.app.office import table_office
from ivr.app.stores import Stores, open_stores
from ivr.app.workshop import ThreadWorkshop
from ivr.kernel.audit import Deed
from ivr.kernel.clock import Clock, SystemClock
from ivr.kernel.ids import CallId, PhoneNumber, TicketNumber
from ivr.kernel.people import Account, AccountName, Level, Role
from ivr.kernel.units import seconds
from ivr.settings import Settings, TableSettings
from ivr.storage.memory import MemoryFanout
from ivr.tables.corrections import NewCorrection
from ivr.tables.office import TableOffice
from ivr.tables.values import RowEdit
from ivr.tickets.dictation import Dictated
from ivr.tickets.model import Channel, NewTicket
from ivr.tickets.number import check_digit
from routing.ids import LineCode, TableVersion, UnitCode
from routing.sheet import Sheet

PASSWORD = "correct horse staple"
UNIT = "C062"
SCOPES = {
    Role.EDITOR: {"unit": UNIT},
    Role.HANDLER: {"unit": UNIT},
    Role.SUPERVISOR: {"level": Level.DISTRICT},
}
LONG = "内蒙古自治区乌海市海勃湾区新华街道办事处综合行政执法局便民服务中心主任"
UNBROKEN = "0123456789abcdef" * 12
HOSTILE = "<script>alert(1)</script>\"'&{{7*7}}\u202e反着写\u200b"
SAID = (HOSTILE, LONG * 5, UNBROKEN, "楼下路灯三天不亮了，晚上看不见路")
TICKETS, CONTACTS = 60, 400
TEST = AccountName("test")


async def fill(settings: Settings) -> None:
    """Put it into a new site; everybody's name is their role's, their password `PASSWORD`."""
    clock = SystemClock()
    quick = settings.model_copy(update={"table": TableSettings(approval=True, voice="off")})
    async with open_stores(quick, clock) as stores:
        office = table_office(quick, stores, MemoryFanout(), ThreadWorkshop(), clock)
        await _people(stores, clock)
        await _tickets(stores, clock)
        await _corrections(stores)
        for why in SAID:
            await _version(office, why)
        await _open_work(office)


async def _people(stores: Stores, clock: Clock) -> None:
    for role in Role:
        account = Account(AccountName(role.value), role, clock.now(), person=LONG)
        deed = Deed(TEST, "account.created", f"account/{account.name}", HOSTILE)
        account = evolve(account, **SCOPES.get(role, {}))
        await stores.accounts.add(account, deed, password=PASSWORD)


async def _tickets(stores: Stores, clock: Clock) -> None:
    for count in range(TICKETS):
        body, said = f"{count:07}", SAID[count % len(SAID)]
        written = count % 2 == 0
        new = NewTicket(
            key=f"k{count}",
            call=CallId(f"c{count}"),
            caller=PhoneNumber("13800138000"),
            line=LineCode("H090") if count % 3 else None,
            unit=UnitCode(UNIT) if count % 3 else None,
            recording="" if written else f"/nowhere/{count}.wav",
            duration=0 if written else seconds(17),
            happened=clock.now(),
            table=TableVersion(1),
            channel=Channel.CHAT if written else Channel.CALL,
            words=said if written else "",
        )
        number = TicketNumber(body + check_digit(body))
        await stores.tickets.add(new.numbered(number, opened=clock.now(), due=clock.now()))
    while (taken := await stores.dictations.take()) is not None:
        said = SAID[int(taken.number[:7]) % len(SAID)]
        heard = Dictated(said, 0.4, LineCode("H069"), (f"“{said}”是关键词", LONG * 3))
        await stores.dictations.keep(taken.number, heard)


async def _corrections(stores: Stores) -> None:
    """Of everything that callers say, to all kinds of places."""
    targets = ("H090", "EMERGENCY:119", "UNCLEAR", "H999")
    for count, said in enumerate(SAID):
        call, target = CallId(f"c{count}"), targets[count]
        decided = targets[count - 1]
        new = NewCorrection(call, TEST, said[:200], target, said, decided, 0.4, TableVersion(1))
        await stores.corrections.add(new, Deed(TEST, "correction.made", ""))


async def _version(office: TableOffice, why: str) -> None:
    """Proposed by one, published by another, with the longest reasons there are."""
    draft = await office.drafting.open(AccountName("editor"), why[:200])
    edit = RowEdit("emergency", ("12395",), ("12395", f"水上{abs(hash(why)) % 99}救", "落水"))
    draft = await office.drafting.edit(draft.stamp, [edit], why[:200])
    proposal = await office.publishing.submit(draft.stamp, why[:200])
    await office.publishing.approve(proposal.id, AccountName("approver"), why[:200])


async def _open_work(office: TableOffice) -> None:
    """A draft of hundreds of changes, one that waits for approval, one that was refused."""
    for name, count in (("admin", 5), ("administrator", CONTACTS)):
        draft = await office.drafting.open(AccountName(name), HOSTILE)
        people = tuple(_contact(number) for number in range(count))
        contacts = Sheet(draft.sheets.sheet("contacts").form, people)
        draft = await office.drafting.take_in(draft.stamp, [contacts], LONG)
    waiting = await office.publishing.submit(draft.stamp, LONG)
    await office.publishing.refuse(waiting.id, AccountName("approver"), LONG * 4)
    await office.publishing.submit(draft.stamp, HOSTILE)


def _contact(number: int) -> tuple[str, ...]:
    return ("H090", "联系人", f"{LONG[:15]}{number}", "13800138000")
