"""Controllers of a street's stores side by side: how they are named, what is said of them, their table, and a page of it."""

from __future__ import annotations

import shlex
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from jiran import __version__
from jiran.explain.say import energy, share
from jiran.judge.by_controller import CHARGING, choices
from jiran.nothing import NOTHING_MONEY
from jiran.report.markup import bullets, document, section, table
from jiran.report.page import STYLE
from jiran.scenario.beside import shareable
from jiran.scenario.files import to_toml
from jiran.sentences import Figures, Sentence, form, true_ones
from jiran.words import counted, decimals, money, price, settled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jiran.judge.by_controller import Run, SideBySide, Who
    from jiran.scenario import Scenario

STORES = {"home_battery": "batteries in homes", "battery": "the community battery", "ev": "cars"}
#: What the command line calls them.
WHOSE: dict[str, Who] = {"homes": "home_battery", "community": "battery", "cars": "ev"}


class Column(NamedTuple):
    """A column of the table.

    Attributes:
        heading: With "{currency}" where an amount stands.
        written: How a number is written.
        help: What it means.
    """

    heading: str
    written: str
    help: str

    @property
    def is_share(self) -> bool:
        """Whether it is a share of 1, which is written in per cent."""
        return self.written.endswith("%}")

    @property
    def decimals(self) -> int:
        """Digits after the point, as it is written."""
        return int(self.written.partition(".")[2].rstrip("f%}") or 0)


#: By the name of the figure in `judge.by_controller.Run`; shares are of 1.
COLUMNS = {
    "cost": Column("Cost, {currency}", "{:,.2f}", "What the street pays the grid."),
    "net_cost": Column("Net, {currency}", "{:,.2f}", "That less what is worth that is left in all stores at the end."),
    "optimum_share": Column("Reached", "{:.1%}", "Of what perfect foresight could save against no battery, how much was saved."),
    "gap_closed": Column("Of the gap", "{:.1%}", "Of what lies between the simplest controller and the optimum, how much was gained."),
    "cycles": Column("Cycles", "{:.1f}", "What the stores gave, by their capacity."),
    "wear": Column("Wear, {currency}", "{:,.2f}", "What that costs by wearing them out; in no bill."),
    "peak_import_kw": Column("Peak, kW", "{:,.1f}", "The most the street takes from the grid."),
    "departures_missed": Column("Missed", "{:,}", "How often a car that charges by a plan left with less than it should."),
    "departure_missing_kwh": Column("Missing, kWh", "{:,.1f}", "By how much, in all."),
    "stored_end_kwh": Column("Left, kWh", "{:,.1f}", "What is left in all stores."),
}  # fmt: skip


def columns(found: SideBySide) -> dict[str, Column]:
    """Return the columns that the table has: those of departures only where cars charge by plans."""
    plans = found.runs[0].departures is not None
    return {name: one for name, one in COLUMNS.items() if plans or not name.startswith("departure")}


def name_of(run: Run, *, several: bool = False) -> str:
    """Return how a run is called: by its controller, and as a bound by what it knows.

    Args:
        run: The run.
        several: Whether forecasts differ, so that each is told.
    """
    name = Path(run.controller).name
    if run.bound:
        return f"{name}, {run.forecast} (bound)"
    return f"{name}, {run.forecast}" if several and run.forecast else name


def several_forecasts(found: SideBySide) -> bool:
    """Tell whether controllers went by more than one forecast, beside the perfect one."""
    return len({one.forecast for one in found.runs if one.forecast and not one.bound}) > 1


