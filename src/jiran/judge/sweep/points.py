"""The points of a sweep: every combination of values with every seed, each named by all that decides what comes out."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

import jiran
from jiran.errors import DataError, JiranError, ScenarioError, one_of, shortened
from jiran.judge.sweep.axes import MOST_VALUES, Axis, Drawn, Listed
from jiran.scenario import WORDS, Scenario, validate
from jiran.scenario.beside import shareable, with_paths
from jiran.scenario.files import as_data, input_files
from jiran.scenario.overrides import check_once, with_overrides

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Changes when what is kept of a point does, so that old rows are not taken for new ones.
SCHEMA = 1
#: Tables of a scenario that decide its market alone.
_MARKET = ("market", "bids")
#: How drawn keys fill their space together, by name.
METHODS = ("sobol", "latin-hypercube")


class Point(NamedTuple):
    """One run.

    Attributes:
        key: Of what decides it, 32 hexadecimal digits.
        place: Of its combination.
        seed: Its seed.
    """

    key: str
    place: int
    seed: int


@dataclass(frozen=True)
class Combination:
    """The values that the keys of a sweep take together.

    Attributes:
        values: By key.
        scenario: With these values, and the first seed; None if it is not allowed.
        first_seed: Its own, or if it is not allowed that of the scenario that is varied.
        fault: Why it is not allowed; "" if it is.
    """

    values: Mapping[str, Any]
    scenario: Scenario | None
    first_seed: int
    fault: str = ""

    @cached_property
    def setting(self) -> str:
        """What decides all but the market: points that share it, and the seed, share homes, profiles and baseline."""
        if self.scenario is None:
            return ""
        return _decides(self.scenario, but=_MARKET)

    @cached_property
    def homes(self) -> str:
        """What decides homes and profiles: points that share it, and the seed, differ in market, battery and prices alone."""
        if self.scenario is None:
            return ""
        if self.scenario.load.answers:  # to prices
            return _decides(self.scenario, but=(*_MARKET, "battery"))
        return _decides(self.scenario, but=(*_MARKET, "battery", "grid"))

    @cached_property
    def files(self) -> list[Path]:
        """The files that its runs read.

        Raises:
            DataError: One is not there.
        """
        found = [] if self.scenario is None else input_files(self.scenario)
        if (gone := next((path for path in found if not path.exists()), None)) is not None:
            raise DataError(str(gone), "there is no such file")
        return found

    @cached_property
    def digest(self) -> str:
        """What decides a run of it but the seed, files by what is in them."""
        if self.scenario is None:
            text = json.dumps(dict(self.values), default=str, sort_keys=True)
        else:
            # Where files lie decides nothing: a sweep goes on after its folder was moved, on this machine or to another.
            text = f"{_decides(shareable(self.scenario))} {[(path.name, digest_of(path)) for path in self.files]}"
        return _sha256(f"{SCHEMA} {jiran.__version__} {text}".encode())

    def point(self, place: int, number: int) -> Point:
        """Return the point of a seed.

        Args:
            place: Of the combination.
            number: Of the seed, 0 for its own first one.
        """
        seed = self.first_seed + number
        return Point(_sha256(f"{self.digest} {seed}".encode())[:32], place, seed)


def combinations(
    base: Scenario, axes: Sequence[Axis], *, draws: int = 0, method: str = METHODS[0], draw_seed: int = 0
) -> list[Combination]:
    """Return all combinations of what the keys take, in the order of the keys, the last one first to change.

    Drawn keys are drawn together, and each draw meets all combinations of the listed ones.

    Args:
        base: The scenario that is varied.
        axes: What is varied.
        draws: How often drawn keys are drawn.
        method: One of `METHODS`.
        draw_seed: Seed of the draws.

    Raises:
        JiranError: A key stands there twice, the draws do not fit, there are too many, or not one is allowed.
    """
    keys = [axis.key for axis in axes]
    if len(set(keys)) < len(keys):
        raise JiranError(f"{next(key for key in keys if keys.count(key) > 1)}: is varied twice; vary it once")
    check_once(as_data(base), keys)
    listed, drawn = (
        [axis for axis in axes if isinstance(axis, Listed)],
        [axis for axis in axes if isinstance(axis, Drawn)],
    )
    if "seed" in keys:
        raise JiranError("seed: is varied by the number of seeds, as with --seeds 30, which follow the scenario's own")
    _check(listed, drawn, draws, method)
    found: list[Combination] = []
    table = _drawn(drawn, draws, method, draw_seed)
    for row in table:
        for values in itertools.product(*(axis.values for axis in listed)):
            together = dict(zip((axis.key for axis in listed), values, strict=True))
            together |= dict(zip((axis.key for axis in drawn), row, strict=True))
            found.append(_combination(base, {key: together[key] for key in keys}))
    if all(one.scenario is None for one in found):
        raise JiranError(f"no point of this sweep can be run: {found[0].fault}")
    _check_distinct(found)
    return found


def _check_distinct(found: Sequence[Combination]) -> None:
    """Refuse values that come to the same scenario, whose points could not be told from each other.

    Raises:
        JiranError: Two do.
    """
    first: dict[str, Combination] = {}
    for one in found:
        if (same := first.setdefault(one.digest, one)) is not one:
            key = next(key for key, value in one.values.items() if same.values[key] != value)
            raise JiranError(
                f"{key}: {shortened(str(same.values[key]), 40)} and {shortened(str(one.values[key]), 40)} come to the same "
                "scenario, so there is nothing to vary"
            )


def currency_of(found: Sequence[Combination]) -> str:
    """Return the currency in which all points have their amounts.

    Raises:
        JiranError: There are several: their amounts cannot be held against each other.
    """
    first: dict[str, Combination] = {}
    for one in found:
        if one.scenario is not None:
            first.setdefault(one.scenario.currency, one)
    if len(first) > 1:
        (currency, one), (other, another) = list(first.items())[:2]
        key = next(key for key, value in one.values.items() if another.values[key] != value)
        raise JiranError(
            f"{key}: amounts are in {currency} with {one.values[key]} and in {other} with {another.values[key]}, which cannot be "
            "held against each other; sweep each currency by itself"
        )
    return next(iter(first))


def points(found: Sequence[Combination], seeds: int) -> Iterator[Point]:
    """Yield all points, those side by side that share homes and seed, and among them those that share all but the market.

    Args:
        found: The combinations.
        seeds: How many seeds of each, its own and those that follow.
    """
    groups: dict[str, dict[str, list[int]]] = {}
    for place, one in enumerate(found):
        groups.setdefault(one.homes, {}).setdefault(one.setting, []).append(place)
    for settings in groups.values():
        for number in range(seeds):
            for places in settings.values():
                for place in places:
                    yield found[place].point(place, number)


def _check(listed: Sequence[Listed], drawn: Sequence[Drawn], draws: int, method: str) -> None:
    """Refuse what cannot be combined.

    Raises:
        JiranError: It cannot.
    """
    if method not in METHODS:
        raise ScenarioError("method", method, one_of(METHODS, method))
    if drawn and draws < 1:
        raise JiranError(f"{drawn[0].key}={drawn[0].text}: is drawn, so say how often, as with --draws 64")
    if draws and not drawn:
        raise JiranError(f"--draws {draws}: no key is drawn; write one as solar.pv_kwp=uniform(2, 8)")
    many = (draws or 1) * int(np.prod([len(axis.values) for axis in listed], dtype=object))
    if many > MOST_VALUES:
        raise JiranError(f"a sweep has at most {MOST_VALUES:,} combinations, and these are {many:,}: vary fewer values")


def _drawn(drawn: Sequence[Drawn], draws: int, method: str, seed: int) -> list[tuple[float, ...]]:
    """Return the draws, each with a number of every drawn key; one empty one if nothing is drawn."""
    if not drawn:
        return [()]
    from scipy.stats import qmc  # noqa: PLC0415  only sweeps that draw need it

    rng = np.random.default_rng(seed)
    if method == METHODS[0]:
        power = int(np.ceil(np.log2(draws)))  # Sobol points are even in powers of two; the first of them are taken
        share = qmc.Sobol(len(drawn), rng=rng).random_base2(power)[:draws]
    else:
        share = qmc.LatinHypercube(len(drawn), rng=rng).random(draws)
    columns: list[NDArray[np.float64]] = [axis.at(share[:, place]) for place, axis in enumerate(drawn)]
    return [tuple(float(column[row]) for column in columns) for row in range(draws)]


def _combination(base: Scenario, values: dict[str, Any]) -> Combination:
    try:
        scenario = validate(with_paths(with_overrides(as_data(base), values), Path.cwd()))
        found = Combination(values, scenario, scenario.seed)
        found.files  # noqa: B018  says what is not there before anything runs
    except JiranError as error:
        return Combination(values, None, base.seed, str(error))
    return found


def _decides(scenario: Scenario, but: Iterable[str] = ()) -> str:
    """Return what decides a run of a scenario, but its seed and some tables, as text."""
    return scenario.model_dump_json(exclude={*WORDS, "seed", *but})


def digest_of(path: Path) -> str:
    """Return what stands for the content of a file; "" if it is gone, which a run then says."""
    try:
        state = path.stat()
        return _digest_as_it_was(path, state.st_mtime_ns, state.st_size)
    except OSError:
        return ""


@lru_cache(maxsize=1_000)
def _digest_as_it_was(path: Path, _changed_ns: int, _size: int) -> str:
    """Return the digest of a file, which all points that read it share; read again once it has changed."""
    return _sha256(path.read_bytes())


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
