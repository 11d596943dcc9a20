"""Fetching a program: from kept packages, in one step, and only when it works."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.fetch import Wanted, fetch, is_there
from deploy.steps import SetupFailed
from tests.deploy.test_debian import make_deb


def wanted(tmp_path: Path, says: str = "thing 1.0", key: str = "k") -> Wanted:
    home = tmp_path / "cache"
    (home / "debs").mkdir(parents=True, exist_ok=True)
    if not any((home / "debs").iterdir()):
        deb = make_deb(tmp_path)
        deb.replace(home / "debs" / deb.name)
    return Wanted(
        home,
        ("thing",),
        lambda tree: [tree / "usr/bin/thing"],
        lambda tree: says if (tree / "usr/bin/thing").exists() else "",
        key,
    )


def test_kept_packages_need_no_network(tmp_path: Path):
    thing = wanted(tmp_path)
    assert not is_there(thing)
    assert fetch(thing) == "thing 1.0"
    assert is_there(thing)
    assert (thing.tree / "usr/bin/thing").read_text() == "here"


def test_wanting_something_else_is_noticed(tmp_path: Path):
    fetch(wanted(tmp_path))
    assert not is_there(wanted(tmp_path, key="more modules"))


def test_a_program_that_does_not_start_is_not_put_in_place(tmp_path: Path):
    fetch(wanted(tmp_path))
    with pytest.raises(SetupFailed, match="does not start"):
        fetch(wanted(tmp_path, says="", key="other"))
    assert is_there(wanted(tmp_path))


def test_a_set_up_that_was_cut_off_is_taken_up(tmp_path: Path):
    thing = wanted(tmp_path)
    (thing.home / "tree.new/usr").mkdir(parents=True)
    thing.tree.mkdir()
    assert not is_there(thing)
    assert fetch(thing) == "thing 1.0"
