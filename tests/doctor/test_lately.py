"""What the running service counted, in words."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from deploy.ports import unused
from ivr.doctor import lately
from ivr.doctor.lately import AILMENTS
from ivr.kernel.metrics import Meter
from ivr.settings import Settings, WebSettings


@contextlib.asynccontextmanager
async def answering(text):
    """The service's web port, of which only /metrics is asked."""

    async def answer(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(text)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + text)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield Settings(web=WebSettings(port=server.sockets[0].getsockname()[1]))


async def examined(meter):
    async with answering(meter.exposition()) as settings:
        return await lately.examine(settings)


async def test_without_faults_all_is_well():
    found = await examined(Meter())
    assert (found.well, found.detail) == (True, "没有")


@pytest.mark.parametrize("kind", [kind for kind in AILMENTS if kind != "database"])
async def test_each_kind_is_named_with_its_mend(kind):
    meter = Meter()
    meter.fault(kind)
    meter.fault(kind, 2)
    found = await examined(meter)
    assert not found.well
    assert found.detail == f"{AILMENTS[kind].said}（3次）"
    assert found.mend == AILMENTS[kind].mend


async def test_a_database_is_named_while_it_is_away_only():
    meter = Meter()
    meter.fault("database")
    assert (await examined(meter)).well
    meter.store_away.set(1)
    assert "数据库" in (await examined(meter)).detail


async def test_what_has_passed_is_not_named(monkeypatch):
    meter = Meter()
    meter.fault("clock")
    monkeypatch.setattr(lately, "LATELY", 0.0)
    assert (await examined(meter)).well


async def test_an_unknown_kind_is_named_by_its_metric():
    meter = Meter()
    meter.fault("agi-malformed")
    found = await examined(meter)
    assert "agi-malformed" in found.detail
    assert "hotline_faults_total" in found.mend


async def test_a_stranger_on_the_port_is_no_crash():
    async with answering(b"{nonsense") as settings:
        found = await lately.examine(settings)
    assert (found.well, "HOTLINE_WEB__PORT" in found.mend) == (False, True)


async def test_without_a_service_nothing_is_known(unused_port):
    found = await lately.examine(Settings(web=WebSettings(port=unused_port)))
    assert found.well
    assert "没有运行" in found.detail


@pytest.fixture
def unused_port():
    return unused()
