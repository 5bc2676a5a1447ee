"""Put small faults into the program, one at a time, and see whether a test notices: `make mutants`.

What was tried is kept beside the caches: a run that was stopped goes on where it stopped, and a fault that was noticed is
not tried again while its file is as it was. `equivalent.toml` names faults that change nothing, with the reason.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from queue import SimpleQueue
from time import monotonic

from mutants.sites import Mutant, mutants
from mutants.trial import ROOT, SRC, Workshop, tests_of

#: What may never be wrong: who trades, who gets what, who pays, and what is said of it.
FILES = ("engine/kernel.py", "market/**/*.py", "money/*.py", "result/figures.py", "result/tables.py")
#: The share of faults that may go unnoticed.
MOST = 0.05
KEPT = ROOT / ".mutants.jsonl"
EQUIVALENT = Path(__file__).with_name("equivalent.toml")


def chosen(number: int, seed: int, only: str) -> list[Mutant]:
    """Return so many mutants by lot, the same for a seed and a text; as many of each of `FILES` as of another."""
    draw = random.Random(seed)  # noqa: S311  a sample of faults
    groups = [
        [one for path in sorted(SRC.glob(pattern)) for one in mutants(path, path.relative_to(SRC).as_posix())]
        for pattern in FILES
    ]
    for group in groups:
        draw.shuffle(group)
    ranked = sorted(((place, k), one) for k, group in enumerate(groups) for place, one in enumerate(group))
    return [one for _, one in ranked if only in one.file][:number]


def key(mutant: Mutant) -> str:
    """Name a mutant and the whole text that it stands in."""
    return f"{mutant.file}: {mutant.name} [{sha256(mutant.text.encode()).hexdigest()[:12]}]"


def equivalent() -> dict[str, str]:
    """Return the faults that change nothing, and why."""
    return tomllib.loads(EQUIVALENT.read_text(encoding="utf-8")) if EQUIVALENT.exists() else {}


def known() -> dict[str, bool]:
    """Return what earlier runs found out: whether a mutant was noticed."""
    lines = KEPT.read_text(encoding="utf-8").splitlines() if KEPT.exists() else []
    return {name: noticed for line in lines for name, noticed in [json.loads(line)]}


class Check:
    """Tries mutants, two or more at a time, and says how far it is."""

    def __init__(self, workers: int) -> None:
        self._free: SimpleQueue[Workshop] = SimpleQueue()
        self._shops = [Workshop() for _ in range(workers)]
        for shop in self._shops:
            self._free.put(shop)
        self._limit_s = 0.0

    def close(self) -> None:
        """Throw all copies away."""
        for shop in self._shops:
            shop.close()

    def measure(self, waiting: list[Mutant]) -> None:
        """Let the untouched program pass all tests that will be asked, and keep how long they take."""
        sys.stdout.write("First the tests without any fault ...\n")
        sys.stdout.flush()
        began = monotonic()
        if self._shops[0].run(dict.fromkeys(test for one in waiting for test in tests_of(one.file))):
            sys.exit("they fail: see `NUMBA_DISABLE_JIT=1 pytest -m 'not compiled'`")
        self._limit_s = 2 * (monotonic() - began)

    def try_out(self, mutant: Mutant) -> tuple[Mutant, bool]:
        """Return whether a test notices the mutant."""
        shop = self._free.get()
        try:
            return mutant, shop.is_noticed(mutant, self._limit_s)
        finally:
            self._free.put(shop)

    def run(self, waiting: list[Mutant]) -> dict[str, bool]:
        """Try all that wait; write down each as it is done."""
        found: dict[str, bool] = {}
        self.measure(waiting)
        with ThreadPoolExecutor(len(self._shops)) as pool, KEPT.open("a", encoding="utf-8") as log:
            began = monotonic()
            for count, (mutant, noticed) in enumerate(pool.map(self.try_out, waiting), 1):
                found[key(mutant)] = noticed
                log.write(json.dumps([key(mutant), noticed]) + "\n")
                log.flush()
                left_s = (monotonic() - began) / count * (len(waiting) - count)
                sys.stdout.write(
                    f"{count:3} of {len(waiting)}, {left_s / 60:4.1f} min left  "
                    f"{'noticed ' if noticed else 'SURVIVED'}  {mutant.file}:{mutant.line}  {mutant.name}\n"
                )
                sys.stdout.flush()
        return found


def main() -> int:
    """Try mutants and print those that no test notices; return 0 if they are few."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("number", nargs="?", type=int, default=200, help="how many (200)")
    parser.add_argument("--seed", type=int, default=1, help="which ones (1)")
    parser.add_argument("--only", default="", help="in files whose name holds this")
    given = parser.parse_args()
    named, before = equivalent(), known()
    faults = [one for one in chosen(given.number, given.seed, given.only) if f"{one.file}: {one.name}" not in named]
    check = Check(os.cpu_count() or 1)
    try:
        waiting = [one for one in faults if not before.get(key(one))]
        found = check.run(waiting) if waiting else {}
    finally:
        check.close()
    survivors = [one for one in faults if not (before | found)[key(one)]]
    sys.stdout.write(
        f"\n{len(faults)} faults, {len(survivors)} unnoticed ({len(named)} are named as changing nothing)\n"
    )
    for one in survivors:
        sys.stdout.write(f"  {one.file}:{one.line}  {one.name}\n")
    return 1 if len(survivors) > MOST * len(faults) else 0


if __name__ == "__main__":
    sys.exit(main())
