"""The fault runner.

python -m tests.faults kills --times 200 --seed 7
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from pathlib import Path

from tests.faults.kills import Killed, kills


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("kills", help="kill -9, again and again")
    one.add_argument("--times", type=int, default=200)
    one.add_argument("--seed", type=int, default=random.randrange(10_000))  # noqa: S311
    one.add_argument("--keep", type=Path, help="a folder for the site, kept afterwards")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        home = wanted.keep or Path(folder)
        result = asyncio.run(kills(wanted.times, wanted.seed, home))
    return _tell(result)


def _tell(result: Killed) -> int:
    verdict, silent = result.verdict, result.silences()
    print(  # noqa: T201 - what the command is for
        f"seed {result.seed}: {result.kills} kills in {result.seconds:.0f} s; "
        f"offered {verdict.offered}, answered {verdict.answered}, tickets {verdict.tickets}; "
        f"dropped {len(verdict.dropped)}, lost {len(verdict.lost)}, "
        f"doubled {len(verdict.doubled)}, unexpected {len(verdict.unexpected)}, "
        f"orphans {len(result.orphans)}; "
        f"silence p50 {silent[len(silent) // 2]:.1f} p99 {silent[int(len(silent) * 0.99)]:.1f} "
        f"max {silent[-1]:.1f} s; all green {result.green:.1f} s after the last call"
    )
    told = result.told
    print(  # noqa: T201
        f"numbers told {sum(bool(each.numbers) for each in told)}, "
        f"messages kept {sum(each.kept for each in told)}, "
        f"asked how it was {sum(each.served for each in told)}; {dict(result.goals)}"
    )
    for line in verdict.lines():
        print(line)  # noqa: T201
    for name in result.orphans:
        print("orphan:", name)  # noqa: T201
    return 0 if result.clean else 1


if __name__ == "__main__":
    sys.exit(main())
