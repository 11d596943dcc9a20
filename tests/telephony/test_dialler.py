"""What leaves for the switch: one form of one action, for numbers that may be dialled."""

import re
from datetime import datetime, time

import pytest
from attrs import Factory, define
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ivr.kernel.clock import CHINA, ManualClock
from ivr.kernel.errors import StoreAway
from ivr.telephony.dialler import Dialler, NoOperator, Permission, originate
from ivr.telephony.dialling_rules import (
    AfterHours,
    AttemptKey,
    CapReached,
    Caps,
    Hours,
    NationalForms,
    NotAllowed,
    Refusal,
    Usage,
)
from ivr.telephony.manager_protocol import ActionRefused
from ivr.wire.ami import action

CITIZEN = "13947300114"
LINES = frozenset({"12345", "95598", "110", "04730000008"})
PERMISSION = Permission(
    lines=LINES,
    forms=NationalForms("0473XXXXXXX"),
    hours=Hours(time(8), time(20, 30)),
    caps=Caps(per_hour=30, per_day=200, per_number=3, at_once=5),
)
THE_FORM = re.compile(
    rb"Action: Originate\r\nActionID: 7\r\n"
    rb"Channel: Local/[0-9]{3,12}@hotline-callback/n\r\n"
    rb"Context: hotline-callback\r\nExten: citizen\r\nPriority: 1\r\n"
    rb"Timeout: 25000\r\nAsync: false\r\n\r\n"
)


@define
class Wire:
    """A manager connection: the bytes that it would send."""

    sent: list[bytes] = Factory(list)
    refuses: bool = False

    async def action(self, name, **fields):
        self.sent.append(action(name, fields.items(), "7"))
        if self.refuses:
            raise ActionRefused("Originate: Originate failed")


@define
class MemoryBook:
    """Owes a call to everybody, or to `owed`; refuses to count when `reached` or `away`."""

    owed: set[str] | None = None
    reached: Refusal | None = None
    away: bool = False
    begun: list[str] = Factory(list)
    ended: list[bool] = Factory(list)
    refusals: list[Refusal] = Factory(list)

    async def owes(self, number):
        self._answer()
        return self.owed is None or number in self.owed

    async def begin(self, number, caps):  # noqa: ARG002
        self._answer()
        if self.reached:
            raise CapReached(self.reached)
        self.begun.append(number)
        return AttemptKey("k")

    async def end(self, attempt, *, answered):  # noqa: ARG002
        self.ended.append(answered)

    async def refused(self, refusal):
        self._answer()
        self.refusals.append(refusal)

    def _answer(self):
        if self.away:
            raise StoreAway("gone")


@define
class Desk:
    """A dialler with everything it touches."""

    book: MemoryBook = Factory(MemoryBook)
    wire: Wire = Factory(Wire)
    alarms: list[Refusal] = Factory(list)
    hour: int = 12

    async def call(self, number):
        clock = ManualClock(datetime(2026, 11, 23, self.hour, 0, tzinfo=CHINA))
        await Dialler(self.wire, self.book, PERMISSION, clock, self.alarms.append).call(number)


numbers = st.one_of(
    st.text(),
    st.text(alphabet="0123456789"),
    st.text(alphabet="0123456789&@/${}(),;\r\n -+*#٣３"),
    st.sampled_from([CITIZEN, "04732023456", *LINES]).flatmap(
        lambda good: st.tuples(st.text(max_size=3), st.just(good), st.text(max_size=3)).map("".join)
    ),
)


@given(numbers)
@example("500&PJSIP/00441234567890@exchange")
@example(f"{CITIZEN}\r\nAction: Originate")
@example(f"{CITIZEN}\n")
@example("${SHELL(id)}")
@example("0085212345678")
@example("１３９４７３００１１４")
@settings(max_examples=500, deadline=None)
async def test_whatever_is_given_the_bytes_are_the_one_form_or_nothing(number):
    """Even when everybody is owed a call."""
    desk = Desk()
    try:
        await desk.call(number)
    except NotAllowed:
        assert desk.wire.sent == []
        assert desk.book.begun == []
        assert desk.alarms == desk.book.refusals == [Refusal.NOT_ALLOWED]
        return
    (sent,) = desk.wire.sent
    assert THE_FORM.fullmatch(sent)
    assert f"Local/{number}@hotline-callback/n".encode() in sent
    assert number in LINES or re.fullmatch(r"1[3-9][0-9]{9}|0473[0-9]{7}", number, re.ASCII)


