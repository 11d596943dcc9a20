"""Operators log in, log out and pause over the manager interface; nothing else gets through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.desk.commands import NoSuchOperator, OperatorCommands, operator_of, who_sits
from ivr.kernel.ids import OperatorId
from ivr.wire.ami import Event


def event(**fields):
    return Event(tuple(fields.items()))


class Manager:
    def __init__(self, listed=()):
        self.sent = []
        self.listed = listed

    async def action(self, name, **fields):
        self.sent.append((name, fields))

    async def listing(self, _name, **_fields):
        return self.listed


async def test_logging_in_adds_the_operators_telephone_to_the_queue():
    """The state of the telephone decides whether it is rung."""
    manager = Manager()
    await OperatorCommands(manager, "hotline").login(OperatorId("1001"))
    [(name, fields)] = manager.sent
    assert name == "QueueAdd"
    assert fields["Interface"] == fields["StateInterface"] == "PJSIP/op1001"
    assert fields["Queue"] == "hotline"


@pytest.mark.parametrize(("who", "member"), [(None, "1001"), ("li.na-2", "1001/li.na-2")])
async def test_the_switch_keeps_who_sits_at_a_seat(who, member):
    manager = Manager()
    await OperatorCommands(manager, "hotline").login(OperatorId("1001"), who)
    [(_, fields)] = manager.sent
    assert fields["MemberName"] == member
    assert who_sits(member) == who


async def test_a_pause_has_a_reason_of_bounded_length():
    """The reason is shown to supervisors."""
    manager = Manager()
    desk = OperatorCommands(manager, "hotline")
    await desk.pause(OperatorId("1001"), paused=True, reason="午饭" * 100)
    await desk.pause(OperatorId("1001"), paused=False)
    assert manager.sent[0][1]["Paused"] == "true"
    assert len(manager.sent[0][1]["Reason"]) == 40
    assert manager.sent[1][1]["Paused"] == "false"


@given(st.text(max_size=12).filter(lambda text: not (text.isascii() and text.isdigit())))
async def test_what_is_no_seat_number_never_reaches_the_switch(text):
    """A seat number becomes part of a channel name."""
    manager = Manager()
    with pytest.raises(NoSuchOperator):
        await OperatorCommands(manager, "hotline").login(OperatorId(text))
    assert manager.sent == []


async def test_seats_are_read_from_the_queue_of_the_switch():
    """What is shown is what the switch has, not what was last commanded."""
    listed = (
        event(Event="QueueParams", Queue="hotline"),
        event(
            Event="QueueMember",
            StateInterface="PJSIP/op1002",
            Name="1002/anna",
            Paused="1",
            PausedReason="午饭",
            InCall="0",
            CallsTaken="3",
            Status="1",
        ),
        event(Event="QueueMember", StateInterface="PJSIP/op1001", InCall="1", Status="5"),
    )
    first, second = await OperatorCommands(Manager(listed), "hotline").seats()
    assert (first.operator, first.in_call, first.reachable) == ("1001", True, False)
    assert (second.operator, second.paused, second.reason) == ("1002", True, "午饭")
    assert second.taken == 3
    assert (first.who, second.who) == (None, "anna")


@pytest.mark.parametrize(
    ("interface", "operator"),
    [("PJSIP/op1001", "1001"), ("PJSIP/op1001-0000001a", "1001"), ("PJSIP/trunk-1", ""), ("", "")],
)
def test_the_seat_is_known_by_its_interface(interface, operator):
    assert operator_of(interface) == operator
