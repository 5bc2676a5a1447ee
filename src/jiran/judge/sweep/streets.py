"""Streets of a study: the street is drawn first, then its homes given what they use, what is apart from what if."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_FILES = resources.files("jiran.judge.sweep") / "studies"
#: Of what an EV draws, so much is in its battery.
_CHARGED = 0.9
#: Chargers, kW, and how often; the one of 11 kW needs three phases.
_CHARGERS = ((7.4, 0.70), (11.0, 0.15), (2.3, 0.15))


def studies() -> tuple[str, ...]:
    """Return the names of the studies that come with jiran."""
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in _FILES.iterdir() if entry.name.endswith(".toml")))


@cache
def study(name: str) -> Mapping[str, Any]:
    """Return how the streets of a study are drawn, and what is asked of them, as its file has it.

    Args:
        name: One of `studies`.
    """
    return tomllib.loads((_FILES / f"{name}.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Street:
    """A street; arrays have an entry a home.

    Attributes:
        number: From 0; its seed, in every world, is 1 more.
        region: Key of the study's regions.
        median_kwh: Of its homes that are lived in, a month.
        kwh: Of each home a month, without its EV.
        vacant: Whether nobody lives there.
        three_phase: Whether a home has three phases.
        kwp: PV that a home has if it has any.
        rank: Who has PV first: 0, 1, ...
        chance: For a number of homes with PV, 0..1.
        pv_at: Of 2026 and 2030: so much of the street has PV, 0..1 of its distribution.
        scheme_at: For the scheme of each home, 0..1.
        tou_at: For its tariff, 0..1.
        ev_at: For its EV, 0..1.
        ev_share_at: For the street's share of EVs, 0..1.
        ev_kw: Charger that it has if it has an EV.
        ev_kwh_day: What its EV charges at home, kWh a day.
        cooled: Whether it has air conditioning.
    """

    number: int
    region: str
    median_kwh: float
    kwh: Array
    vacant: NDArray[np.bool_]
    three_phase: NDArray[np.bool_]
    kwp: Array
    rank: NDArray[np.int64]
    chance: float
    pv_at: float
    scheme_at: Array
    tou_at: Array
    ev_at: Array
    ev_share_at: float
    ev_kw: Array
    ev_kwh_day: Array
    cooled: NDArray[np.bool_]


def region_of(about: Mapping[str, Any], number: int) -> str:
    """Return the region of a street: of each ten in a row so many as the study says.

    Args:
        about: A study.
        number: Of the street.
    """
    cycle = [name for name, one in about["regions"].items() for _ in range(one["streets"])]
    return str(cycle[number % len(cycle)])


def street(about: Mapping[str, Any], number: int, region: str | None = None) -> Street:
    """Draw a street, the same whatever is asked of it and however many are drawn.

    Args:
        about: A study.
        number: Of the street.
        region: Its region; default: that of its number.
    """
    name = region or region_of(about, number)
    has = about["regions"][name]
    rng = np.random.default_rng([about["seed"], number])
    median_homes, sigma_homes = has["homes"][rng.integers(len(has["homes"]))]
    size = int(np.clip(round(_lognormal(rng, median_homes, sigma_homes)), *has["bounds"]))
    median = float(np.clip(_lognormal(rng, *has["median_kwh"]), *has["median_bounds"]))
    spread = rng.uniform(*has["spread"])
    vacant = rng.random(size) < min(0.4, rng.beta(*has["vacant"]))
    kwh = np.where(vacant, about["vacant_kwh"], median * np.exp(spread * rng.standard_normal(size)))
    relative = np.log(kwh / median)
    three = rng.random(size) < 1.0 / (1.0 + np.exp(-1.6 * np.log(kwh / 700.0) - has["three_phase_shift"]))
    owners = np.argsort(rng.exponential(size=size) / (kwh / median) ** about["owner_exponent"])
    mean_km, deviation_km = has["ev_km_day"]
    kms = np.clip(rng.normal(mean_km, deviation_km, size), 30.0, 95.0)
    home_share = np.clip(rng.beta(8.0, 2.0, size), 0.4, 1.0)
    return Street(
        number=number, region=name, median_kwh=median, kwh=kwh, vacant=vacant, three_phase=three,
        kwp=_kwp(about, has, rng, three, kwh), rank=np.argsort(owners), chance=rng.random(), pv_at=rng.random(),
        scheme_at=rng.random(size), tou_at=rng.random(size), ev_at=rng.random(size), ev_share_at=rng.random(),
        ev_kw=_chargers(rng, three), ev_kwh_day=kms * about["kwh_per_km"] / _CHARGED * home_share,
        cooled=~vacant & (rng.random(size) < np.clip(has["ac"] + 0.2 * relative, 0.4, 0.98)),
    )  # fmt: skip


def pv_homes(about: Mapping[str, Any], one: Street, share: float | str) -> NDArray[np.bool_]:
    """Return which homes have PV; those that have it at a lower share have it at a higher one too.

    Args:
        about: A study.
        one: The street.
        share: Of its homes, or "2026" or "2030": the population's, drawn.
    """
    from scipy.stats import beta, binom  # noqa: PLC0415  a second to load, and only studies need it

    if isinstance(share, str):
        likely = float(beta.ppf(one.pv_at, *about["regions"][one.region][f"pv_{share}"]))
        many = int(binom.ppf(one.chance, one.kwh.size, min(likely, 0.8)))
    else:
        many = max(1, round(share * one.kwh.size))
    return np.asarray(one.rank < many)


def ev_homes(about: Mapping[str, Any], one: Street, year: str, has_pv: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which homes have an EV: likelier where more is used, and where there is PV.

    Args:
        about: A study.
        one: The street.
        year: "2026" or "2030".
        has_pv: Which homes have PV.
    """
    from scipy.stats import beta  # noqa: PLC0415

    share = float(beta.ppf(one.ev_share_at, *about["regions"][one.region][f"ev_{year}"]))
    weight = (one.kwh / one.median_kwh) ** about["ev_exponent"]
    likely = share * weight / weight.mean() * np.where(has_pv, about["ev_with_pv"], 1.0)
    return np.asarray(one.ev_at < np.minimum(likely, 0.95))


