"""The price that members of a community agreed on: per kWh, or as a share of the grid's price."""

from __future__ import annotations

from jiran.compiled import njit
from jiran.market.base import Formula, Parameter, Values
from jiran.words import in_formula

FRACTION = Parameter(0.8, "price between members as a fraction of the grid's import price", ge=0.0, le=1.0)
PRICE = Parameter(0.0, "price between members; 0: the fraction decides", ge=0.0, unit="/kWh")


@njit(cache=True)
def agreed_price(fraction: float, price: float, import_price: float) -> float:
    """Return what a kWh costs between members.

    Args:
        fraction: Of the grid's import price.
        price: Per kWh; 0: the fraction decides.
        import_price: What the grid takes for a kWh.
    """
    return price if price > 0.0 else fraction * import_price


def _numbers(values: Values, import_price: float, _export_price: float) -> tuple[str, float]:
    """Return the price as a sum in LaTeX, and what it comes to."""
    fraction, price = float(values["fraction"]), float(values["price"])
    if price > 0.0:
        return in_formula(price), price
    return rf"{fraction:g} \times {in_formula(import_price)}", fraction * import_price


FORMULA = Formula(r"\alpha \, P_\text{grid}\ \text{or an agreed price}", _numbers)
