"""The fault runner: breaks the product on purpose and counts what its callers lose.

python -m tests.faults run [--only NAME ...] [--seed 7]
python -m tests.faults kills --times 200 --seed 7
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from deploy.database_servers import ServerDown
from tests.faults.blows import FAULTS, Fault
from tests.faults.campaign import PEOPLE, Campaign, Result
from tests.faults.kills import RATE, WITHIN, kills
from tests.faults.lexicon import Lexicon
from tests.faults.report import of_kills, table, write
from tests.faults.world import embedded, scaled


def main() -> int:
    wanted = _arguments()
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        home = wanted.keep or Path(folder)
        if wanted.command == "kills":
            how = {"within": wanted.within, "rate": wanted.rate}
            result = asyncio.run(kills(wanted.times, wanted.seed, home, **how))
            _say(of_kills(result))
            return 0 if result.clean else 1
        chosen = [each for each in FAULTS if _is_wanted(each, wanted.only)]
        results = asyncio.run(_suffer(chosen, wanted, home))
    _say([f"seed {wanted.seed}", *table(results)])
    _say(line for each in results for line in each.lines())
    if wanted.json:
        write(wanted.json, wanted.seed, results)
    return 0 if all(each.clean for each in results) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="every fault, with callers in every phase")
    run.add_argument("--only", nargs="*", default=[], help="class names of faults")
    run.add_argument("--people", type=int, default=PEOPLE, help="callers in each phase")
    run.add_argument("--json", type=Path, help="where all that was seen is written")
    struck = commands.add_parser("kills", help="kill -9, again and again")
    struck.add_argument("--times", type=int, default=200)
    struck.add_argument("--within", type=float, default=WITHIN, help="seconds")
    struck.add_argument("--rate", type=float, default=RATE, help="callers a second")
    for each in (run, struck):
        each.add_argument("--seed", type=int, default=random.randrange(10_000))
        each.add_argument("--keep", type=Path, help="a folder for the site, kept afterwards")
    return parser.parse_args()


def _is_wanted(fault: type[Fault], only: list[str]) -> bool:
    return not only or fault.__name__ in only


async def _suffer(
    chosen: list[type[Fault]], wanted: argparse.Namespace, home: Path
) -> list[Result]:
    lexicon = await asyncio.to_thread(Lexicon.of)
    results: list[Result] = []
    for site, faults in (
        (embedded, [each for each in chosen if not each.scaled]),
        (scaled, [each for each in chosen if each.scaled]),
    ):
        if not faults:
            continue
        try:
            async with site(home / site.__name__, lexicon) as world:
                campaign = Campaign(world, wanted.seed, people=wanted.people)
                for fault in faults:
                    results.append(await campaign.suffer(fault()))
                    _say([*list(table(results[-1:]))[2:], *results[-1].lines()], sys.stderr)
        except ServerDown as why:
            results += [Result(each.name, each.number, skipped=str(why)) for each in faults]
    return results


def _say(lines: Iterable[str], where: object = None) -> None:
    for line in lines:
        print(line, file=where or sys.stdout, flush=True)  # type: ignore[call-overload]


if __name__ == "__main__":
    sys.exit(main())