def schemes(about: Mapping[str, Any], one: Street, year: str) -> list[str]:
    """Return the scheme that each home is under if it has PV.

    Args:
        about: A study.
        one: The street.
        year: "2026" or "2030".
    """
    parts = about["regions"][one.region][f"schemes_{year}"]
    names, edges = list(parts), np.cumsum(list(parts.values()))
    return [names[place] for place in np.minimum(np.searchsorted(edges, one.scheme_at), len(names) - 1)]


def _lognormal(rng: np.random.Generator, median: float, sigma: float) -> float:
    return float(median * np.exp(sigma * rng.standard_normal()))


def _kwp(
    about: Mapping[str, Any], has: Mapping[str, Any], rng: np.random.Generator, three: NDArray[np.bool_], kwh: Array
) -> Array:
    """Return the PV that homes have if they have any: by their phases, within the limits of the scheme."""
    low, mode, high = about["single_phase_kwp"]
    single = rng.triangular(low, mode, high, three.size)
    median, sigma = about["three_phase_kwp"]
    more = np.clip(median * np.exp(sigma * rng.standard_normal(three.size)), 5.0, has["most_kwp"])
    kwp = np.where(three, more, single)
    most = has.get("most_of_use")
    return np.asarray(kwp if most is None else np.minimum(kwp, np.maximum(most * kwh * 12.0 / 1251.0, 0.5)))


def _chargers(rng: np.random.Generator, three: NDArray[np.bool_]) -> Array:
    kw: Sequence[float] = [one for one, _ in _CHARGERS]
    drawn = rng.choice(kw, three.size, p=[share for _, share in _CHARGERS])
    return np.where((drawn > 7.4) & ~three, 7.4, drawn)
