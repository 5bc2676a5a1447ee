"""What a kWh costs and earns before anything is known of the home: the pair of prices that stands for a tariff."""

from __future__ import annotations

from jiran.tariffs.model import Component, Tariff
from jiran.tariffs.rates import in_force, rate_in

#: Kinds that are no price of a kWh: they come after it.
_AFTER = ("rebate", "discount", "tax", "credit")


def reference_prices(tariff: Tariff, month: str, period: str = "") -> tuple[float, float]:
    """Return what a kWh costs and what it earns in the lowest tier, before rebates and taxes.

    Components that are charged above some kWh of the month alone are not in it.

    Args:
        tariff: What is charged.
        month: The month, as "2025-07".
        period: Its time-of-use period; a tariff without periods has one, "".

    Example:
        >>> from jiran.tariffs import load_tariff
        >>> import_price, export_price = reference_prices(load_tariff("my-tnb-rp4-domestic-atap"), "2026-03")
        >>> round(import_price, 4), round(export_price, 4)
        (0.4443, 0.2703)
    """
    rates = {
        name: _lowest(component, month, period)
        for name, component in tariff.components.items()
        if component.unit == "kWh" and component.kind not in _AFTER
    }
    charged = sum(rates.values())
    export = tariff.export
    if export is not None and export.basis == "net":
        earned = charged
    else:
        earned = sum(rates.get(name, 0.0) for name in (export.cancels if export is not None else ()))
    paid = [one for one in tariff.components.values() if one.unit == "exported-kWh" and one.kind == "credit"]
    return charged, earned + sum(_lowest(component, month, period) for component in paid)


def _lowest(component: Component, month: str, period: str) -> float:
    """Return a component's rate in its lowest tier, 0 where it is not charged there."""
    if not in_force(component, month) or component.above_kwh:
        return 0.0
    rate = component.periods[period] if component.periods is not None else rate_in(component, month).rate
    return rate[0] if isinstance(rate, tuple) else rate
