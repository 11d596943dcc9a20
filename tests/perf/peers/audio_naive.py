"""The base of the sound's ratios: asyncio streams, a task that hears and a task that plays."""

from __future__ import annotations

import asyncio
import contextlib
import sys

import uvloop

PROMPT = b"\x08\x00" * 8000 * 12
FRAME = 320


async def _play(writer: asyncio.StreamWriter) -> None:
    at = 0
    while True:
        writer.write(b"\x10\x01\x40" + PROMPT[at : at + FRAME])
        await writer.drain()
        at = (at + FRAME) % len(PROMPT)
        await asyncio.sleep(0.02)


async def _call(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    playing = asyncio.create_task(_play(writer))
    frames = 0
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            kind, *length = await reader.readexactly(3)
            await reader.readexactly(length[0] << 8 | length[1])
            frames += kind == 0x10
    playing.cancel()
    with contextlib.suppress(asyncio.CancelledError, ConnectionError):
        await playing
    writer.close()


async def serve(port: int) -> None:
    server = await asyncio.start_server(_call, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    run = uvloop.run if "uvloop" in sys.argv[2:] else asyncio.run
    run(serve(int(sys.argv[1])))
