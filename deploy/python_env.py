"""The Python environment `.venv` of a checkout. Standard library only.

pip's own configuration decides where packages come from.
"""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

from deploy import layout
from deploy.apt_sources import machine_source
from deploy.debian import PrivateApt, unpack
from deploy.steps import SetupFailed, run, say, step

OLDEST = (3, 11)
EXTRAS = ("phones", "postgres", "redis", "speech", "test")


def provide_environment(checkout: Path) -> Path:
    """`.venv` with every dependency at its pinned version; quick when nothing has changed.

    An environment that another interpreter or another place left behind is made anew.
    """
    environment = checkout / ".venv"
    stamp = environment / "hotline-setup.stamp"
    print_of_inputs = _fingerprint(checkout)
    if stamp.exists() and stamp.read_text("utf-8") == print_of_inputs and _starts(environment):
        say(f"Python environment is in {environment}")
        return environment
    if sys.version_info < OLDEST:
        raise SetupFailed("Python 3.11 or later is needed: make setup PYTHON=python3.11")
    if not (_starts(environment) and _belongs(environment)):
        with step(f"Making the Python environment {environment}"):
            make(environment)
    with step("Installing the Python packages (about 60, a few minutes at worst)"):
        stamp.unlink(missing_ok=True)
        _install(environment, checkout)
        stamp.write_text(print_of_inputs, "utf-8")
    return environment


def make(environment: Path) -> None:
    """An empty environment with pip, also where Debian's python3-venv is not installed."""
    shutil.rmtree(environment, ignore_errors=True)
    if importlib.util.find_spec("ensurepip"):
        run([sys.executable, "-m", "venv", environment], quiet=True)
        return
    make_without_ensurepip(environment)


def make_without_ensurepip(environment: Path) -> None:
    """The same with the pip that Debian ships as a package of its own."""
    run([sys.executable, "-m", "venv", "--without-pip", environment], quiet=True)
    wheel = _debian_pip()
    pip: list[str | Path] = [environment / "bin/python", wheel / "pip", "install"]
    run([*pip, "--no-deps", "--no-index", wheel], quiet=True)


def _debian_pip() -> Path:
    tree = layout.cache() / "pip" / "tree"
    kept = sorted(tree.glob("usr/share/python-wheels/pip-*.whl"))
    if not kept:
        source = machine_source()
        apt = PrivateApt(tree.parent / "apt", source, source.suites[0])
        apt.update()
        tree.mkdir(parents=True, exist_ok=True)
        for deb in apt.download(["python3-pip-whl"], tree.parent):
            unpack(deb, tree)
        shutil.rmtree(tree.parent / "apt", ignore_errors=True)
        kept = sorted(tree.glob("usr/share/python-wheels/pip-*.whl"))
    if not kept:
        raise SetupFailed("Debian's python3-pip-whl holds no pip; install python3-venv")
    return kept[-1]


def _install(environment: Path, checkout: Path) -> None:
    what = f"{checkout}[{','.join(EXTRAS)}]"
    python = environment / "bin/python"
    pip: list[str | Path] = [python, "-m", "pip", "install", "--disable-pip-version-check"]
    run([*pip, "--progress-bar=off", "-c", checkout / "constraints.txt", "-e", what])


def _fingerprint(checkout: Path) -> str:
    known = hashlib.sha256(f"{checkout}\n{EXTRAS}\n".encode())
    for name in ("pyproject.toml", "constraints.txt"):
        known.update((checkout / name).read_bytes())
    return known.hexdigest()


def _starts(environment: Path) -> bool:
    """Whether its interpreter still exists: an upgrade of the machine may have removed it."""
    try:
        asked = subprocess.run(
            [environment / "bin/python", "-c", ""], capture_output=True, timeout=30, check=False
        )
    except OSError:
        return False
    return asked.returncode == 0


def _belongs(environment: Path) -> bool:
    """Whether it was made here: an environment's programs name the folder they were made in."""
    pip = environment / "bin" / "pip"
    return pip.exists() and str(environment) in pip.read_text("utf-8").partition("\n")[0]
