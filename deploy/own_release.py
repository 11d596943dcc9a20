"""Programs of this machine's own Debian release, unpacked without root beside its libraries.

For programs that can not run on another release's loader, as Asterisk does: PostgreSQL and the
browser start themselves again by their path. What the machine has is used, what it lacks comes
along. Standard library only.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from deploy import fetch
from deploy.apt_sources import machine_source
from deploy.debian import PrivateApt, unpack
from deploy.elf import missing
from deploy.fetch import Wanted
from deploy.steps import SetupFailed, run

LIBRARIES = ("usr/lib/*-linux-gnu*", "lib/*-linux-gnu*", "usr/lib/*-linux-gnu*/pulseaudio")
ROUNDS = 12  # of libraries that need libraries
NEVER = ("libc6", "libllvm")  # the loader's own half, and a compiler we leave switched off


def fetch_here(wanted: Wanted) -> str:
    """Bring the packages of this machine's release here, unpack them, return the version.

    Raises:
        SetupFailed: no network and nothing kept, or what was unpacked does not start.
    """
    _keep_packages(wanted)
    return fetch.fetch(_settled(wanted))


def _settled(wanted: Wanted) -> Wanted:
    # The kept packages are all that is needed: no library is to be sought in another release.
    return Wanted(wanted.home, (), lambda _tree: (), wanted.works, wanted.key)


def _keep_packages(wanted: Wanted) -> None:
    trial, apt = wanted.home / "trial", _MachineApt(wanted.home / "apt")
    shutil.rmtree(trial, ignore_errors=True)
    trial.mkdir(parents=True)
    for deb in sorted(wanted.debs.glob("*.deb")):
        unpack(deb, trial)
    complete = any(wanted.programs(trial)) and set(wanted.packages) <= _kept(wanted.debs)
    names = frozenset(() if complete else wanted.packages)
    for _ in range(ROUNDS):
        for deb in apt.download(names, wanted.debs):
            unpack(deb, trial)
        if any(wanted.programs(trial)) and not _lacking(wanted, trial):
            shutil.rmtree(trial, ignore_errors=True)
            return
        names = _named_by(wanted.debs)
    raise SetupFailed(f"libraries still missing: {', '.join(sorted(_lacking(wanted, trial)))}")


def _lacking(wanted: Wanted, tree: Path) -> frozenset[str]:
    return missing(wanted.programs(tree), (*library_folders(tree), *library_folders(Path("/"))))


class _MachineApt:
    """The packages of this machine's own release; the index is fetched when it is first needed."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._ready: PrivateApt | None = None

    def download(self, names: frozenset[str], into: Path) -> list[Path]:
        if not names:
            return []
        if self._ready is None:
            source = machine_source()
            self._ready = PrivateApt(self._home, source, source.suites[0])
            self._ready.update()
        return self._ready.download(names, into)


def _kept(debs: Path) -> set[str]:
    return {deb.name.partition("_")[0] for deb in debs.glob("*.deb")}


def _named_by(debs: Path) -> frozenset[str]:
    """Packages that those in `debs` depend on: libraries, and what `postgresql` stands for."""
    kept = {deb.name.partition("_")[0]: deb for deb in debs.glob("*.deb")}
    wanted = set[str]()
    for name, deb in kept.items():
        depends = run(["dpkg-deb", "-f", deb, "Depends"], quiet=True)
        first = {words.split()[0] for words in depends.split(",") if words.strip()}
        wanted |= {each for each in first if re.fullmatch(rf"z?lib.+|{re.escape(name)}-\d+", each)}
    return frozenset(each for each in wanted - set(kept) if not each.startswith(NEVER))


def library_folders(tree: Path) -> tuple[Path, ...]:
    """Where the libraries of a tree are."""
    return tuple(path for pattern in LIBRARIES for path in sorted(tree.glob(pattern)))
