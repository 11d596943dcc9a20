"""Where the machine's own files say that Debian comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.apt_sources import Source, machine_source
from deploy.steps import SetupFailed

BOTH = "# a comment\n\nTypes: deb deb-src\nURIs: http://mirror.invalid/debian\n"


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "os-release").write_text('ID=debian\nVERSION_CODENAME="bookworm"\n')
    return tmp_path


def found(machine: Path) -> Source:
    return machine_source(machine, machine / "os-release")


def test_the_paragraph_form_is_read(machine: Path):
    (machine / "sources.list.d/debian.sources").write_text(
        BOTH + "Suites: bookworm\n bookworm-updates\nComponents: main contrib\n"
        "# in between\nSigned-By: /keys/debian.gpg\n"
    )
    assert found(machine) == Source(
        "http://mirror.invalid/debian",
        ("bookworm", "bookworm-updates"),
        ("main", "contrib"),
        ("signed-by=/keys/debian.gpg",),
    )


def test_the_line_form_is_read(machine: Path):
    (machine / "sources.list").write_text(
        "deb-src http://mirror.invalid/debian bookworm main\n"
        "deb [arch=amd64 signed-by=/k.gpg] http://mirror.invalid/debian bookworm main # why\n"
    )
    source = found(machine)
    assert source.components == ("main",)
    assert source.line("sid") == "deb [signed-by=/k.gpg] http://mirror.invalid/debian sid main\n"


def test_a_source_of_something_else_is_passed_over(machine: Path):
    (machine / "sources.list.d/a.list").write_text("deb http://other.invalid/apt tool main\n")
    (machine / "sources.list.d/b.sources").write_text(
        "Types: deb\nURIs: http://security.invalid/\nSuites: bookworm-security\nComponents: main\n"
        "\n" + BOTH + "Suites: bookworm\nComponents: main\nEnabled: no\n"
    )
    (machine / "sources.list").write_text("deb http://mirror.invalid/d stable main\n")
    assert found(machine).uri == "http://mirror.invalid/d"


def test_an_inline_key_is_left_to_the_machines_keyring(machine: Path):
    (machine / "sources.list.d/debian.sources").write_text(
        BOTH + "Suites: bookworm\nComponents: main\nSigned-By:\n -----BEGIN PGP-----\n .\n abc\n"
    )
    assert found(machine).options == ()


def test_a_machine_without_debian_is_told_what_to_do(machine: Path):
    with pytest.raises(SetupFailed, match="install Asterisk 20"):
        found(machine)
