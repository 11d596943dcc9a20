"""Passwords: made once, random, private."""

from __future__ import annotations

import stat
from pathlib import Path

from deploy.accounts import keep_accounts, write_private


def test_they_are_made_once_and_all_differ(tmp_path: Path):
    accounts = keep_accounts(tmp_path / "secrets")
    everyone = (*accounts.callers, *accounts.operators)
    passwords = {account.password for account in everyone} | {accounts.ami_secret}
    assert len(passwords) == len(everyone) + 1
    assert min(map(len, passwords)) >= 16
    assert keep_accounts(tmp_path / "secrets") == accounts
    assert keep_accounts(tmp_path / "other") != accounts


def test_operators_are_named_for_their_seat(tmp_path: Path):
    operators = keep_accounts(tmp_path).operators
    assert [(each.id, each.user) for each in operators] == [("1001", "op1001"), ("1002", "op1002")]


def test_a_private_file_is_replaced_whole_and_stays_private(tmp_path: Path):
    path = tmp_path / "run.json"
    path.write_text("old")
    path.chmod(0o644)
    write_private(path, "new")
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]
