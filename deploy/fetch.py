"""Fetch a program from Debian with exactly the libraries it needs, into a folder of ours.

The packages of the libraries are worked out from the programs themselves, round by round,
so a release that renames a library package does not stop us. Package files are kept: a
later set-up needs no network. Standard library only.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from deploy.apt_sources import machine_source
from deploy.debian import PrivateApt, unpack
from deploy.elf import missing
from deploy.steps import SetupFailed, say

SUITE = "sid"  # the only suite of Debian that carries Asterisk
ROUNDS = 12  # of libraries that need libraries


@dataclass(frozen=True)
class Wanted:
    """What to fetch. `programs` names, in an unpacked tree, the files that must find all libraries.

    `works` is asked of the finished tree; it returns what the program said, '' when it failed.
    """

    home: Path
    packages: tuple[str, ...]
    programs: Callable[[Path], Iterable[Path]]
    works: Callable[[Path], str]
    key: str  # changes when what is wanted changes

    @property
    def tree(self) -> Path:
        return self.home / "tree"

    @property
    def complete(self) -> Path:
        return self.tree / "complete.json"

    @property
    def debs(self) -> Path:
        return self.home / "debs"


def is_there(wanted: Wanted) -> bool:
    """Whether an earlier set-up finished this very thing."""
    try:
        return bool(json.loads(wanted.complete.read_text("utf-8"))["key"] == wanted.key)
    except (OSError, ValueError, KeyError):
        return False


def fetch(wanted: Wanted) -> str:
    """Bring it here and return what it says of itself.

    The tree appears at its place in one step, when it is complete and has been seen to work.

    Raises:
        SetupFailed: no network and nothing kept, or Debian no longer has it in this form.
    """
    fresh = wanted.home / "tree.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    _unpack_closure(wanted, fresh)
    said = wanted.works(fresh)
    if not said:
        raise SetupFailed(f"what was unpacked in {fresh} does not start")
    (fresh / wanted.complete.name).write_text(json.dumps({"key": wanted.key, "says": said}))
    shutil.rmtree(wanted.tree, ignore_errors=True)
    fresh.replace(wanted.tree)
    shutil.rmtree(wanted.home / "apt", ignore_errors=True)
    return said


def _unpack_closure(wanted: Wanted, tree: Path) -> None:
    kept = sorted(wanted.debs.glob("*.deb"))
    if kept:
        say(f"    {len(kept)} packages kept from an earlier set-up")
    for deb in kept:
        unpack(deb, tree)
    have = {deb.name.partition("_")[0] for deb in kept}
    names = set(wanted.packages) - have
    apt: PrivateApt | None = None
    for _ in range(ROUNDS):
        if not names:
            absent = missing(wanted.programs(tree), _library_folders(tree))
            if not absent:
                return
            apt = apt or _index(wanted)
            names = {apt.provider(library) for library in absent}
        apt = apt or _index(wanted)
        for deb in apt.download(names, wanted.debs):
            unpack(deb, tree)
        names = set()
    raise SetupFailed(f"libraries still missing after {ROUNDS} rounds")


def _index(wanted: Wanted) -> PrivateApt:
    apt = PrivateApt(wanted.home / "apt", machine_source(), SUITE)
    apt.update()
    return apt


def _library_folders(tree: Path) -> tuple[Path, ...]:
    found = sorted(tree.glob("usr/lib/*-linux-gnu*")) + sorted(tree.glob("lib/*-linux-gnu*"))
    return (*found, *(folder / "pulseaudio" for folder in found))
