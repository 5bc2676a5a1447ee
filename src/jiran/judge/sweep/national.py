"""What a study answers: in which streets sharing pays, by world, scheme, fee and region; streets without a seller apart."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from jiran.judge.sweep.streets import study
from jiran.judge.sweep.study import POPULATION
from jiran.nothing import NOTHING_MONEY

if TYPE_CHECKING:
    from jiran.judge.sweep.folder import Folder

#: Sharing pays in a street if it leaves each home so much a month on the mean, MYR: assumed, so both are told.
LEAST = (1.0, 5.0)
#: Classes of what a street's homes use a month, kWh, and of what roofs give of what their homes use.
KWH = (200.0, 350.0, 600.0)
ROOFS = (1.0, 1.5)


class Sellers(NamedTuple):
    """How many streets have no seller.

    Attributes:
        world: Of the population.
        region: Key of the study's regions.
        streets: That were drawn.
        without: Those of them in which no home has PV.
    """

    world: str
    region: str
    streets: int
    without: int


def without_seller(asked: Mapping[str, Any]) -> list[Sellers]:
    """Return in how many streets nobody could sell, by world and region.

    Args:
        asked: Of a study, as `Folder.asked` has it.
    """
    return [
        Sellers(world, region, many, int(asked["without_seller"].get(world, {}).get(region, 0)))
        for world in POPULATION
        for region, many in asked["streets"].items()
    ]


def share_without(asked: Mapping[str, Any], world: str) -> float:
    """Return the share of the country's streets in which nobody could sell: regions count by their accounts.

    Args:
        asked: Of a study.
        world: Of the population.
    """
    regions = study(str(asked["study"]))["regions"]
    counted = [one for one in without_seller(asked) if one.world == world and one.streets]
    weight = sum(regions[one.region]["weight"] for one in counted)
    return float(sum(regions[one.region]["weight"] * one.without / one.streets for one in counted) / weight)


def pays(rows: pl.LazyFrame, *keys: str) -> pl.DataFrame:
    """Return where sharing pays, among streets that have a seller.

    Args:
        rows: Of a study.
        keys: By which it is told: columns of the rows, or "kwh_class" and "roof_class".

    Returns:
        A row a value of the keys: streets, traded (share in which anybody trades), pays_1 and pays_5 (share in which the
        mean home has so many MYR a month of it), nobody_loses (share of those that trade), saving (mean, MYR a home and month).
    """
    home = pl.col("saving") / pl.col("homes")
    trades = pl.col("p2p_kwh") > 0.0
    found = (
        pl.len().alias("streets"),
        trades.mean().alias("traded"),
        *((home >= least).mean().alias(f"pays_{least:g}") for least in LEAST),
        (pl.col("home_saving_worst") >= -NOTHING_MONEY).filter(trades).mean().alias("nobody_loses"),
        home.mean().alias("saving"),
    )
    classes = (
        _class("mean_kwh", KWH).alias("kwh_class"),
        _class("roof_share", ROOFS).alias("roof_class"),
    )
    known = rows.filter(pl.col("fault").is_null()).with_columns(*classes)
    return known.group_by(*keys).agg(*found).sort(*keys).collect()


def tables(folder: Folder) -> dict[tuple[str, ...], pl.DataFrame]:
    """Return the tables of a study, by their keys; regions are never put together without their weights.

    Args:
        folder: Of a study.
    """
    rows = folder.rows()
    peninsula = rows.filter(pl.col("region").is_in(["pen_urban", "pen_rural"]) & (pl.col("world") == "what-if"))
    return {
        ("world", "region", "scheme", "network_fee"): pays(rows, "world", "region", "scheme", "network_fee"),
        ("scheme", "network_fee", "kwh_class"): pays(peninsula, "scheme", "network_fee", "kwh_class"),
        ("scheme", "network_fee", "roof_class"): pays(peninsula, "scheme", "network_fee", "roof_class"),
        ("scheme", "network_fee", "pv_share"): pays(peninsula, "scheme", "network_fee", "pv_share"),
    }


def _class(column: str, edges: tuple[float, ...]) -> pl.Expr:
    """Return the class of a number, in words that sort."""
    between = [f"{place}: {low:g} to {high:g}" for place, (low, high) in enumerate(pairwise(edges), 2)]
    labels = [f"1: up to {edges[0]:g}", *between, f"{len(edges) + 1}: above {edges[-1]:g}"]
    return pl.col(column).cut(list(edges), labels=labels).cast(pl.String)
