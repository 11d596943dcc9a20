"""Point 1: what `make run` starts is all there, and says how to reach it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from deploy.phones.phone import Phone, Subscriber

from .citizen import Citizen
from .hotline import Hotline

FACTS = {
    "sip": {"host", "port", "number"},
    "ami": {"host", "port", "user", "secret"},
    "fastagi": {"host", "port"},
    "web": {"url"},
    "admin": {"user", "password"},
    "pids": {"asterisk", "service"},
}


def test_run_json_tells_outside_programs_everything(hotline: Hotline) -> None:
    facts = hotline.facts
    assert {name: set(facts[name]) for name in FACTS} == FACTS
    assert set(facts) == {*FACTS, "callers", "operators", "database"}
    assert [set(each) for each in facts["callers"]] == [{"user", "password"}] * 2
    assert [set(each) for each in facts["operators"]] == [{"id", "user", "password"}] * 2
    for pid in facts["pids"].values():
        os.kill(pid, 0)  # raises when there is no such process
    assert stat.S_IMODE((hotline.home / "run.json").stat().st_mode) == 0o600


async def test_a_softphone_with_a_ready_account_dials_114_and_hears_chinese(
    hotline: Hotline, tmp_path: Path
) -> None:
    account = hotline.facts["callers"][0]
    owner = Subscriber(account["user"], account["password"], hotline.sip)
    async with Phone(owner, folder=tmp_path) as phone:
        caller = await Citizen.dials(hotline, phone)
        (greeting,) = await caller.hears("greeting_keys")
        assert greeting.start < 8
        await caller.hangs_up()
    record = await hotline.row(
        "select * from call_record where caller = ? order by began", account["user"]
    )
    assert record["outcome"] == "abandoned"


async def test_the_doctor_finds_every_part_well(hotline: Hotline) -> None:
    said = await hotline.command("doctor")
    assert "✗" not in said
    assert "Asterisk管理接口" in said
    assert "提示音" in said
