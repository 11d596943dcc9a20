"""PostgreSQL and Redis for the tests and for trying the scaled set-up, without root.

An installed server is used, else one is fetched (`deploy.own_release`). Standard library only.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy import layout
from deploy.fetch import Wanted
from deploy.own_release import fetch_here, library_folders
from deploy.steps import SetupFailed, say, step

POSTGRESQL_PROGRAMS = "usr/lib/postgresql/*/bin"
REDIS_PROGRAM = "usr/bin/redis-server"


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
        return {"LD_LIBRARY_PATH": ":".join(map(str, library_folders(self.tree)))}

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
            fetch_here(wanted)
    except (SetupFailed, OSError) as problem:
        say(f"    left out, tests on {name} will be skipped: {problem}")


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
