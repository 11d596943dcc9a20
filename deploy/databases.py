"""PostgreSQL and Redis for the tests and for trying the scaled set-up, without root.

An installed server is used. Else Debian's packages of this machine's own release are unpacked
into a folder of ours, with the libraries that the machine lacks: PostgreSQL starts itself again
by its path, so it can not run on another release's loader as Asterisk does.
Standard library only.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy import fetch, layout
from deploy.apt_sources import machine_source
from deploy.debian import PrivateApt, unpack
from deploy.elf import missing
from deploy.fetch import Wanted
from deploy.steps import SetupFailed, run, say, step

POSTGRESQL_PROGRAMS = "usr/lib/postgresql/*/bin"
REDIS_PROGRAM = "usr/bin/redis-server"
LIBRARIES = ("usr/lib/*-linux-gnu*", "lib/*-linux-gnu*")
ROUNDS = 12  # of libraries that need libraries
NEVER = ("libc6", "libllvm")  # the loader's own half, and a compiler we leave switched off


@dataclass(frozen=True)
class Found:
    """A server that can be started: the program, and the tree it was unpacked into, if it was."""

    program: Path
    tree: Path | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What it needs in its environment to find its libraries."""
        if self.tree is None:
            return {}
        return {"LD_LIBRARY_PATH": ":".join(map(str, _folders(self.tree)))}

    def version(self) -> str:
        """What it says of itself (15.18), or '' when it does not start."""
        try:
            said = subprocess.run(
                [self.program, "--version"],
                env={**os.environ, **self.environment},
                capture_output=True,
                text=True,
                timeout=30,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return ""
        found = re.search(r"\d+\.\d+(\.\d+)?", said.stdout)
        return found[0] if found and said.returncode == 0 else ""


def find_postgresql() -> Found | None:
    """The PostgreSQL server to use, `initdb` beside it; None: `make setup` would fetch it."""
    return _postgresql_in(Path("/")) or _postgresql_in(_postgresql().tree)


def find_redis() -> Found | None:
    """The Redis server to use; None: `make setup` would fetch it."""
    own = shutil.which("redis-server")
    return Found(Path(own)) if own else _redis_in(_redis().tree)


def provide_databases() -> None:
    """Both, quick when they are there; one that can not be had is named, and set-up goes on."""
    _provide("PostgreSQL", find_postgresql, _postgresql())
    _provide("Redis", find_redis, _redis())


def _provide(name: str, find: Callable[[], Found | None], wanted: Wanted) -> None:
    found = find()
    if found is not None:
        say(f"{name} is {found.program}")
        return
    try:
        with step(f"Fetching {name} from Debian (its tests need it, unpacked without root)"):
            fetch_server(wanted)
    except (SetupFailed, OSError) as problem:
        say(f"    left out, tests on {name} will be skipped: {problem}")


def fetch_server(wanted: Wanted) -> str:
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
    names = frozenset(wanted.packages if not any(wanted.programs(trial)) else ())
    for _ in range(ROUNDS):
        for deb in apt.download(names, wanted.debs):
            unpack(deb, trial)
        if any(wanted.programs(trial)) and not _lacking(wanted, trial):
            shutil.rmtree(trial, ignore_errors=True)
            return
        names = _named_by(wanted.debs)
    raise SetupFailed(f"libraries still missing: {', '.join(sorted(_lacking(wanted, trial)))}")


def _lacking(wanted: Wanted, tree: Path) -> frozenset[str]:
    return missing(wanted.programs(tree), (*_folders(tree), *_folders(Path("/"))))


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


def _named_by(debs: Path) -> frozenset[str]:
    """Packages that those in `debs` depend on: libraries, and what `postgresql` stands for."""
    kept = {deb.name.partition("_")[0]: deb for deb in debs.glob("*.deb")}
    wanted = set[str]()
    for name, deb in kept.items():
        depends = run(["dpkg-deb", "-f", deb, "Depends"], quiet=True)
        first = {words.split()[0] for words in depends.split(",") if words.strip()}
        wanted |= {each for each in first if re.fullmatch(rf"z?lib.+|{re.escape(name)}-\d+", each)}
    return frozenset(each for each in wanted - set(kept) if not each.startswith(NEVER))


def _postgresql() -> Wanted:
    home = layout.cache() / "postgresql"
    return Wanted(home, ("postgresql",), _postgresql_programs, _says(_postgresql_in), "1")


def _redis() -> Wanted:
    packages = ("redis-server", "redis-tools")  # the first holds a link into the second
    return Wanted(layout.cache() / "redis", packages, _redis_programs, _says(_redis_in), "1")


def _says(find: Callable[[Path], Found | None]) -> Callable[[Path], str]:
    def works(tree: Path) -> str:
        found = find(tree)
        return found.version() if found else ""

    return works


def _postgresql_programs(tree: Path) -> list[Path]:
    return [folder / name for folder in _bins(tree)[-1:] for name in ("postgres", "initdb")]


def _redis_programs(tree: Path) -> list[Path]:
    return [tree / REDIS_PROGRAM] if (tree / REDIS_PROGRAM).exists() else []


def _postgresql_in(tree: Path) -> Found | None:
    bins = [folder for folder in _bins(tree) if (folder / "initdb").exists()]
    return Found(bins[-1] / "postgres", _own(tree)) if bins else None


def _redis_in(tree: Path) -> Found | None:
    return Found(tree / REDIS_PROGRAM, _own(tree)) if _redis_programs(tree) else None


def _own(tree: Path) -> Path | None:
    return None if tree == Path("/") else tree


def _bins(tree: Path) -> list[Path]:
    """PostgreSQL's program folders, the newest release last."""
    found = [path for path in tree.glob(POSTGRESQL_PROGRAMS) if (path / "postgres").exists()]
    return sorted(found, key=lambda path: [int(n) for n in re.findall(r"\d+", path.parent.name)])


def _folders(tree: Path) -> tuple[Path, ...]:
    return tuple(path for pattern in LIBRARIES for path in sorted(tree.glob(pattern)))
