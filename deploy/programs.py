"""The programs that the set-up provides when the machine does not have them.

Standard library only.
"""

from __future__ import annotations

import hashlib
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from deploy import fetch, layout
from deploy.asterisk.modules import MODULES, SECURE_MEDIA
from deploy.fetch import Wanted
from deploy.steps import SetupFailed, say, step

ESPEAK = "usr/bin/espeak-ng"


def asterisk() -> Wanted:
    modules = (*MODULES, *SECURE_MEDIA)

    def programs(tree: Path) -> Iterator[Path]:
        yield tree / "usr/sbin/asterisk"
        folder = next(tree.glob("usr/lib/*-linux-gnu*/asterisk/modules"))
        yield from (folder / f"{name}.so" for name in modules)

    def works(tree: Path) -> str:
        found = layout.unpacked(tree)
        return found.version() if found else ""

    home = layout.asterisk_tree().parent
    key = hashlib.sha256(" ".join(modules).encode()).hexdigest()
    return Wanted(home, ("asterisk", "asterisk-modules", "libc6"), programs, works, key)


def provide_asterisk() -> None:
    """An Asterisk that `layout.find_asterisk` finds; quick when it is there already."""
    own = layout.installed()
    if own:
        say(f"Asterisk {own.version()} is installed: {own.command[0]}")
        return
    wanted = asterisk()
    if fetch.is_there(wanted):
        say(f"Asterisk is in {wanted.tree}")
        return
    with step("Fetching Asterisk from Debian (about 20 MB, unpacked without root)"):
        said = fetch.fetch(wanted)
        say(f"    Asterisk {said} in {wanted.tree}")


def espeak() -> Wanted:
    def programs(tree: Path) -> Iterator[Path]:
        yield tree / ESPEAK

    packages = ("espeak-ng", "espeak-ng-data", "libc6")
    return Wanted(layout.cache() / "espeak", packages, programs, _espeak_says, "1")


def _espeak_command(tree: Path) -> tuple[str, ...]:
    loader = next(tree.glob("usr/lib/*-linux-gnu*/ld-linux-*.so.*"))
    own = layout.own_loader(loader)
    return (*own, str(tree / ESPEAK), f"--path={loader.parent}")


def _espeak_says(tree: Path) -> str:
    said = subprocess.run(
        [*_espeak_command(tree), "-v", "cmn", "-q", "--ipa", "您好"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return said.stdout.strip()


def provide_espeak(environment: Path) -> None:
    """The fallback voice, as `espeak-ng` in the Python environment; without it set-up goes on."""
    link = environment / "bin" / "espeak-ng"
    if shutil.which("espeak-ng") or link.exists():
        return
    wanted = espeak()
    try:
        if not fetch.is_there(wanted):
            with step("Fetching espeak-ng from Debian (voice for titles added later)"):
                fetch.fetch(wanted)
        _write_launcher(wanted, link)
    except SetupFailed as problem:
        say(f"    left out, only new titles need it: {problem}")


def _write_launcher(wanted: Wanted, link: Path) -> None:
    command = shlex.join(_espeak_command(wanted.tree))
    launcher = wanted.home / "espeak-ng"
    launcher.write_text(f'#!/bin/sh\nexec {command} "$@"\n', "utf-8")
    launcher.chmod(0o755)
    link.unlink(missing_ok=True)
    link.symlink_to(launcher)
