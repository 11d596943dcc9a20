"""What dials past the dialplan is hung up, and nothing else."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.app.trunk_guard import TrunkGuard
from ivr.kernel.background import Background
from ivr.kernel.metrics import Meter
from ivr.telephony.dialling_rules import NationalForms
from ivr.telephony.manager import ActionRefused
from ivr.wire.ami import Event


class Manager:
    def __init__(self):
        self.cut = []

    async def action(self, name, **fields):
        self.cut.append((name, fields["Channel"]))
        raise ActionRefused("Hangup: No such channel")

    async def listing(self, name, **fields):  # noqa: ARG002
        return ()


async def cut_by(dialled, channel="PJSIP/exchange-00000001"):
    manager, background = Manager(), Background()
    guard = TrunkGuard(
        manager, lambda: {"12345", "110"}, NationalForms("0473XXXXXXX"), Meter(), background
    )
    guard.handle(Event((("Event", "DialBegin"), ("DestChannel", channel), ("DialString", dialled))))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await background.stop()
    return manager.cut


@pytest.mark.parametrize(
    "dialled",
    ["12345@exchange", "110@exchange", "13947300114@exchange", "04732023456@exchange", "op1001",
     "PJSIP/op1001"],
)  # fmt: skip
async def test_what_the_dialplan_dials_goes_on(dialled):
    assert await cut_by(dialled) == []


@pytest.mark.parametrize(
    "dialled",
    ["0085212345678@exchange", "16899999@exchange", "op1002/sip:00852@10.0.0.1", "",
     "exchange/sip:13947300114@10.0.0.1", "trunk/sip:12345@exchange", "12345@trunk",
     "12345@exchange@exchange", "op1001&00852@exchange"],
)  # fmt: skip
async def test_everything_else_on_sip_is_cut(dialled):
    assert await cut_by(dialled) == [("Hangup", "PJSIP/exchange-00000001")]


async def test_a_local_channel_is_the_dialplans_business():
    assert await cut_by("0085@hotline-callback/n", "Local/0085@hotline-callback-1;1") == []


@given(st.text())
async def test_text_is_cut_and_never_an_error(dialled):
    assert await cut_by(f"{dialled}x") == [("Hangup", "PJSIP/exchange-00000001")]
