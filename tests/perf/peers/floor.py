"""The floor: a bare protocol on uvloop that answers every segment with the next command.

No environment is parsed, no reply decoded, no flow runs: what is left is the sockets' own price,
which every server on this loop pays.
"""

from __future__ import annotations

import asyncio
import sys

import uvloop

from .commands import TWELVE
from .streams import BACKLOG

LINES = tuple(f"{command}\n".encode() for command in TWELVE)


class _Call(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._next = iter(LINES)

    def data_received(self, data: bytes) -> None:  # noqa: ARG002 - not even looked at
        line = next(self._next, None)
        if line is None:
            self._transport.close()
        else:
            self._transport.write(line)  # type: ignore[attr-defined]


async def serve(port: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Call, "127.0.0.1", port, backlog=BACKLOG)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
