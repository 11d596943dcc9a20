"""One node: calls, manager, web and the work behind them, started and stopped in order."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Mapping
from enum import Enum
from typing import Final

from attrs import evolve

from agi_scripts.incoming import incoming
from agi_scripts.place import place_of
from agi_scripts.visit import Visit
from ivr.app.chat import chat_rooms
from ivr.app.desk import DeskInTask, WillsInThread
from ivr.app.dialler_watch import DiallerWatch
from ivr.app.dictating import DICTATE_EVERY, dictation_job
from ivr.app.hearing import hearing
from ivr.app.manager import ManagerMeter, manager_client
from ivr.app.node import Node, running_node
from ivr.app.observe import AgiObserver
from ivr.app.pages import web_parts
from ivr.app.publishing import listed_numbers, sound_folders, times_of
from ivr.app.switch_events import EVENTS, SwitchEvents
from ivr.app.trunk_guard import DIALLING, TrunkGuard
from ivr.app.understanding import understanding_of
from ivr.app.unserved import Unserved
from ivr.app.upkeep import Upkeep
from ivr.app.voices import LOOK_EVERY, FreshLibrary
from ivr.app.web import WebServer
from ivr.app.whose import SwitchKnows
from ivr.calls.fence import Fence
from ivr.calls.journey import Journey
from ivr.calls.run import CallRunner, Flow
from ivr.calls.witness import IsOver
from ivr.guardian.pulse import EVERY, Pulse
from ivr.kernel.clock import ClockWatch
from ivr.kernel.ids import CallId
from ivr.kernel.log import configure, logger
from ivr.kernel.units import seconds
from ivr.settings import Settings
from ivr.storage.call_path import WatchedLedger
from ivr.storage.dialling import SqlDialling
from ivr.storage.executor import Executor, SettlingLedger
from ivr.storage.spooling import SpoolingLedger
from ivr.telephony.call import Call
from ivr.telephony.dialling_rules import NationalForms
from ivr.telephony.fastagi import FastAgiServer
from ivr.telephony.manager import ManagerClient
from ivr.telephony.queue_log import QueueLog
from ivr.web.app import web_app
from ivr.web.parts import WebParts
from prompts.sound_library import Library
from routing.table import Snapshot

DELIVER_EVERY: Final = seconds(5)
PUBLISH_EVERY: Final = seconds(1)  # a table comes into force in the second it was set for
LEARN_EVERY: Final = seconds(5)
DIALLER_EVERY: Final = seconds(5)  # an alarm is raised within ten
GRACE: Final = 5.0  # calls get this long at a stop; then they come back to another server


class Role(Enum):
    """What a process runs. A site needs calls and jobs; `jobs` empties the spool they share.

    Health and metrics are served whatever the role.
    """

    ALL = "all"
    CALLS = "calls"
    WEB = "web"
    JOBS = "jobs"

    @property
    def takes_calls(self) -> bool:
        return self in (Role.ALL, Role.CALLS)

    @property
    def shows_pages(self) -> bool:
        return self in (Role.ALL, Role.WEB)

    @property
    def does_jobs(self) -> bool:
        return self in (Role.ALL, Role.JOBS)


async def serve(settings: Settings, role: Role = Role.ALL) -> None:
    """Run until SIGTERM or SIGINT. Raises `NotConfigured` when there is no site to serve."""
    log = configure(settings.log_level)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with (
        running_node(settings) as node,
        _manager(node) as manager,
        contextlib.AsyncExitStack() as chosen,
    ):
        upkeep = Upkeep(log, ClockWatch(node.clock), node.meter)
        node.background.repeat(upkeep.look, seconds(1))
        if role.does_jobs:
            executor = _executor(node, manager)
            node.background.repeat(lambda: _deliver(node, executor), seconds(0))
            watch = DiallerWatch(SqlDialling(node.stores.database, node.clock), node.meter)
            node.background.repeat(watch.look, DIALLER_EVERY)
            node.background.repeat(lambda: _publish_due(node), PUBLISH_EVERY)
            node.background.repeat(node.office.publishing.learn_ahead, LEARN_EVERY)
            dictation = dictation_job(node)
            if dictation is not None:
                node.background.repeat(dictation.run, DICTATE_EVERY)
        if role.takes_calls:
            await chosen.enter_async_context(_agi(node, manager))
        pages = (
            await chosen.enter_async_context(_pages(node, manager)) if role.shows_pages else None
        )
        await chosen.enter_async_context(_web(node, manager, pages))
        _say_serving(settings, role)
        await stop.wait()
        logger().info("stopping", node=settings.node)


def _say_serving(settings: Settings, role: Role) -> None:
    logger().info(
        "serving",
        node=settings.node,
        role=role.value,
        agi=settings.agi.port if role.takes_calls else None,
        web=settings.web.port,
    )


def _executor(node: Node, manager: ManagerClient) -> Executor:
    queue_log = QueueLog(node.settings.queue_log)

    def talked(call: CallId) -> bool:
        return node.witness.answered(call) or queue_log.answered(call)

    return Executor(
        wills=node.wills,
        tickets=node.desk,
        calls=node.stores.calls,
        switch=SwitchKnows(manager),
        recordings=node.settings.recordings,
        talked=talked,
        after=seconds(node.settings.calls.unclaimed),
    )


async def _deliver(node: Node, executor: Executor) -> None:
    """What waits on disk goes to the database as soon as it takes it.

    Wills come last: the record of a call may be among what waits.
    """
    await node.spool.something_came(within=DELIVER_EVERY)
    if node.stores.watch.away:
        node.meter.spool.set(await node.spool.depth())
        return
    done = await node.delivery.deliver()
    node.meter.spool.set(done.left)
    if done.tickets or done.requests or done.records or done.set_aside:
        logger().info("spool delivered", left=done.left, set_aside=done.set_aside)
    if not done.left:
        await executor.execute()


async def _publish_due(node: Node) -> None:
    await node.office.publishing.publish_due()


def flow_of(node: Node) -> Flow:
    """The entry flow with the parts it needs, as the runner calls it."""
    tickets, times = DeskInTask(node.desk, node.meter), times_of(node.settings)
    wills = WillsInThread(node.wills, node.meter)

    async def flow(call: Call, snapshot: Snapshot, journey: Journey, is_over: IsOver) -> None:
        visit = Visit(
            call=call,
            snapshot=snapshot,
            calendar=node.book.calendar(),
            tickets=tickets,
            journey=journey,
            clock=node.clock,
            times=times,
            place=await place_of(call, journey),
            is_over=is_over,
            wills=wills,
            understanding=understanding_of(node.book.in_force(), snapshot),
            reserve=tickets.reserve,
        )
        await incoming(visit)

    return flow


@contextlib.asynccontextmanager
async def _agi(node: Node, manager: ManagerClient) -> AsyncIterator[None]:
    ledger = SpoolingLedger(WatchedLedger(node.stores.calls, node.stores.watch), node.spool)
    node.background.repeat(ledger.again, DELIVER_EVERY)
    pulse = Pulse(node.settings.guardian, node.settings.agi.address, node.clock)
    runner = CallRunner(
        flow=flow_of(node),
        table=node.book.snapshot,
        ledger=SettlingLedger(ledger, node.wills),
        live=node.present.live,
        witness=node.witness,
        fence=Fence(node.witness, SwitchKnows(manager), pulse.stalled_within),
        clock=node.clock,
        meter=node.meter,
        background=node.background,
        node=node.settings.node,
    )
    library = Library(sound_folders(node.settings))
    node.background.repeat(FreshLibrary(library).look, LOOK_EVERY)
    sounds = library.locate
    async with hearing(node, sounds) as heard:
        server = FastAgiServer(
            runner,
            sounds=sounds,
            recordings=node.settings.recordings,
            allow=node.settings.agi.allow,
            observer=AgiObserver(node.meter),
            hearing=heard,
        )
        await server.start(node.settings.agi.host, node.settings.agi.port)
        node.background.repeat(pulse.beat, EVERY)
        try:
            yield
        finally:
            await server.stop(GRACE)
            pulse.close()


@contextlib.asynccontextmanager
async def _manager(node: Node) -> AsyncIterator[ManagerClient]:
    client = manager_client(node.settings, ManagerMeter(node.meter))
    events = SwitchEvents(
        manager=client,
        queue=node.settings.calls.queue,
        witness=node.witness,
        presence=node.present.presence,
        clock=node.clock,
        meter=node.meter,
        background=node.background,
        wills=node.wills,
        unserved=Unserved(client, node.present.live, node.clock),
    )
    node.background.repeat(events.unserved.look, seconds(1))
    client.subscribe(events.handle, *EVENTS)
    client.on_up(events.reread)
    if node.settings.dialler.guard_trunk:
        client.subscribe(_trunk_guard(node, client).handle, DIALLING)
    client.start()
    try:
        yield client
    finally:
        await client.stop()


def _trunk_guard(node: Node, client: ManagerClient) -> TrunkGuard:
    return TrunkGuard(
        manager=client,
        lines=lambda: listed_numbers(node.book.snapshot()),
        forms=NationalForms(node.settings.dialler.landline),
        meter=node.meter,
        background=node.background,
    )


@contextlib.asynccontextmanager
async def _pages(node: Node, manager: ManagerClient) -> AsyncIterator[WebParts]:
    parts = web_parts(node, manager)
    if not node.settings.web.chat:
        yield parts
        return
    async with chat_rooms(node) as rooms:
        yield evolve(parts, chat=rooms)


@contextlib.asynccontextmanager
async def _web(node: Node, manager: ManagerClient, pages: WebParts | None) -> AsyncIterator[None]:
    async def health() -> Mapping[str, bool]:
        return {"database": not node.stores.watch.away, "manager": manager.up}

    server = WebServer(web_app(node.meter, health, pages), node.settings.web)
    serving = asyncio.create_task(server.serve())
    try:
        yield
    finally:
        server.should_exit = True
        await serving
