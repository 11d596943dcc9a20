"""`make bench`: the numbers the design promises, measured on this machine.

python -m tests.perf                 everything, some ten minutes
python -m tests.perf agi visit       only these parts
python -m tests.perf --quick         all parts for a few seconds each: do they work?
"""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

import click

from . import (
    agi_bench,
    audio_bench,
    micro_bench,
    route_bench,
    speech_bench,
    switch_bench,
    visit_bench,
)
from .figures import show

Part = Callable[..., None]
PARTS: Final[Mapping[str, Part]] = {
    "agi": agi_bench.main,
    "audio": audio_bench.main,
    "visit": visit_bench.main,
    "memory": visit_bench.memory_main,
    "switch": switch_bench.main,
    "speech": speech_bench.main,
    "steps": micro_bench.main,
    "route": route_bench.main,
}


def machine() -> str:
    """What the figures were made on, and how busy it was."""
    names = Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()
    model = next((n.partition(":")[2].strip() for n in names if n.startswith("model name")), "?")
    load = "/".join(f"{value:.1f}" for value in os.getloadavg())
    when = datetime.now().astimezone().isoformat(timespec="minutes")
    return (
        f"{when}, {os.cpu_count()} x {model}, Linux {platform.release()}, "
        f"Python {platform.python_version()}, load before {load}\n"
    )


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(tuple(PARTS)))
@click.option("--quick", is_flag=True, help="A few seconds a part: whether the benchmark works.")
def main(parts: tuple[str, ...], *, quick: bool) -> None:
    """Measure, and print tables with ratios from one run."""
    show(machine())
    for name in parts or PARTS:
        with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
            PARTS[name](Path(folder), quick=quick)


if __name__ == "__main__":
    main()