def notes(found: SideBySide, currency: str) -> str:
    """Return what the columns mean.

    Args:
        found: For what is worth that is left.
        currency: Of the amounts.
    """
    simplest = f"{CHARGING[0]}, plugged in whenever at home" if found.who == "ev" else "self-consumption"
    cars = f" in a battery, {price(found.rest.car)} in a car" if found.runs[0].departures is not None else ""
    return (
        f"Cost: what the street pays the grid, {currency}. Net: less what is left in the stores, which counts {price(found.rest.battery)} a kWh"
        f"{cars}; shares, order and the worth of a forecast are of it. Reached: of what perfect foresight could save against no battery. "
        f"Of the gap: of what lies between {simplest} and the optimum. "
        "The optimum runs all stores together for the street, cars that plan too. bound: knows the future, which nobody does."
    )  # fmt: skip


def rows(found: SideBySide) -> list[dict[str, Any]]:
    """Return controllers as rows of a table, least net cost first, and the optimum below them, if it is known."""
    several, shown = several_forecasts(found), columns(found)
    runs = [
        {
            "run_by": name_of(one, several=several), "controller": one.controller, "forecast": one.forecast, "bound": one.bound,
            **{name: getattr(one, name) for name in shown},
        }
        for one in found.runs
    ]  # fmt: skip
    if found.optimum_cost is None:
        return runs
    best: dict[str, Any] = dict.fromkeys(runs[0])
    net_cost = found.optimum_cost - (found.optimum_rest_worth or 0.0)
    known = {"bound": True, "cost": found.optimum_cost, "net_cost": net_cost, "optimum_share": 1.0, "gap_closed": 1.0}
    return [*runs, best | {"run_by": "optimum (bound)"} | known]


def cells(found: SideBySide, currency: str) -> tuple[list[str], list[list[str]]]:
    """Return heading and rows of the table as text.

    Args:
        found: What was compared.
        currency: Of the amounts.
    """
    shown = columns(found)
    head = ["Run by", *(one.heading.format(currency=currency) for one in shown.values())]
    return head, [
        [row["run_by"], *("–" if row[name] is None else one.written.format(row[name]) for name, one in shown.items())]
        for row in rows(found)
    ]  # fmt: skip


def _perfect_words(figures: Figures) -> str:
    planned, foreseen = figures["planned"], figures["foreseen"]
    if decimals(abs(figures["worth"]), 2) == decimals(0.0, 2):
        return f"To {planned} a perfect forecast would be worth no more than {foreseen}."
    amount = money(abs(figures["worth"]), figures["currency"])
    if figures["worth"] > 0.0:
        return f"To {planned} a perfect forecast would be worth {amount} more than {foreseen}."
    return (
        f"With a perfect forecast {planned} would cost the street {amount} more than with {foreseen}: "
        "a plan looks two days ahead, and that of a home or a car at its own meter alone."
    )


@form("controllers.perfect", _perfect_words)
def perfect(found: SideBySide, scenario: Scenario) -> Figures | None:
    """True where one plan was made by a perfect forecast and by another one: what the first would save.

    Args:
        found: Controllers side by side.
        scenario: Of what street.

    Returns:
        worth: By which the cost less what is worth that is left is lower with the perfect forecast; < 0: higher.
        planned: The controller.
        foreseen: The other forecast.
        currency: Of the amount.
    """
    if found.perfect_worth is None:
        return None
    planned = Path(str(found.planned)).name
    return {"worth": found.perfect_worth, "planned": planned, "foreseen": found.foreseen, "currency": scenario.currency}


def _best_words(figures: Figures) -> str:
    best, simplest = figures["best"], figures["simplest"]
    if figures["gain"] is None:
        return f"None that knows no future does better than {simplest} here."
    part = "" if figures["share"] is None else f", {share(figures['share'])} of what perfect foresight could gain on it"
    gain = money(figures["gain"], figures["currency"])
    return f"{best} costs the street least of those that know no future: {gain} less than {simplest}{part}."


