"""The node dies, or stands still, while its caller is being heard: another one goes on.

Real Asterisk with the product's dialplan, real telephones, the guardian's own hand.
"""

from __future__ import annotations

import asyncio
import signal
import sys

import pytest

from deploy.accounts import keep_accounts
from ivr.app.manager import connected
from ivr.guardian.switch import SwitchHand
from ivr.guardian.watch import Deed, Order
from ivr.kernel.clock import SystemClock
from ivr.kernel.heard import Heard
from ivr.kernel.sound import Sound
from ivr.telephony.manager import Login, ManagerClient, NobodyWatches

from .audio_world import World

pytestmark = pytest.mark.e2e
SOON = 60.0
PROMPT = Sound("prompt", "")


class OtherNode:
    """The node that is struck: a process of its own, and what it says."""

    def __init__(self, world: World, port: int) -> None:
        self._command = (sys.executable, "-m", "tests.telephony.audio_node")
        self._words = (str(world.folder), str(port))

    async def __aenter__(self):
        self.process = await asyncio.create_subprocess_exec(
            *self._command, *self._words, stdout=asyncio.subprocess.PIPE
        )
        await self.says("ready")
        return self

    async def __aexit__(self, *_):
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    async def says(self, word):
        line = await asyncio.wait_for(self.process.stdout.readline(), SOON)
        assert line.decode().strip() == word


async def asks(call):
    return await call.listen(PROMPT)


async def is_in(world: World, application: str):
    """The one call on the switch is in this application."""
    async with asyncio.timeout(SOON):
        while True:
            shown = await asyncio.to_thread(world.switch.cli, "core show channels concise")
            if f"!{application}!" in shown:
                return
            await asyncio.sleep(0.05)


async def goes_on(world: World, talk):
    """The second node asks the same caller, hears them, and that is all."""
    await talk.is_told_something()
    await talk.leg.say(world.speech)
    assert isinstance(await talk.returns(), Heard)


@pytest.fixture
def world(tmp_path):
    """Two nodes: the first is another process, the second is here."""
    made = World(tmp_path, 2, phones=1)
    first = made.settings.agi
    second = first.port + 1
    agi = first.model_copy(update={"peers": (f"{first.host}:{second}",)})
    made.settings = made.settings.model_copy(update={"agi": agi})
    made.agi_port = second
    return made


async def killed(world: World):
    """Asterisk sees the closed connections, and the dialplan tries the next node."""
    async with OtherNode(world, world.settings.agi.port) as node:
        talk = await listening_at(node, world)
        node.process.kill()
        await goes_on(world, talk)


async def stalled(world: World):
    """The guardian takes the caller away; who wakes up learns that they have gone."""
    async with OtherNode(world, world.settings.agi.port) as node:
        talk = await listening_at(node, world)
        node.process.send_signal(signal.SIGSTOP)
        assert await rescue(world) == 1
        await goes_on(world, talk)
        node.process.send_signal(signal.SIGCONT)
        await node.says("gone")


async def test_a_node_lost_while_it_listens_loses_no_caller(world):
    async with world.running():
        await killed(world)
        await world.everybody_has_left()
        await stalled(world)
    assert world.faults.all == []


async def listening_at(node: OtherNode, world: World):
    talk = await world.rings(asks)
    await node.says("listening")
    await is_in(world, "AudioSocket")
    return talk


async def rescue(world: World) -> int:
    """What the guardian does about a silent node."""
    settings = world.settings
    login = Login(settings.ami.user, keep_accounts(settings.secrets).ami_secret)
    client = ManagerClient(
        (settings.ami.host, settings.ami.port), login, observer=NobodyWatches(), events=False
    )
    async with connected(client, settings.ami) as manager:
        hand = SwitchHand(manager, settings.switch.number, SystemClock())
        return await hand.obey(Order(Deed.RESCUE, settings.agi.address))
