"""The web server, on the loop that carries the calls."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import uvicorn
from starlette.applications import Starlette

from ivr.settings import WebSettings


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
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
