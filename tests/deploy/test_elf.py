"""Reading from a program which libraries it needs."""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from deploy.elf import missing, needed

PYTHON = Path(sys.executable).resolve()


def test_python_needs_the_c_library():
    assert any(name.startswith("libc.so") for name in needed(PYTHON))


def test_a_script_needs_none(tmp_path: Path):
    script = tmp_path / "script"
    script.write_text("#!/bin/sh\n")
    assert needed(script) == ()


def test_what_stands_in_no_folder_is_missing(tmp_path: Path):
    assert missing([PYTHON], (tmp_path,)) == frozenset(needed(PYTHON))


def test_a_library_found_is_asked_for_its_own(tmp_path: Path):
    (tmp_path / needed(PYTHON)[0]).write_bytes(PYTHON.read_bytes())
    assert needed(PYTHON)[0] not in missing([PYTHON], (tmp_path,))


@given(st.binary(max_size=300).filter(lambda raw: not raw.startswith(b"\x7fELF")))
def test_anything_else_needs_none(tmp_path_factory, raw: bytes):
    path = tmp_path_factory.mktemp("elf") / "file"
    path.write_bytes(raw)
    assert needed(path) == ()
