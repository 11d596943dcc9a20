"""The web server, on the loop that carries the calls."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Final

import uvicorn
from starlette.applications import Starlette

from ivr.kernel.log import logger
from ivr.settings import WebSettings

AGAIN: Final = 2.0  # seconds until a port that was taken is tried again


class WebServer(uvicorn.Server):
    """uvicorn without a hand on the signals: the service decides when it stops."""

    def __init__(self, app: Starlette, where: WebSettings) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=where.host,
                port=where.port,
                log_config=None,
                access_log=False,
                lifespan="off",
                server_header=False,
                proxy_headers=bool(where.proxies),
                forwarded_allow_ips=list(where.proxies),
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """A port that is taken is asked for again and again: calls go on without pages."""
        while not self.should_exit:
            try:
                return await super().startup(sockets=sockets)
            except SystemExit:  # uvicorn's word for it; out of a task it would stop the loop
                logger().error("web port taken", host=self.config.host, port=self.config.port)
                await asyncio.sleep(AGAIN)
        return None

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
