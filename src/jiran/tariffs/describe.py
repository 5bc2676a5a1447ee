"""Components, export and schemes in words, for the command line and the documentation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from jiran.tariffs.community import ALLOCATIONS, Sharing
from jiran.tariffs.model import CARRIED_IN, CARRIED_OUT, CREDIT, LOWERING, MINIMUM, Component, Export, Rate, Tariff
from jiran.tariffs.periods import DAYS
from jiran.words import counted, listed, number, span

#: Lines that no component describes.
_OTHER = {CARRIED_IN: "Credit of earlier months", CARRIED_OUT: "Credit kept for later months", MINIMUM: "Minimum"}


def line_label(tariff: Tariff, name: str) -> str:
    """Return what a line of a bill is called.

    Args:
        tariff: Whose line.
        name: Id of a component, of what export takes back of one, or of a line that every bill has.
    """
    if name in tariff.components:
        return tariff.components[name].label or tariff.components[name].kind
    if name.startswith(CREDIT):
        return f"Export: {line_label(tariff, name.removeprefix(CREDIT))}"
    return _OTHER[name]


def described(document: Tariff | Sharing) -> list[tuple[str, str]]:
    """Return every line of a tariff, or every rule of a scheme, with what it says."""
    if isinstance(document, Tariff):
        return [(name, component_words(one, document.currency)) for name, one in document.components.items()]
    return list(_rules(document))


def component_words(component: Component, currency: str) -> str:
    """Return what a component charges, in words.

    Args:
        component: The component.
        currency: As the tariff says it, such as "MYR".

    Example:
        >>> component_words(Component(kind="fuel", rate=0.05, above_kwh=600.0), "MYR")
        'fuel: MYR 0.05 per kWh; in months above 600 kWh'
    """
    parts = [f"{component.kind}: {'less ' if component.kind in LOWERING else ''}{_rates(component, currency)}"]
    if component.base_above_kwh:
        parts.append(f"only for the kWh above {number(component.base_above_kwh)}")
    if component.above_kwh is not None:
        parts.append(f"in months above {number(component.above_kwh)} kWh")
    if component.up_to_kwh is not None:
        parts.append(f"in months up to {number(component.up_to_kwh)} kWh")
    if component.first_month or component.last_month:
        parts.append(span(component.first_month, component.last_month))
    return "; ".join([*parts, *([] if component.active else ["switched off"])])


def _rates(component: Component, currency: str) -> str:
    """Return the rates with what they are per; shares in per cent."""
    per = {"exported-kWh": "exported kWh"}.get(component.unit, component.unit)
    if component.unit == "share":
        of = f"of {listed(list(component.base))}{' and itself' if component.included else ''}"
        return _tables(component, lambda rate: f"{number(100.0 * _first(rate))}%", of)
    if component.shape == "flat":
        return _tables(component, lambda rate: f"{currency} {number(_first(rate))}", f"per {per}")
    how = "by block" if component.shape == "block" else "on all kWh, by the month's total"
    return _tables(component, lambda rate: f"{currency} {_by_tier(component.bounds, rate)}", f"per kWh, {how}")


def _tables(component: Component, write: Callable[[Rate], str], after: str) -> str:
    """Return one rate, or all of them with their months or periods.

    Args:
        component: The component; rates by month or period are listed with their names.
        write: Writes one rate.
        after: What stands behind all of them.
    """
    rates = component.tables()
    word = "since " if component.since else ""
    texts = [f"{word}{name} {write(rate)}".strip() if name else write(rate) for name, rate in rates.items()]
    return f"{', '.join(texts)} {after}"


def _first(rate: Rate) -> float:
    """Return a rate of one tier as a number."""
    return rate[0] if isinstance(rate, tuple) else rate


def _by_tier(bounds: tuple[float, ...], rate: Rate) -> str:
    """Return the rate of each tier with its upper edge.

    Example:
        >>> _by_tier((600.0,), (0.2, 0.3))
        '0.2 up to 600, 0.3 above'
    """
    rates = rate if isinstance(rate, tuple) else (rate,) * (len(bounds) + 1)
    tiers = [
        f"{number(one)} up to {number(upper)}" for one, (_, upper) in zip(rates, pairwise((0.0, *bounds)), strict=False)
    ]
    return f"{', '.join(tiers)}, {number(rates[-1])} above"


def export_words(tariff: Tariff) -> list[str]:
    """Return what export earns, a sentence each."""
    export = tariff.export or Export()
    if not export.offsets and not any(one.unit == "exported-kWh" and one.active for one in tariff.components.values()):
        return ["Export earns nothing."]
    sentences = []
    if export.basis == "net":
        sentences.append("Export is set against import, kWh by kWh: the bill is that of the difference.")
    if export.cancels:
        lost = f", and loses {listed(list(export.claws_back))} for it" if export.claws_back else ""
        sentences.append(f"A kWh exported takes back {listed(list(export.cancels))} of a kWh imported{lost}.")
    ends = [] if export.contract_years is None else [f"A contract lasts {counted(export.contract_years, 'year')}."]
    return [*sentences, _carry_words(export), *ends]


def period_words(tariff: Tariff) -> list[str]:
    """Return when each time-of-use period holds, a sentence each.

    Example:
        >>> from jiran.tariffs.files import find_tariff
        >>> period_words(find_tariff("my-tnb-rp4-domestic-tou"))
        ['peak: mon, tue, wed, thu and fri, 14:00 to 22:00, not on public holidays.', 'off-peak: at all other times.']
    """
    if tariff.schedule is None:
        return []
    sentences = []
    for name, period in tariff.schedule.periods.items():
        days = "every day" if set(period.days) == set(DAYS) else listed([day for day in DAYS if day in period.days])
        hours = listed([f"{_clock(begin)} to {_clock(end)}" for begin, end in period.hours])
        off = "" if period.holidays or not tariff.schedule.holidays else ", not on public holidays"
        sentences.append(f"{name}: {days}, {hours}{off}.")
    return [*sentences, f"{tariff.schedule.rest}: at all other times."]


def _clock(hour: float) -> str:
    """Return an hour of the day as a clock shows it.

    Example:
        >>> _clock(6.5), _clock(24.0)
        ('06:30', '24:00')
    """
    minutes = round(60.0 * hour)
    return f"{minutes // 60:02}:{minutes % 60:02}"


def succession_words(tariff: Tariff) -> list[str]:
    """Return which tariff a run is billed by before this one begins, in a sentence, or nothing."""
    return [] if tariff.follows is None else [f"Months before it are billed by {tariff.follows}."]


def _carry_words(export: Export) -> str:
    """Return in a sentence what becomes of export that a month cannot use."""
    if export.carry == "none":
        return "What a month cannot use is forfeited."
    kept = f"What a month cannot use is kept as {export.carry}"
    later = ", and credit is first used in the next month" if export.applied == "next-month" else ""
    return f"{kept}{later}{f', until after month {export.expires_after_month}' if export.expires_after_month else ''}."


def _rules(scheme: Sharing) -> Iterator[tuple[str, str]]:
    """Yield each rule of a scheme with its words; prices of 0 are not said."""
    yield "allocation", f"{scheme.allocation}: {ALLOCATIONS[scheme.allocation]}, every {scheme.step_minutes} min"
    shares = [f"{number(100.0 * share)}% of {kind}" for kind, share in scheme.pays.items()]
    yield "a shared kWh pays", listed([*shares, f"{number(100.0 * scheme.pays_else)}% of all else"])
    for name, value in (("price", scheme.price), ("fee", scheme.fee), ("premium", scheme.premium)):
        if value:
            yield name, f"{scheme.currency} {number(value)} per kWh"
