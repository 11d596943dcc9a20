"""Debian packages without root: a private package index, downloads, and unpacking.

Where packages come from is what the machine's own /etc/apt says; nothing here names a host.
Standard library only.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

from deploy.apt_sources import Source
from deploy.steps import SetupFailed, run

NOT_UNPACKED = ("doc", "man", "locale", "info", "lintian")

# Where Debian's rule "library name + soname version" does not give the package.
ODD_NAMES = {
    "libz": "zlib1g",
    "libcrypto": "libssl",
    "libplc4": "libnspr4",
    "libplds4": "libnspr4",
    "libnssutil3": "libnss3",
    "libsmime3": "libnss3",
    "libssl3": "libnss3",
    "libpulse-simple": "libpulse0",
    **dict.fromkeys(("libc", "libm", "libdl", "libpthread", "librt", "libresolv"), "libc6"),
    **dict.fromkeys(("libmvec", "libutil", "ld-linux-x86-64", "ld-linux-aarch64"), "libc6"),
}


class PrivateApt:
    """apt with its own index and state under `home`: the machine's own is not touched."""

    def __init__(self, home: Path, source: Source, suite: str) -> None:
        self._home = home
        for folder in ("lists/partial", "cache/archives/partial"):
            (home / folder).mkdir(parents=True, exist_ok=True)
        (home / "status").touch()
        (home / "sources.list").write_text(source.line(suite), "utf-8")
        self._names: frozenset[str] = frozenset()

    def _apt(self, tool: str, *words: str) -> list[str]:
        options = {
            "Dir::State": self._home,
            "Dir::State::lists": self._home / "lists",
            "Dir::State::status": self._home / "status",
            "Dir::Cache": self._home / "cache",
            "Dir::Etc::sourcelist": self._home / "sources.list",
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
            "APT::Sandbox::User": "",  # no change of user: we are not root
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
            # A mirror that lags is still signed; refusing it would leave no way to set up.
            "Acquire::Check-Valid-Until": "false",
        }
        return [tool, *(f"-o{key}={value}" for key, value in options.items()), *words]

    def update(self) -> None:
        """Fetch the index (about 10 MB)."""
        run(self._apt("apt-get", "-q", "update"))
        self._names = frozenset(run(self._apt("apt-cache", "pkgnames"), quiet=True).split())

    def provider(self, library: str) -> str:
        """The package that carries `library` (libssl.so.3), by Debian's naming rule.

        Package names follow a library's version and sometimes a transition (libssl3t64), so
        they are found in the index and not written down.

        Raises:
            SetupFailed: no package has such a name.
        """
        names = sorted(filter(package_rule(library).fullmatch, self._names), key=len)
        if not names:
            raise SetupFailed(f"no Debian package is named for the library {library}")
        return names[0]

    def download(self, names: Iterable[str], into: Path) -> list[Path]:
        """Put the newest package files of `names` into `into`; a cut transfer leaves nothing."""
        partial = self._home / "partial"
        partial.mkdir(exist_ok=True)
        into.mkdir(parents=True, exist_ok=True)
        run(self._apt("apt-get", "-q", "download", *sorted(names)), cwd=partial)
        return [deb.replace(into / deb.name) for deb in sorted(partial.glob("*.deb"))]


def package_rule(library: str) -> re.Pattern[str]:
    """What the package of `library` may be called: libxslt.so.1 is in libxslt1.1."""
    stem, _, version = library.partition(".so")
    if stem.startswith("libpulsecommon-"):
        stem = "libpulse-simple"
    stem = ODD_NAMES.get(stem, stem)
    if stem in ODD_NAMES.values() and stem != "libssl":
        return re.compile(re.escape(stem))
    stem, version = stem.lower().replace("_", "-"), version.strip(".")
    dash = "-" if stem[-1].isdigit() and version else "-?"
    return re.compile(re.escape(stem) + dash + re.escape(version) + r"(\.\d+)*[a-z]?(t64)?")


def unpack(deb: Path, into: Path) -> None:
    """Lay the files of a package under `into`, less what only people read."""
    excluded = [f"--exclude=./usr/share/{name}/*" for name in NOT_UNPACKED]
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE) as archive:
        tar = ["tar", "-x", "-C", str(into), "--no-same-owner", *excluded]
        tar.append("--exclude=*/gconv/*")
        unpacked = subprocess.run(tar, stdin=archive.stdout, check=False)
    if archive.returncode or unpacked.returncode:
        deb.unlink(missing_ok=True)
        raise SetupFailed(f"{deb.name} could not be unpacked; it is removed, run this again")
