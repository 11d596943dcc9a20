"""Where things are: the Asterisk that can be started, and the folders of one running instance.

Standard library only, so that the set-up can use it.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

OLDEST = 20  # the oldest release series that is maintained
SYSTEM_PROGRAMS = ":/usr/sbin:/usr/local/sbin"  # not on the PATH of people
SYSTEM_MODULES = (
    "/usr/lib/*-linux-gnu/asterisk/modules",
    "/usr/lib/asterisk/modules",
    "/usr/lib64/asterisk/modules",
    "/usr/local/lib/asterisk/modules",
)
SYSTEM_DOCUMENTATION = ("/usr/share/asterisk/documentation", "/var/lib/asterisk/documentation")
SOCKET_PATH_LIMIT = 107  # sun_path of a UNIX socket, less the closing zero


@dataclass(frozen=True)
class Asterisk:
    """A copy of Asterisk: `command` starts it, more words may follow."""

    command: tuple[str, ...]
    modules: Path
    documentation: Path

    def version(self) -> str:
        """What it says of itself (22.1.0), or '' when it does not start."""
        try:
            said = subprocess.run(
                [*self.command, "-V"], capture_output=True, text=True, timeout=30, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return ""
        found = re.match(r"Asterisk\s+\S*?(\d+\.\d+\S*)", said.stdout)
        return found[1] if found else ""


def unpacked(tree: Path) -> Asterisk | None:
    """The Asterisk in an unpacked tree: it runs on the tree's own libraries and loader."""
    loader = next(tree.glob("usr/lib/*-linux-gnu*/ld-linux-*.so.*"), None)
    if loader is None or not (tree / "usr/sbin/asterisk").exists():
        return None
    program = tree / "usr/sbin/asterisk"
    return Asterisk(
        (*own_loader(loader), "--argv0", "asterisk", str(program)),
        loader.parent / "asterisk/modules",
        tree / "usr/share/asterisk/documentation",
    )


def own_loader(loader: Path) -> tuple[str, ...]:
    """The words before a program that make it use the libraries beside `loader`."""
    return (str(loader), "--library-path", f"{loader.parent}:{loader.parent / 'pulseaudio'}")


def installed(path: str | None = None) -> Asterisk | None:
    """The machine's own Asterisk, when it is new enough."""
    program = shutil.which("asterisk", path=(path or os.environ.get("PATH", "")) + SYSTEM_PROGRAMS)
    modules, documentation = _first(SYSTEM_MODULES), _first(SYSTEM_DOCUMENTATION)
    if program is None or modules is None:
        return None
    found = Asterisk((program,), modules, documentation or Path(SYSTEM_DOCUMENTATION[0]))
    series = found.version().partition(".")[0]
    return found if series.isdigit() and int(series) >= OLDEST else None


def _first(patterns: tuple[str, ...]) -> Path | None:
    found = (p for pattern in patterns for p in sorted(Path("/").glob(pattern.lstrip("/"))))
    return next(found, None)


def cache() -> Path:
    """Where fetched things are kept from one set-up to the next."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base else Path.home() / ".cache") / "hotline114"


def asterisk_tree() -> Path:
    return cache() / "asterisk" / "tree"


def not_here_yet() -> Asterisk:
    """The place an Asterisk of the system will have: for writing its configuration beforehand."""
    modules = Path("/usr/lib/asterisk/modules")
    return Asterisk(("/usr/sbin/asterisk",), modules, Path(SYSTEM_DOCUMENTATION[0]))


def find_asterisk() -> Asterisk | None:
    """The Asterisk to use: an installed one, else the fetched one, else None (`make setup`)."""
    return installed() or unpacked(asterisk_tree())


@dataclass(frozen=True)
class Layout:
    """The folders of one instance under `base`; instances with different bases do not meet."""

    base: Path
    asterisk: Asterisk
    checkout: Path = Path(__file__).resolve().parent.parent

    @property
    def etc(self) -> Path:
        return self.base / "etc"

    @property
    def config(self) -> Path:
        return self.etc / "asterisk.conf"

    @property
    def state(self) -> Path:
        """What Asterisk remembers: its small database."""
        return self.base / "lib"

    @property
    def data(self) -> Path:
        return self.base / "data"

    @property
    def sounds(self) -> Path:
        return self.data / "sounds" / "zh"

    @property
    def music(self) -> Path:
        return self.data / "moh"

    @property
    def scripts(self) -> Path:
        return self.base / "agi-bin"

    @property
    def spool(self) -> Path:
        return self.base / "spool"

    @property
    def log(self) -> Path:
        return self.base / "log"

    @property
    def run(self) -> Path:
        """Holds the control socket, whose path has a small limit: a deep checkout moves it."""
        near = self.base / "run"
        if len(os.fsencode(near / "asterisk.ctl")) <= SOCKET_PATH_LIMIT:
            return near
        name = hashlib.sha256(os.fsencode(self.base)).hexdigest()[:12]
        return Path(os.environ.get("XDG_RUNTIME_DIR", "/tmp")) / f"hotline-{os.getuid()}-{name}"  # noqa: S108  # made with mode 0700

    def folders(self) -> tuple[Path, ...]:
        """Every folder that must exist before Asterisk starts."""
        spool = ("monitor", "recording", "outgoing", "tmp", "system")
        return (
            self.base,
            self.etc,
            self.state,
            self.state / "keys",
            self.data,
            self.sounds,
            self.music,
            self.scripts,
            self.spool,
            *(self.spool / name for name in spool),
            self.log,
            self.log / "cdr-csv",
            self.base / "cache",
            self.run,
        )
