"""A reader never meets half a file, and two writers never meet each other's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ivr.kernel.files import replace_file


def test_writers_at_the_same_time_leave_one_whole_file(tmp_path: Path):
    """A command publishes a table in the second in which the service takes one up."""
    path = tmp_path / "standby.json"
    contents = [bytes([letter]) * 50_000 for letter in b"abcdefgh"]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda content: replace_file(path, content), contents * 5))
    assert path.read_bytes() in contents
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_can_not_be_replaced_stands(tmp_path: Path):
    folder = tmp_path / "table.json"
    (folder / "held").mkdir(parents=True)
    with pytest.raises(OSError, match="directory"):
        replace_file(folder, b"new")
    assert [each.name for each in tmp_path.iterdir()] == ["table.json"]


def test_others_can_not_read_it(tmp_path: Path):
    replace_file(tmp_path / "a", b"")
    assert (tmp_path / "a").stat().st_mode & 0o077 == 0
