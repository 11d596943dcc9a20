"""However a flow ends, its record is closed once and its callback kept."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest
from attrs import evolve

from ivr.calls.fence import Fence
from ivr.calls.live import Understood
from ivr.calls.record import OPERATOR, CallbackReason, Outcome
from ivr.calls.run import CallRunner
from ivr.calls.scripted import ScriptedCall
from ivr.calls.witness import Witness
from ivr.kernel.background import Background
from ivr.kernel.clock import CHINA, ManualClock
from ivr.kernel.heard import Heard, Hypothesis
from ivr.kernel.ids import CallId, PhoneNumber
from ivr.kernel.metrics import Meter
from ivr.kernel.units import seconds
from ivr.storage.memory import MemoryLiveCalls
from ivr.telephony.call import CallerGone, CallFacts
from routing.decision import Candidate, Evidence
from routing.ids import LineCode
from routing.load import load_table
from routing.table import publish
from routing.wordings import How
from tests.flows.understood import decision as meaning

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=CHINA)
TABLE = publish(load_table(), 7, NOW)
FACTS = CallFacts(CallId("c-1"), PhoneNumber("13804730001"), dialled="114")


class Ledger:
    def __init__(self):
        self.closed = []

    async def close(self, record, callback):
        self.closed.append((record, callback))


@pytest.fixture
def stage():
    return Ledger(), MemoryLiveCalls(), Meter(), Background()


class Switch:
    def __init__(self, *, holds):
        self._holds = holds

    async def holds(self, facts):
        assert facts is FACTS
        return self._holds


async def _run(stage, flow, *, ended=True):
    ledger, live, meter, background = stage
    clock = ManualClock(NOW)
    witness = Witness(clock)
    if ended:
        witness.ended(FACTS.call)
    runner = CallRunner(
        flow=flow,
        table=lambda: TABLE,
        ledger=ledger,
        live=live,
        witness=witness,
        fence=Fence(witness, Switch(holds=not ended), lambda: False, event_within=seconds(0.01)),
        clock=clock,
        meter=meter,
        background=background,
        node="n1",
    )
    try:
        await runner(ScriptedCall(FACTS, ()))
    finally:
        await background.stop()


async def test_what_was_said_is_shown_to_the_human_who_is_asked_for(stage):
    """With reasons, and from then on alone: nobody looks for reasons that nobody reads."""
    said = Heard((Hypothesis("家里停水", 0.0),), 0.8)
    evidence = Evidence(2, 4, "停水", "停水", How.CHARACTERS, 2.0, "“停水”是事项“供水”的词语")
    decision = meaning("ROUTE", "H090", "H091")
    unlikely = Candidate(LineCode("H136"), 0.01)
    candidates = (*decision.candidates, unlikely)
    decision = evolve(decision, candidates=candidates, because=(evidence,))
    seen = []

    async def flow(_call, _snapshot, journey, _is_over):
        journey.said(said, decision)
        for step in ("confirm", OPERATOR):
            journey.step(step)
            await asyncio.sleep(0)
            seen.extend(await stage[1].all())

    await _run(stage, flow)
    assert [each.said for each in seen] == [
        (),
        (Understood("家里停水", 0.8, "ROUTE", ("H090", "H091"), (evidence.rule,), 1),),
    ]


async def test_a_flow_that_returns_is_recorded_with_the_table_it_began_with(stage):
    """The record names the table, so that the call can be understood later."""

    async def flow(_call, snapshot, journey, _is_over):
        assert snapshot is TABLE
        journey.step("answered")
        journey.outcome = Outcome.PROGRESS

    await _run(stage, flow)
    [(record, callback)] = stage[0].closed
    assert (record.outcome, record.table, callback) == (Outcome.PROGRESS, 7, None)
    assert [step.name for step in record.steps] == ["answered"]


async def test_a_caller_who_leaves_is_no_error_and_is_recorded(stage):
    """Hanging up is a result."""

    async def flow(_call, _snapshot, journey, _is_over):
        journey.owe_callback(CallbackReason.LOST_IN_QUEUE)
        raise CallerGone

    await _run(stage, flow)
    [(record, callback)] = stage[0].closed
    assert record.steps[-1].name == "caller-gone"
    assert callback.reason is CallbackReason.LOST_IN_QUEUE


async def test_our_own_fault_is_recorded_as_one_and_raised(stage):
    """The server must hear of it, so that the dialplan takes the call over."""

    async def flow(_call, _snapshot, _journey, _is_over):
        raise RuntimeError("a defect")

    with pytest.raises(RuntimeError):
        await _run(stage, flow)
    assert stage[0].closed[0][0].outcome is Outcome.FAULT


async def test_an_ended_call_is_off_the_board_and_counted(stage):
    """The board shows who is on the line, the counters who was."""

    async def flow(_call, _snapshot, journey, _is_over):
        journey.step("menu.root")

    await _run(stage, flow)
    assert await stage[1].all() == ()
    exposed = stage[2].exposition().decode()
    assert 'hotline_calls_total{outcome="abandoned"} 1.0' in exposed
    assert 'hotline_flow_steps_total{step="menu"} 1.0' in exposed
    assert "hotline_calls_live 0.0" in exposed


async def _leaves(_call, _snapshot, journey, is_over):
    journey.step(f"over: {await is_over()}")
    journey.owe_callback(CallbackReason.LOST_IN_QUEUE)
    raise CallerGone


async def test_a_call_that_was_moved_is_not_closed_here(stage):
    """A server that wakes up after a stall finds its connection gone and its caller served."""
    await _run(stage, _leaves, ended=False)
    assert stage[0].closed == []
