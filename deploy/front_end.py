"""What the pages load besides our own files: fetched by npm, copied to where it is served.

Without Node or a network the pages work all the same, without live effects. npm's own
configuration decides where packages come from. Standard library only.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from deploy.steps import SetupFailed, run, say, step

SERVED = {"htmx.org/dist/htmx.min.js": "htmx.min.js"}
"""File of a package: name under ``static/vendor``."""


def provide_front_end(checkout: Path) -> None:
    """Quick when it is there; when it can not be had, set-up goes on and says so."""
    folder = checkout / "ivr" / "web"
    stamp = folder / "node_modules" / "hotline-setup.stamp"
    wanted = _fingerprint(folder)
    if stamp.is_file() and stamp.read_text("utf-8") == wanted and _is_served(folder):
        say(f"Scripts of the pages are in {_vendor(folder)}")
        return
    try:
        with step("Fetching the scripts of the pages with npm"):
            _install(folder)
            _copy(folder)
            stamp.write_text(wanted, "utf-8")
    except (SetupFailed, OSError) as problem:
        say(f"    left out, pages work without live effects: {problem}")


def _install(folder: Path) -> None:
    if shutil.which("npm") is None:
        raise SetupFailed("npm is not on this machine (Debian: apt install npm)")
    run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=folder,
        quiet=True,
    )


def _copy(folder: Path) -> None:
    vendor = _vendor(folder)
    vendor.mkdir(exist_ok=True)
    for source, name in SERVED.items():
        shutil.copyfile(folder / "node_modules" / source, vendor / name)


def _is_served(folder: Path) -> bool:
    return all((_vendor(folder) / name).is_file() for name in SERVED.values())


def _vendor(folder: Path) -> Path:
    return folder / "static" / "vendor"


def _fingerprint(folder: Path) -> str:
    known = hashlib.sha256(repr(sorted(SERVED.items())).encode())
    for name in ("package.json", "package-lock.json"):
        known.update((folder / name).read_bytes())
    return known.hexdigest()
