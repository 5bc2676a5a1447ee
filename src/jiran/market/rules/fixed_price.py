"""Rules with a price that does not depend on supply and demand."""

from __future__ import annotations

from numpy.random import Generator

from jiran.market.base import Formula, Parameter, Values, mechanism
from jiran.market.family import FIXED_PRICE
from jiran.market.matching import MATCHINGS, Trades, Vector, match, matching_draws_lots, pairing_of_matching
from jiran.words import in_formula


def _share_of_grid_price(values: Values, import_price: float, _export_price: float) -> tuple[str, float]:
    """Return the price as a sum in LaTeX, and what it comes to.

    Args:
        values: The rule's parameters, complete.
        import_price: Per kWh.
    """
    alpha = float(values["fraction"])
    return rf"{alpha:g} \times {in_formula(import_price)}", alpha * import_price


@mechanism(
    "grid-fraction",
    plain_name="fixed share of the grid's price",
    family=FIXED_PRICE,
    draws_lots=matching_draws_lots,
    heeds_limits=False,
    pairing=pairing_of_matching,
    reasoning="share-of-grid-price",
    formula=Formula(r"\alpha \, P_\text{grid}", _share_of_grid_price),
    telling=True,
    properties=("budget-balanced", "no-deficit"),
    fraction=Parameter(0.8, "P2P price as a fraction of the grid's import price, alpha in the paper", gt=0.0, lt=1.0),
    matching=Parameter("index-order", "who is served when there is too little of one side", choices=MATCHINGS),
)
def grid_fraction(
    net_kwh: Vector,
    limit_price: Vector,  # noqa: ARG001  the rule takes every order at its own price
    import_price: float,
    export_price: float,  # noqa: ARG001
    parameters: Vector,
    rng: Generator,
    trades: Trades,
) -> int:
    """Trade all that can be traded at a fixed fraction of the grid's import price.

    P_p2p = alpha * P_grid and E(i, j) = min(S_i, D_j), sellers and buyers in index order (Lit et al., section IV.B);
    the other three ways of matching share out the scarce side at the same price.

    Budget balanced. Individually rational if export_price <= alpha * import_price. Index order is unfair to homes
    late in the list.
    """
    price = parameters[0] * import_price
    return match(int(parameters[1]), net_kwh, rng, price, price, trades)


@mechanism(
    "grid-only",
    plain_name="no trading between neighbours",
    family=FIXED_PRICE,
    heeds_limits=False,
    reasoning="no-market",
    properties=("budget-balanced", "no-deficit", "individually-rational", "truthful"),
)
def grid_only(
    net_kwh: Vector,  # noqa: ARG001  nobody trades
    limit_price: Vector,  # noqa: ARG001
    import_price: float,  # noqa: ARG001
    export_price: float,  # noqa: ARG001
    parameters: Vector,  # noqa: ARG001
    rng: Generator,  # noqa: ARG001
    trades: Trades,  # noqa: ARG001
) -> int:
    """Trade nothing between homes: the community without a peer-to-peer market."""
    return 0
