"""The base of all ratios: asyncio streams and nothing else; with `uvloop`, on that loop.

With `documented` it also waits for its writer to close, as the documentation of asyncio has it,
and logs a line a call, as ours does.
"""

from __future__ import annotations

import asyncio
import logging
import sys

import uvloop

from .commands import TWELVE

BACKLOG = 1024
DOCUMENTED = "documented" in sys.argv[2:]
LINES = tuple(f"{command}\n".encode() for command in TWELVE)


async def _call(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    values: dict[str, str] = {}
    while (line := (await reader.readline()).decode().rstrip("\n")) != "":
        name, _, value = line.partition(": ")
        values[name] = value
    for command in LINES:
        writer.write(command)
        await writer.drain()
        code, _, rest = (await reader.readline()).decode().partition(" ")
        if not code:
            break
        rest.partition("=")
    writer.close()
    if DOCUMENTED:
        logging.info("call %s ended", values["agi_uniqueid"])  # noqa: LOG015 - as most have it
        await writer.wait_closed()


async def serve(port: int) -> None:
    server = await asyncio.start_server(_call, "127.0.0.1", port, backlog=BACKLOG)
    await server.serve_forever()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    run = uvloop.run if "uvloop" in sys.argv[2:] else asyncio.run
    run(serve(int(sys.argv[1])))
