"""What a comparison knows: a sample of each run, and tables of them."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from jiran.errors import PluginError
from jiran.judge.judgement import FIGURES
from jiran.judge.spread import ends
from jiran.nothing import LAST_DIGITS, NOTHING_MONEY

if TYPE_CHECKING:
    from jiran.scenario import Scenario

Array = NDArray[np.float64]

#: Figures that mean nothing where a home loses.
EVENNESS = tuple(name for name, figure in FIGURES.items() if figure.evenness)


class Sample(NamedTuple):
    """What is kept of one run of a comparison."""

    figures: dict[str, float | None]  # of `FIGURES`
    homes: tuple[str, ...]
    kinds: tuple[str, ...]  # of the homes
    net_metered: int  # homes of which only import and export are known
    saving: Array  # (home,): against the same homes and battery without trades
    hour_kwh: Array  # (24,): P2P energy by hour of day
    hour_paid: Array  # (24,): what buyers paid for it
    hour_received: Array  # (24,): what sellers got for it


#: Finished runs by seed and scenario, or the fault of its rule: give the same one again to go on
#: where a comparison stopped. The key does not tell when a file that a scenario names has changed.
Samples = MutableMapping[str, Sample | PluginError]


@dataclass(frozen=True)
class Comparison:
    """Cases side by side, each run with as many seeds.

    Attributes:
        cases: Scenario of each case by its name.
        seeds: Seeds of the first case; `seeds_of` gives those of any.
        samples: Runs of each case, one a seed.
        notes: What the reader should know, one sentence each.
        faults: Why a case was left out, one sentence each.
    """

    cases: dict[str, Scenario]
    seeds: tuple[int, ...]
    samples: dict[str, tuple[Sample, ...]]
    notes: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def currency(self) -> str:
        """Currency of the first case."""
        return next(iter(self.cases.values())).currency

    def seeds_of(self, case: str) -> tuple[int, ...]:
        """Return the seeds of a case, run for run: its own and those that follow it.

        Args:
            case: Its name.
        """
        further = self.cases[case].seed - next(iter(self.cases.values())).seed
        return tuple(seed + further for seed in self.seeds)

    @property
    def draws_alike(self) -> bool:
        """Whether all cases have the same seeds, so that run for run nothing differs by chance."""
        return len({case.seed for case in self.cases.values()}) == 1

    def values(self, case: str, figure: str) -> Array:
        """Return a figure of a case, shape (seed,); NaN where it is undefined.

        Indices of evenness are undefined with all seeds if a home loses with any: a mean over the others would flatter.

        Args:
            case: Name of a case.
            figure: Name of a figure of `FIGURES`.
        """
        if figure in EVENNESS and any(sample.saving.min() < -NOTHING_MONEY for sample in self.samples[case]):
            return np.full(len(self.samples[case]), np.nan)
        found = [sample.figures[figure] for sample in self.samples[case]]
        return np.array([np.nan if value is None else value for value in found])

    def mean(self, case: str, figure: str) -> float | None:
        """Return a figure of a case, its mean over the seeds; None where it is undefined.

        Args:
            case: Name of a case.
            figure: Name of a figure of `FIGURES`.
        """
        return _mean(self.values(case, figure))

    def differ(self, one: str, other: str, figure: str) -> bool:
        """Tell whether a figure of two cases differs in any seed by more than last digits.

        Args:
            one: Name of a case.
            other: Name of another.
            figure: Name of a figure of `FIGURES`.
        """
        a, b = self.values(one, figure), self.values(other, figure)
        return not np.allclose(a, b, rtol=LAST_DIGITS, atol=LAST_DIGITS, equal_nan=True)

    def table(self, figures: tuple[str, ...] = tuple(FIGURES)) -> pl.DataFrame:
        """Return one row a case: the mean of each figure over the seeds, with several seeds also `_low` and `_high`.

        Args:
            figures: Names of `FIGURES`, the columns behind ``case``.
        """
        rows = []
        for case in self.cases:
            row: dict[str, object] = {"case": case}
            for name in figures:
                row |= _with_band(name, self.values(case, name))
            rows.append(row)
        return pl.DataFrame(rows, schema={key: pl.String if key == "case" else pl.Float64 for key in rows[0]})

    def kinds(self) -> pl.DataFrame:
        """Return the mean saving of a home of each kind: case, kind, homes, saving (with several seeds its band)."""
        rows = []
        for case, samples in self.samples.items():
            for kind in dict.fromkeys(samples[0].kinds):
                of_kind = np.array([other == kind for other in samples[0].kinds])
                values = np.array([sample.saving[of_kind].mean() for sample in samples])
                rows.append({"case": case, "kind": kind, "homes": int(of_kind.sum()), **_with_band("saving", values)})
        return pl.DataFrame(rows)

    def homes(self) -> pl.DataFrame:
        """Return every home's saving: case, home, kind, saving (mean over the seeds)."""
        frames = [
            pl.DataFrame(
                {
                    "case": [case] * len(samples[0].homes),
                    "home": samples[0].homes,
                    "kind": samples[0].kinds,
                    "saving": np.mean([sample.saving for sample in samples], axis=0),
                }
            )
            for case, samples in self.samples.items()
        ]
        return pl.concat(frames)

    def hours(self) -> pl.DataFrame:
        """Return prices by hour of day: case, hour, kwh (of the run), buyer_price, seller_price (null without trades)."""
        frames = []
        for case, samples in self.samples.items():
            kwh, paid, received = (
                np.sum([getattr(sample, name) for sample in samples], axis=0)
                for name in ("hour_kwh", "hour_paid", "hour_received")
            )
            with np.errstate(invalid="ignore", divide="ignore"):
                buyer, seller = paid / kwh, received / kwh
            prices = {
                "buyer_price": pl.Series(buyer, nan_to_null=True),
                "seller_price": pl.Series(seller, nan_to_null=True),
            }
            frames.append(pl.DataFrame({"case": [case] * 24, "hour": range(24), "kwh": kwh / len(samples), **prices}))
        return pl.concat(frames)

    def difference(self, one: str, other: str) -> pl.DataFrame:
        """Return one case less another, seed by seed: figure, label, unit, both means, difference (and its band).

        Args:
            one: Name of the case that is looked at.
            other: Name of the one that is taken off.
        """
        rows = []
        for name, figure in FIGURES.items():
            a, b = self.values(one, name), self.values(other, name)
            unit = figure.unit.replace("money", self.currency)
            means = {"a": _mean(a), "b": _mean(b)}
            rows.append(
                {"figure": name, "label": figure.label, "unit": unit, **means, **_with_band("difference", a - b)}
            )
        return pl.DataFrame(rows, infer_schema_length=None)


def _mean(values: Array) -> float | None:
    """Return the mean of values, shape (seed,), without those that are NaN; None if there is no other."""
    defined = values[~np.isnan(values)]
    return float(defined.mean()) if defined.size else None


def _with_band(name: str, values: Array) -> dict[str, float | None]:
    """Return the mean over the seeds, and the ends of the band if there are several.

    Args:
        name: Name of the figure; the ends are called `name_low` and `name_high`.
        values: Its values, shape (seed,), NaN where it is undefined: these are left out.
    """
    if values.size == 1:
        return {name: _mean(values)}
    low, high = ends(values)
    return {name: _mean(values), f"{name}_low": low, f"{name}_high": high}
