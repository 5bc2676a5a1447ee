"""Let the tests try one mutant: they run on a copy of the program in which one file has the fault."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mutants.sites import Mutant

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src" / "jiran"

#: Worked examples and laws of whole runs: what every file is held against after its own room's tests.
EVERYWHERE = ("tests/test_cases.py", "tests/test_oracle.py", "tests/test_laws.py")

#: Tests in other rooms that look closely at a room.
ELSEWHERE = {
    "engine": (
        "tests/bids", "tests/simulation/test_run.py", "tests/simulation/test_reserve_prices.py",
        "tests/test_batteries_that_bid.py", "tests/test_cars_that_bid.py", "tests/test_shared_battery_that_bids.py",
        "tests/test_street_limits.py",
        "tests/money/test_bills.py",
    ),
    "market": ("tests/test_watching.py", "tests/money/test_repricing.py"),
    "money": ("tests/simulation/test_run.py", "tests/test_shared_battery_that_bids.py", "tests/test_street_limits.py"),
    "result": ("tests/test_shared_battery_that_bids.py", "tests/test_street_limits.py"),
}  # fmt: skip

#: What means another thing without the compiler: unsigned numbers that run below zero. Its own tests try it, compiled.
COMPILED = ("market/sorting.py",)


@dataclass
class Workshop:
    """A copy of the program to put faults into; each worker has its own."""

    folder: Path = field(default_factory=lambda: Path(mkdtemp(prefix="jiran-mutants-")))

    def __post_init__(self) -> None:
        """Copy the program without what was compiled."""
        shutil.copytree(SRC, self.folder / "jiran", ignore=shutil.ignore_patterns("__pycache__"))

    def close(self) -> None:
        """Throw the copy away."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def is_noticed(self, mutant: Mutant, limit_s: float) -> bool:
        """Tell whether a test fails with the mutant in place of its file, or never ends."""
        place = self.folder / "jiran" / mutant.file
        whole = place.read_text(encoding="utf-8")
        place.write_text(mutant.text, encoding="utf-8")
        try:
            return self.run(tests_of(mutant.file), limit_s, compiled=mutant.file in COMPILED) != 0
        finally:
            place.write_text(whole, encoding="utf-8")

    def run(self, tests: Iterable[str], limit_s: float | None = None, *, compiled: bool = False) -> int:
        """Run tests until one fails; return pytest's exit code, 1 if they take longer than this: they wait for what never comes.

        Compilation is off: to compile a mutant costs more than to run it. Hypothesis tries few examples, always the same.
        """
        pytest = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--tb=no", "-m", "not compiled"]
        environment = os.environ | {
            "PYTHONPATH": str(self.folder),
            "PYTHONDONTWRITEBYTECODE": "1",
            "NUMBA_DISABLE_JIT": str(int(not compiled)),
            "JIRAN_EXAMPLES": "few",
        }
        try:
            done = subprocess.run(  # noqa: S603  our own tests
                [*pytest, *tests], cwd=ROOT, env=environment, capture_output=True, timeout=limit_s, check=False
            )
        except subprocess.TimeoutExpired:
            return 1
        return done.returncode


def tests_of(file: str) -> list[str]:
    """Return the tests that concern a file: those that bear its name first, then its room's, then whole runs."""
    own = ROOT / "tests" / file.replace(Path(file).name, f"test_{Path(file).name}")
    if file in COMPILED:
        return [str(own.relative_to(ROOT))]
    alone = own.exists() and own.parent.name == "rules"  # the tests of the other rules say nothing of this one
    near = [path for path in (own, *([] if alone else [own.parent])) if path.exists()]
    return [*(str(path.relative_to(ROOT)) for path in near), *ELSEWHERE.get(Path(file).parts[0], ()), *EVERYWHERE]
