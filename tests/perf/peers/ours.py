"""Our server as it runs in the product: observer, metrics, a log line a call; twelve commands.

The flow gives eleven, the server the last word.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import uvloop

from ivr.app.observe import AgiObserver
from ivr.kernel.garbage import look_at_calls_only
from ivr.kernel.ids import SoundId
from ivr.kernel.log import configure, logger
from ivr.kernel.metrics import Meter
from ivr.kernel.sound import Sound
from ivr.telephony.call import Call
from ivr.telephony.fastagi import FastAgiServer
from ivr.telephony.fastagi_call import FastAgiCall
from ivr.wire import agi_commands

GREETING = Sound(SoundId("say/greeting_keys"), "")
GET_DATA = b'GET DATA "say/main_menu" 5000 4\n'
CONTEXT = agi_commands.set_place("hotline-in", "114", 1)[0]


async def _eleven(call: FastAgiCall) -> None:
    await call.answer()
    await call.set("HOTLINE_STEP", "answered")
    await call.set("CALLERID(name)", "114")
    await call.get("CALLERID(num)")
    await call.get("HOTLINE_PLACE")
    await call.play(GREETING)
    await call.command(GET_DATA)
    await call.command(agi_commands.execute("Queue", "hotline", "c", "", "", "90"))
    await call.command(agi_commands.verbose("served"))
    await call.command(CONTEXT)
    await call.hangup()


async def serve(port: int) -> None:
    configure("info")
    meter = Meter()

    async def run(call: Call) -> None:
        assert isinstance(call, FastAgiCall)
        meter.live.inc()
        try:
            await _eleven(call)
        finally:
            meter.live.dec()
            meter.calls.count("connected")
            logger().info("call", call=call.facts.call, outcome="connected")

    server = FastAgiServer(
        run, sounds=lambda sound: sound.id, recordings=Path(), observer=AgiObserver(meter)
    )
    await server.start("127.0.0.1", port)
    await asyncio.Event().wait()


if __name__ == "__main__":
    look_at_calls_only()
    uvloop.run(serve(int(sys.argv[1])))
