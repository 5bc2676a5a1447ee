"""Hold all sentences against many random runs and print the counts: `python -m truth 10000`, as `make truth` does."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from time import perf_counter

from truth.harness import ORACLES, Count, check
from truth.oracles import MODULES

_AT_ONCE = 50


def _some(first: int, last: int) -> Count:
    total = Count()
    for seed in range(first, last):
        total += check(seed)
    return total


def main(runs: int, first: int = 0) -> int:
    """Print how often each form was said and what was false; return 0 if nothing was and none is never said."""
    began, total = perf_counter(), Count()
    starts = range(first, first + runs, _AT_ONCE)
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        ends = [min(start + _AT_ONCE, first + runs) for start in starts]
        for done in pool.map(_some, starts, ends):
            total += done
            if sys.stderr.isatty():
                sys.stderr.write(f"\r{total.runs:,} of {runs:,} runs, {len(total.false)} false")
    for fault in total.false[:50]:
        sys.stdout.write(f"{fault}\n")
    width = max(map(len, ORACLES))
    for name in sorted(ORACLES):
        sys.stdout.write(f"{name:{width}}  said {total.said[name]:8,} of {total.asked[name]:8,}\n")
    silent = [name for name in ORACLES if not total.said[name]]
    sys.stdout.write(
        f"{len(ORACLES)} forms in {len(MODULES)} modules, {total.runs:,} runs in {perf_counter() - began:.0f} s: "
        f"{sum(total.said.values()):,} sentences, {len(total.false)} false, {len(silent)} forms never said"
        + (f": {', '.join(silent)}" if silent else "")
        + "\n"
    )
    return 1 if total.false or silent else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:] or ["10000"])))
