"""The simulated exchange: units that answer, one that is busy, one that never does."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.phones.phone import PhoneTimeout, State
from deploy.phones.process import ROOT
from deploy.phones.units import DEFAULTS, ExchangeWrong, Manner, Rules
from deploy.phones.wave_files import read_samples
from routing.load import load_directory

from .conftest import Phones

ANSWERS, BUSY, NEVER, NOBODY = "04730000090", "04730000110", "12369", "5550000"


@pytest.fixture
async def exchange(tmp_path: Path) -> AsyncIterator[str]:
    """An exchange whose units answer at once and talk for two seconds."""
    rules = tmp_path / "rules.toml"
    text = DEFAULTS.read_text("utf-8").replace("ring = 1.0", "ring = 0.1")
    rules.write_text(text.replace("talk = 12.0", "talk = 2.0"), "utf-8")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.phones.exchange", "--port", "0", "--rules", str(rules)),
        *("--folder", str(tmp_path / "exchange"), "--log", str(tmp_path / "calls.jsonl")),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    assert process.stdout is not None
    ready = (await asyncio.wait_for(process.stdout.readline(), 120)).decode()
    yield ready.split()[3].rstrip(":")
    process.terminate()
    assert await asyncio.wait_for(process.wait(), 60) == 0


async def written(path: Path) -> None:
    """The log's line is written after the caller has seen the end."""
    for _ in range(3000):
        if path.exists():  # noqa: ASYNC240 - a file on this machine's own disk
            return
        await asyncio.sleep(0.02)
    pytest.fail("the exchange logged nothing for a minute")


async def test_a_unit_picks_up_speaks_and_hangs_up(
    phone: Phones, exchange: str, tmp_path: Path
) -> None:
    async with phone("13800138000", name="市民") as caller:
        call = await caller.dial(f"{ANSWERS}@{exchange}")
        await call.wait(State.ENDED)
    assert not call.ending.by_me
    assert max(read_samples(call.recording)) > 2000
    await written(tmp_path / "calls.jsonl")
    logged = json.loads((tmp_path / "calls.jsonl").read_text("utf-8"))
    assert (logged["line"], logged["caller"], logged["name"]) == ("H090", "13800138000", "市民")
    assert logged["answered"]
    assert logged["by_unit"]


async def test_the_busy_the_silent_and_the_missing_number(phone: Phones, exchange: str) -> None:
    async with phone("13800138000") as caller:
        busy, never, nobody = [
            await caller.call(f"{number}@{exchange}") for number in (BUSY, NEVER, NOBODY)
        ]
        await asyncio.gather(busy.wait(State.ENDED), nobody.wait(State.ENDED))
        await never.wait(State.RINGING)
        with pytest.raises(PhoneTimeout):
            await never.wait(State.UP, within=0.5)
    assert (busy.ending.code, nobody.ending.code) == (486, 404)


def test_the_default_rules_name_one_busy_and_one_silent_line_that_never_close() -> None:
    lines = load_directory().lines
    rules = Rules.read(DEFAULTS, lines)
    special = {rules.manner(line): line for line in lines}
    assert set(special) == set(Manner)
    assert special[Manner.BUSY].number == BUSY
    assert special[Manner.NEVER].number == NEVER


@pytest.mark.parametrize(
    ("change", "complaint"),
    [(("H110", "H999"), "H999"), (("talk =", "walk ="), "walk"), (('busy = ["H110"]', ""), "busy")],
)
def test_rules_with_a_slip_of_the_pen_are_refused(
    tmp_path: Path, change: tuple[str, str], complaint: str
) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(DEFAULTS.read_text("utf-8").replace(*change), "utf-8")
    with pytest.raises(ExchangeWrong, match=complaint):
        Rules.read(path, load_directory().lines)