@form("controllers.best", _best_words)
def best(found: SideBySide, scenario: Scenario) -> Figures | None:
    """True where there are controllers beside the simplest: which costs least, of those that know no future.

    Args:
        found: Controllers side by side.
        scenario: Of what street.

    Returns:
        simplest: Which all are held against.
        best: Which costs least, less what is worth that is left.
        gain: How much less than the simplest; None if it is the simplest, or less than a hundredth less.
        share: Of the gap to the optimum; None if that is not known, or nothing.
        currency: Of the amount.
    """
    first = choices(scenario, found.who)[0]
    honest, several = [one for one in found.runs if not one.bound], several_forecasts(found)
    if len(honest) < 2:
        return None
    simplest, chosen = next(one for one in honest if one.controller == first), honest[0]
    gain = simplest.net_cost - chosen.net_cost
    known = settled(gain) >= 0.005
    share = chosen.gap_closed if known and gain > NOTHING_MONEY else None
    return {
        "simplest": first, "best": name_of(chosen, several=several), "gain": gain if known else None, "share": share,
        "currency": scenario.currency,
    }  # fmt: skip


def _missed_words(figures: Figures) -> str:
    return (
        f"Under {figures['controller']} cars held less than they should at {figures['missed']:,} of "
        f"{counted(figures['departures'], 'departure')}: {energy(figures['missing_kwh'])} in all were missing."
    )


@form("controllers.missed", _missed_words)
def missed(found: SideBySide) -> Figures | None:
    """True where cars that charge by plans left with less than they should: under which controller most often.

    Args:
        found: Controllers side by side.

    Returns:
        controller: The one with most such departures; of several the one with most missing.
        missed: How many.
        departures: Of how many.
        missing_kwh: By how much, in all.
    """
    honest = [one for one in found.runs if not one.bound and one.departures_missed]
    if not honest:
        return None
    worst = max(honest, key=lambda one: (one.departures_missed or 0, one.departure_missing_kwh or 0.0))
    return {
        "controller": name_of(worst, several=several_forecasts(found)), "missed": worst.departures_missed,
        "departures": worst.departures, "missing_kwh": worst.departure_missing_kwh,
    }  # fmt: skip


def say(found: SideBySide, scenario: Scenario) -> tuple[Sentence, ...]:
    """Return what is said of controllers side by side.

    Args:
        found: What was compared.
        scenario: Of what street.
    """
    return true_ones(best(found, scenario), perfect(found, scenario), missed(found))


def html(found: SideBySide, scenario: Scenario, names: Sequence[str] | None, forecasts: Sequence[str] | None) -> str:
    """Return controllers side by side as a page that needs nothing else; texts of users are escaped.

    Args:
        found: What was compared.
        scenario: Of what street.
        names: Which controllers were asked for; None: all.
        forecasts: Which forecasts; None: the scenario's own.
    """
    title = f"{scenario.name}: who runs {STORES[found.who]}"
    first, *rest = [str(one) for one in say(found, scenario)] or [title]
    head, body = cells(found, scenario.currency)
    whose = next(name for name, who in WHOSE.items() if who == found.who)
    words = ["jiran", "compare", "scenario.toml", "--controllers", "--whose", whose]
    for option, chosen in (("--controller", names), ("--forecast", forecasts)):
        words += [option, ",".join(Path(one).name for one in chosen)] if chosen else []
    again = (
        f"<p>Save what is folded here as scenario.toml, and run</p>\n<pre>{escape(shlex.join([*words, '-o', 'controllers.html']))}</pre>\n"
        f"<details><summary>scenario.toml</summary>\n<pre>{escape(to_toml(shareable(scenario)))}</pre>\n</details>"
    )
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="soft">{escape(scenario.description)}</p>' if scenario.description else "",
        f'<p class="first">{escape(first)}</p>\n{bullets(rest)}',
        section("Side by side", table(head, body), f'<p class="soft">{escape(notes(found, scenario.currency))}</p>'),
        section("How to get the same again", again),
        f"<footer><p>Made with jiran {escape(__version__)}.</p></footer>",
    ]
    return document(f"{title}: comparison", STYLE, parts)
