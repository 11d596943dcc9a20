"""What a running site tells."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deploy.accounts import keep_accounts
from deploy.run import check_certificate
from deploy.run_facts import RunFacts
from ivr.kernel.errors import NotConfigured
from ivr.settings import Settings


def facts(home: Path, **more: object) -> dict:
    settings = Settings(home=home, **more)
    told = RunFacts(settings, keep_accounts(home / "secrets"), "admin", "pw")
    told.write(home / "run.json", asterisk=1, service=2)
    return json.loads((home / "run.json").read_text())


def test_the_addresses_are_those_of_the_settings(tmp_path: Path):
    known = facts(tmp_path, switch={"sip_port": 7001}, web={"port": 7002}, agi={"port": 7003})
    assert known["sip"] == {"host": "127.0.0.1", "port": 7001, "number": "114"}
    assert known["web"] == {"url": "http://127.0.0.1:7002/"}
    assert known["fastagi"] == {"host": "127.0.0.1", "port": 7003}
    assert known["pids"] == {"asterisk": 1, "service": 2}


def test_with_tls_accounts_are_sent_to_its_port(tmp_path: Path):
    assert facts(tmp_path, switch={"sip_port": 7001, "tls": True})["sip"]["port"] == 7002


def test_a_manager_password_from_the_settings_wins(tmp_path: Path):
    assert facts(tmp_path, ami={"secret": "chosen"})["ami"]["secret"] == "chosen"


def test_tls_without_a_certificate_is_refused_before_anything_starts(tmp_path: Path):
    with pytest.raises(NotConfigured, match=r"hotline\.crt"):
        check_certificate(Settings(home=tmp_path, switch={"tls": True}))
    check_certificate(Settings(home=tmp_path))
