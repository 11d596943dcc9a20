"""panoramisk's FastAGI application, used as its documentation shows; with `uvloop`, on that."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import uvloop
from panoramisk import fast_agi

from .commands import TWELVE
from .streams import BACKLOG


async def _call(request: Any) -> None:
    for command in TWELVE:
        await request.send_command(command)


async def serve(port: int) -> None:
    application = fast_agi.Application(loop=asyncio.get_running_loop())
    application.add_route("incoming", _call)
    server = await asyncio.start_server(application.handler, "127.0.0.1", port, backlog=BACKLOG)
    await server.serve_forever()


if __name__ == "__main__":
    run = uvloop.run if "uvloop" in sys.argv[2:] else asyncio.run
    run(serve(int(sys.argv[1])))
