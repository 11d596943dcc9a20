"""A headless Chromium and a Chinese font, without root: every page is tried in a real browser.

An installed browser is used, else one is fetched (`deploy.own_release`). Standard library only.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy import fetch, layout
from deploy.fetch import Wanted
from deploy.own_release import fetch_here, library_folders
from deploy.steps import SetupFailed, say, step

PACKAGES = ("chromium-headless-shell", "chromium-common", "fonts-wqy-microhei")
SHELL = "usr/lib/chromium/chromium-headless-shell"
INSTALLED = ("chromium-headless-shell", "chromium", "google-chrome")
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>/usr/share/fonts</dir><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>
"""


@dataclass(frozen=True)
class Browser:
    """A Chromium that can be started: the program, and what it needs in its environment."""

    program: Path
    environment: dict[str, str]

    def version(self) -> str:
        """What it says of itself, or '' when it does not start."""
        try:
            said = subprocess.run(
                [self.program, "--no-sandbox", "--version"],
                env={**os.environ, **self.environment},
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return ""
        return said.stdout.strip() if said.returncode == 0 else ""

    def shows_a_page(self) -> bool:
        """Whether it draws one, for which it needs more than to say its version."""
        drawn = subprocess.run(
            [self.program, "--no-sandbox", "--dump-dom", "data:text/html,<p>114"],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return "<p>114" in drawn.stdout


def find_browser() -> Browser | None:
    """The browser to use; None: `make setup` would fetch it."""
    wanted = _browser()
    own = next(filter(None, map(shutil.which, INSTALLED)), None)
    if own:
        return Browser(Path(own), {})
    return _unpacked(wanted.tree) if fetch.is_there(wanted) else None


def provide_browser() -> None:
    """Quick when it is there; when it can not be had, set-up goes on and says so."""
    found = find_browser()
    if found is not None:
        say(f"Chromium is {found.program}")
        return
    try:
        with step("Fetching Chromium from Debian (about 80 MB, its tests need it, without root)"):
            said = fetch_here(_browser())
            say(f"    {said}")
    except (SetupFailed, OSError) as problem:
        say(f"    left out, tests of the pages will be skipped: {problem}")


def _browser() -> Wanted:
    def programs(tree: Path) -> list[Path]:
        return [tree / SHELL] if (tree / SHELL).exists() else []

    def works(tree: Path) -> str:
        found = _unpacked(tree)
        return found.version() if found and found.shows_a_page() else ""

    return Wanted(layout.cache() / "browser", PACKAGES, programs, works, "1")


def _unpacked(tree: Path) -> Browser | None:
    if not (tree / SHELL).exists():
        return None
    libraries = ":".join(map(str, library_folders(tree)))
    return Browser(
        tree / SHELL, {"LD_LIBRARY_PATH": libraries, "FONTCONFIG_FILE": str(_font_settings(tree))}
    )


def _font_settings(tree: Path) -> Path:
    """Names the tree's own fonts; written again when the tree has moved."""
    settings = tree / "fonts.conf"
    text = FONTS.format(fonts=tree / "usr/share/fonts", cache=tree / "font-cache")
    if not settings.exists() or settings.read_text("utf-8") != text:
        settings.write_text(text, "utf-8")
    return settings
