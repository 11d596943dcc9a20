"""Pages are comfort: a port that somebody else has must not cost a call."""

import asyncio
import socket

from starlette.applications import Starlette

from ivr.app import web
from ivr.app.web import WebServer
from ivr.settings import WebSettings


async def test_a_port_that_is_taken_is_served_as_soon_as_it_is_free(monkeypatch):
    """uvicorn itself would end the process, and with it every call."""
    monkeypatch.setattr(web, "AGAIN", 0.02)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        server = WebServer(Starlette(), WebSettings(port=port))
        serving = asyncio.create_task(server.serve())
        await asyncio.sleep(0.1)
        assert not serving.done()
        assert not server.started
    async with asyncio.timeout(60):
        while not server.started:  # noqa: ASYNC110 - uvicorn tells nobody
            await asyncio.sleep(0.01)
    server.should_exit = True
    await serving


async def test_who_waits_for_a_port_ends_when_told_to(monkeypatch):
    monkeypatch.setattr(web, "AGAIN", 0.02)
    with socket.create_server(("127.0.0.1", 0)) as other:
        server = WebServer(Starlette(), WebSettings(port=other.getsockname()[1]))
        serving = asyncio.create_task(server.serve())
        await asyncio.sleep(0.05)
        server.should_exit = True
        await asyncio.wait_for(serving, 60)
    assert not server.started
