"""Only callers who wait for the silent node and for nothing else are moved."""

from __future__ import annotations

import socket
from datetime import datetime

import pytest

from ivr.guardian.switch import RESCUE, SwitchHand, is_dead, silent_flag, stranded
from ivr.guardian.watch import Deed, Order
from ivr.kernel.clock import CHINA, ManualClock
from ivr.telephony.manager import ActionRefused

NODE = "127.0.0.1:4573"


def channel(name, application="AGI", at=NODE, bridge=""):
    return {
        "Channel": name,
        "Application": application,
        "Variable": f"HOTLINE_AT={at}",
        "BridgeID": bridge,
    }


class Fields(dict):
    def get(self, key):
        return super().get(key, "")


CHANNELS = [
    Fields(each)
    for each in (
        channel("PJSIP/a-1"),
        channel("PJSIP/b-2", "Queue"),
        channel("PJSIP/c-3", bridge="b-1"),
        channel("PJSIP/d-4", at="127.0.0.1:45731"),
        channel("PJSIP/e-5", at="script"),
        channel("PJSIP/f-6", "Dial"),
        channel("PJSIP/g-7", "Return"),
        channel("PJSIP/i-9", "AudioSocket"),
        {"Channel": "PJSIP/h-8", "Application": "AppDial"},
    )
]


class Switch:
    def __init__(self):
        self.actions = []

    async def action(self, name, **fields):
        self.actions.append((name, fields))
        if fields.get("Channel") == "PJSIP/g-7":
            raise ActionRefused("Redirect: Channel does not exist")

    async def listing(self, name, **fields):
        assert (name, fields) == ("Status", {"Variables": "HOTLINE_AT"})
        return CHANNELS


@pytest.fixture
def clock():
    return ManualClock(datetime(2026, 11, 23, 10, 0, tzinfo=CHINA))


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"127.0.0.1:{listening.getsockname()[1]}"


def test_who_talks_waits_in_a_queue_or_is_served_elsewhere_is_not_stranded():
    assert stranded(CHANNELS, NODE) == ("PJSIP/a-1", "PJSIP/g-7", "PJSIP/i-9")


async def test_callers_of_a_node_that_stands_still_are_moved(clock, listener, monkeypatch):
    """One who hung up meanwhile is no reason to leave the others."""
    monkeypatch.setattr("ivr.guardian.switch.stranded", lambda c, _: stranded(c, NODE))
    switch = Switch()
    moved = await SwitchHand(switch, "114", clock).obey(Order(Deed.RESCUE, listener))
    assert moved == 2
    place = {"Context": RESCUE, "Exten": "114", "Priority": "1"}
    assert switch.actions[0] == ("Redirect", {"Channel": "PJSIP/a-1", **place})


async def test_callers_of_a_dead_node_are_left_to_asterisk(clock, listener, monkeypatch):
    """It sees the closed connection itself; a message being recorded is not cut."""
    monkeypatch.setattr("ivr.guardian.switch.stranded", lambda c, _: stranded(c, NODE))
    switch = Switch()
    dead = "127.0.0.1:1"
    assert await is_dead(dead)
    assert not await is_dead(listener)
    assert await SwitchHand(switch, "114", clock).obey(Order(Deed.RESCUE, dead)) == 0
    assert switch.actions == []


async def test_a_warning_ends_by_itself_and_is_taken_back_early(clock):
    """A guardian that dies after a warning must not close a node for ever."""
    switch = Switch()
    hand = SwitchHand(switch, "114", clock)
    await hand.obey(Order(Deed.WARN, "127.0.0.1:4573"))
    await hand.obey(Order(Deed.CLEAR, "127.0.0.1:4573"))
    until = str(round(clock.now().timestamp() + 10))
    name = "HOTLINE_SILENT_127_0_0_1_4573"
    assert silent_flag("127.0.0.1:4573") == name
    assert switch.actions == [
        ("Setvar", {"Variable": name, "Value": until}),
        ("Setvar", {"Variable": name, "Value": "0"}),
    ]