@given(numbers)
@settings(max_examples=300, deadline=None)
def test_the_form_itself_takes_digits_and_nothing_else(number):
    """Without any list in front of it: what an allow-list gone wrong could let through."""
    try:
        fields = originate(number)
    except NotAllowed:
        return
    assert THE_FORM.fullmatch(action("Originate", fields.items(), "7"))
    assert not number.startswith("00")


@pytest.mark.parametrize("number", [CITIZEN, "04732023456", *sorted(LINES)])
async def test_citizens_who_are_owed_a_call_and_lines_are_dialled(number):
    desk = Desk(MemoryBook(owed={CITIZEN, "04732023456"}))
    await desk.call(number)
    assert len(desk.wire.sent) == 1
    assert desk.book.begun == [number]
    assert desk.book.ended == [True]
    assert desk.alarms == []


@pytest.mark.parametrize(
    "number",
    [
        "008613947300114",  # abroad, even to here
        "8613947300114",
        "12593947300114",  # a voice service before a number
        "96812345",
        "16899999",
        "95588",
        "12301",
        "01012345678",  # another city
        "12947300114",
        "139473001140",
        "2023456",
    ],
)
async def test_no_other_form_is_dialled_though_the_number_is_owed_a_call(number):
    desk = Desk()
    with pytest.raises(NotAllowed):
        await desk.call(number)
    assert desk.wire.sent == []


async def test_a_citizen_who_is_owed_nothing_is_not_dialled():
    desk = Desk(MemoryBook(owed=set()))
    with pytest.raises(NotAllowed):
        await desk.call(CITIZEN)
    assert desk.alarms == [Refusal.NOT_ALLOWED]


async def test_the_refusal_does_not_repeat_hostile_text():
    with pytest.raises(NotAllowed) as refused:
        await Desk().call("\x1b[2Jevil")
    assert "evil" not in str(refused.value)


@pytest.mark.parametrize("hour", [7, 21, 0])
async def test_nobody_is_called_at_night(hour):
    desk = Desk(hour=hour)
    with pytest.raises(AfterHours):
        await desk.call(CITIZEN)
    assert (desk.wire.sent, desk.book.begun) == ([], [])
    assert desk.alarms == desk.book.refusals == [Refusal.AFTER_HOURS]


async def test_a_cap_is_an_alarm_and_nothing_goes_out():
    desk = Desk(MemoryBook(reached=Refusal.PER_HOUR))
    with pytest.raises(CapReached):
        await desk.call(CITIZEN)
    assert desk.wire.sent == []
    assert desk.alarms == desk.book.refusals == [Refusal.PER_HOUR]


@pytest.mark.parametrize("number", [CITIZEN, "12345"])
async def test_without_the_database_nothing_goes_out(number):
    """What can not be counted is not dialled, the lines of the directory included."""
    desk = Desk(MemoryBook(away=True))
    with pytest.raises(StoreAway):
        await desk.call(number)
    assert desk.wire.sent == []
    assert desk.alarms == [Refusal.STORE_AWAY]


async def test_a_refusal_stands_though_it_can_not_be_written_down():
    desk = Desk(MemoryBook(away=True))
    with pytest.raises(NotAllowed):
        await desk.call("0085212345678")
    assert desk.alarms == [Refusal.NOT_ALLOWED]


async def test_no_operator_is_said_by_name_and_remembered():
    desk = Desk(wire=Wire(refuses=True))
    with pytest.raises(NoOperator):
        await desk.call(CITIZEN)
    assert desk.book.ended == [False]
    assert desk.alarms == []


@pytest.mark.parametrize(
    ("opens", "closes", "moment", "holds"),
    [
        ("08:00", "20:30", "08:00", True),
        ("08:00", "20:30", "20:29", True),
        ("08:00", "20:30", "20:30", False),
        ("08:00", "20:30", "07:59", False),
        ("22:00", "02:00", "23:00", True),
        ("22:00", "02:00", "01:59", True),
        ("22:00", "02:00", "12:00", False),
        ("00:00", "00:00", "03:00", True),
    ],
)
def test_hours(opens, closes, moment, holds):
    hours = Hours(time.fromisoformat(opens), time.fromisoformat(closes))
    at = datetime.combine(datetime(2026, 11, 23, tzinfo=CHINA), time.fromisoformat(moment), CHINA)
    assert hours.hold(at) is holds


few = st.integers(0, 5)


@given(st.builds(Usage, few, few, few, few), st.builds(Caps, few, few, few, few))
def test_a_cap_is_reached_exactly_when_one_more_call_would_break_it(usage, caps):
    fits = (
        usage.hour < caps.per_hour
        and usage.day < caps.per_day
        and usage.number < caps.per_number
        and usage.now < caps.at_once
    )
    assert (caps.reached(usage) is None) is fits
