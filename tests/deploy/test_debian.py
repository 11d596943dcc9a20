"""Packages: which one carries a library, and unpacking without root."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from deploy.debian import package_rule, unpack
from deploy.steps import SetupFailed

CARRIED = {
    "libssl.so.3": "libssl3t64",
    "libcrypto.so.3": "libssl3",
    "libxml2.so.16": "libxml2-16",
    "libxslt.so.1": "libxslt1.1",
    "libgcc_s.so.1": "libgcc-s1",
    "libstdc++.so.6": "libstdc++6",
    "libz.so.1": "zlib1g",
    "libc.so.6": "libc6",
    "ld-linux-x86-64.so.2": "libc6",
    "libnspr4.so": "libnspr4",
    "libssl3.so": "libnss3",
    "libX11.so.6": "libx11-6",
    "libvorbis.so.0": "libvorbis0a",
    "libpulsecommon-17.0.so": "libpulse0",
}


@pytest.mark.parametrize(("library", "package"), CARRIED.items())
def test_the_package_of_a_library_is_found_by_its_name(library: str, package: str):
    assert package_rule(library).fullmatch(package)


@pytest.mark.parametrize("other", ["libssl-dev", "libssl3t64-dbg", "libssl30", "libxssl3"])
def test_another_package_is_not_taken_for_it(other: str):
    assert not package_rule("libssl.so.3").fullmatch(other)


def make_deb(folder: Path, name: str = "thing") -> Path:
    content = folder / name
    (content / "DEBIAN").mkdir(parents=True)
    (content / "DEBIAN/control").write_text(
        f"Package: {name}\nVersion: 1\nArchitecture: all\nMaintainer: us <us@localhost>\n"
        "Description: a thing\n"
    )
    for path in ("usr/bin/thing", "usr/share/doc/thing/copyright"):
        (content / path).parent.mkdir(parents=True)
        (content / path).write_text("here")
    made = folder / f"{name}_1_all.deb"
    command = ["dpkg-deb", "--build", "--root-owner-group", content, made]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603  # words of ours
    return made


def test_a_package_is_unpacked_without_its_papers(tmp_path: Path):
    into = tmp_path / "tree"
    into.mkdir()
    unpack(make_deb(tmp_path), into)
    assert (into / "usr/bin/thing").read_text() == "here"
    assert not (into / "usr/share/doc/thing/copyright").exists()


def test_a_damaged_package_is_removed_so_that_the_next_run_fetches_it(tmp_path: Path):
    damaged = tmp_path / "thing_1_all.deb"
    damaged.write_bytes(b"half a file")
    with pytest.raises(SetupFailed, match="run this again"):
        unpack(damaged, tmp_path)
    assert not damaged.exists()
