"""What lessons measure: each number by name, with its label, its digits, and how it is found."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from jiran.classroom.games import best_lies
from jiran.nothing import NOTHING_MONEY

if TYPE_CHECKING:
    from jiran.classroom.games import Games
    from jiran.result.result import Result


class Measure(NamedTuple):
    """A number that a lesson looks at.

    Attributes:
        label: For a table; {} stands for the hour or home that it is of.
        digits: After the point.
        of: Finds it, from what was run or played, its case, and the hour or home.
    """

    label: str
    digits: int
    of: Callable[[Any, Any, Any], float]


def _price_of_hour(result: Result, _case: Any, hour: int) -> float:
    """Return the mean price of all trades that begin in an hour of the day."""
    trades = result.trades
    of_hour = trades.filter(trades["time"].dt.hour() == hour)
    return float(of_hour["paid"].to_numpy().sum() / of_hour["kwh"].to_numpy().sum())


def _cost_of_home(result: Result, _case: Any, home: str) -> float:
    place = result.community.ids.index(home)
    return float(result.homes["cost"][place])


def _saving_of_home(result: Result, _case: Any, home: str) -> float:
    place = result.community.ids.index(home)
    return float(result.homes["saving"][place])


def _sellers_gain(result: Result, _case: Any, _of: Any) -> float:
    """Return what sellers got above what the grid gives."""
    trades = result.trades
    return float(
        trades["received"].sum() - (trades["kwh"] * result.prices.grid_export[trades["step"].to_numpy()]).sum()
    )


def _buyers_gain(result: Result, _case: Any, _of: Any) -> float:
    """Return what buyers paid less than the grid asks."""
    trades = result.trades
    return float((trades["kwh"] * result.prices.grid_import[trades["step"].to_numpy()]).sum() - trades["paid"].sum())


def _figure(name: str) -> Callable[[Any, Any, Any], float]:
    return lambda result, _case, _of: float(result.kpis[name])


def _of_games(name: str) -> Callable[[Any, Any, Any], float]:
    return lambda games, _case, _of: float(np.mean(getattr(games, name)))


def _lies(games: Games, case: Any) -> np.ndarray[Any, Any]:
    return best_lies(games.deck, case.rule, case.parameters, apart=(games.deck.high - games.deck.low) / 32.0)


#: Every measure by name.
MEASURES = {
    "price_of_hour": Measure("price from {:02d}:00, per kWh", 4, _price_of_hour),
    "traded": Measure("traded, kWh", 3, _figure("p2p_kwh")),
    "saving": Measure("all save", 3, _figure("saving")),
    "bills": Measure("all bills", 3, _figure("cost")),
    "co2": Measure("CO2, kg", 1, _figure("co2_kg")),
    "left_over": Measure("left in the battery, kWh", 1, _figure("soc_end_kwh")),
    "worse_off": Measure("homes worse off, share", 2, _figure("homes_worse_off")),
    "gini": Measure("inequality of savings (Gini)", 3, _figure("saving_gini")),
    "cost_of_home": Measure("bill of {}", 3, _cost_of_home),
    "saving_of_home": Measure("{} saves", 3, _saving_of_home),
    "sellers_gain": Measure("sellers gain", 3, _sellers_gain),
    "buyers_gain": Measure("buyers gain", 3, _buyers_gain),
    "price": Measure("mean price", 3, _of_games("price")),
    "kwh": Measure("traded, kWh", 2, _of_games("kwh")),
    "gained": Measure("gained together", 2, _of_games("gained")),
    "sellers_earn": Measure("sellers earn", 2, _of_games("sellers")),
    "efficiency": Measure("efficiency, share", 3, _of_games("efficiency")),
    "losers": Measure("seats that lose", 1, _of_games("losers")),
    "account": Measure("left for the market", 2, _of_games("account")),
    "liars": Measure("seats that gain by a lie", 0, lambda games, case, _: float((_lies(games, case) > NOTHING_MONEY).sum())),
    "best_lie": Measure("most that a lie gains", 3, lambda games, case, _: float(_lies(games, case).max())),
}  # fmt: skip
