"""A plan as a page for a council: the answer and its figures on one page, and an annex with method, sources and limits."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from jiran import __version__
from jiran.explain.tariffs import named_tariffs
from jiran.report.markup import bullets, document, facts, section, terms
from jiran.report.markup import table as marked_up
from jiran.report.plan import lines, pictures, tables
from jiran.report.plan.answer import answer
from jiran.report.plan.doubtful import doubts, warnings
from jiran.report.plan.further import tried
from jiran.report.plan.style import STYLE
from jiran.scenario.beside import shareable
from jiran.scenario.files import about, to_toml
from jiran.scenario.regions import REGIONS
from jiran.sentences import true_ones
from jiran.words import begun

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jiran.plan import Found, Planned, Ranges
    from jiran.report.plan.tables import Shown

#: How a plan is worked out, in the order of the work.
METHOD = (
    (
        "The street is run as the scenario says, with its PV, its batteries and its market; each home's bills are those of its tariff, "
        "month by month, or of its prices per kWh."
    ),
    (
        "The same use is billed without PV, batteries and sharing, then with PV alone, then with the batteries too. What each of them "
        "saves is the bill before it less the bill with it, so that the parts add up to the whole."
    ),
    (
        "The first year's saving goes on with the years: less by what PV fades, more by what bills rise. What the tariff's file says of "
        "later months holds then: a discount that ends is left out once it has ended, and export earns nothing after a contract."
    ),
    (
        "Upkeep is paid every year, inverters and batteries are replaced at the end of their lives, but not in the last year; a loan is paid "
        "back in equal amounts each month."
    ),
    (
        "Each home pays for its own PV and battery, and all pay the same part of the community battery. Payback, worth today and return are those of who "
        "pays: what neighbours gain who pay for nothing is said beside it."
    ),
    "Paid back is what was paid when the sum of all flows is never again below nothing; each year's flow comes evenly in it.",
    (
        "Worth today is the sum of all flows, a year later counting less by the discount rate. The cost of a kWh is what PV costs "
        "over its life by what it generates, both discounted."
    ),
    (
        "The lowest case has the highest costs and the lowest yield, the highest case the lowest costs and the highest yield; for both "
        "yields the street is run again, because bills have steps."
    ),
    "Prices at which nobody loses are found by trying one after the other, for the same reason.",
)
#: What a plan does not know.
LIMITS = (
    "One year is simulated, and all years are like it: what homes use does not change, and no car or air conditioner is added.",
    (
        "Rates of later years are known only as far as the tariff's file says them; those without an end there stand for all years. "
        "Trades stay as they are when rates change or a contract ends."
    ),
    "Taxes on income, grants and insurance are left out; costs are those that stand in the table.",
    "Nothing is said of wires and transformers: whether the grid can take what the roofs give must be asked of its operator.",
    "Emissions are those of a mean kWh of the region in a year, not of the hour.",
)


def page(planned: Planned, ranges: Ranges | None = None, found: Sequence[Found] = ()) -> str:
    """Return a plan as a page that needs nothing else; names that users gave are escaped.

    Args:
        planned: The plan.
        ranges: How far its figures may be off, if that was worked out.
        found: What was found for prices, if that was looked for.

    Returns:
        A whole document; the same plan gives the same text.
    """
    scenario = planned.result.scenario
    first, *rest = (str(one) for one in answer(planned, ranges))
    by_kind = tables.by_kind(planned)
    parts = [
        f"<h1>Does it pay? {escape(scenario.name)}</h1>",
        f'<p class="soft">{escape(_about(planned))}</p>',
        f'<p class="first">{escape(first)}</p>',
        facts(lines.tiles(planned), "tiles"),
        facts(lines.setting(planned), "facts"),
        bullets(rest),
        _doubts(planned),
        f'<div class="course">{pictures.course(planned, ranges)}{pictures.legend(planned, ranges)}</div>',
        section("Who pays, and who gains", _note(f"Means of a home a year, in {planned.currency}."), _table(by_kind)),
        '<div class="annex">',
        f"<h1>Annex: how this was worked out for {escape(scenario.name)}</h1>",
        section("What matters most", "" if ranges is None else _matters(planned, ranges)),
        section("Method", bullets(METHOD)),
        section("What is not in it", bullets((*LIMITS, *(f"{begun(one)}." for one in _of_run(planned))))),
        section("Assumptions", _table(tables.assumptions(planned), (2, 3))),
        section(
            "Each home", _note(f"A year, in {planned.currency}; payback in years."), _table(tables.by_home(planned))
        ),
        section(
            "Year by year",
            _note(f"For {lines.who_pays(planned)}, in {planned.currency}."),
            _table(tables.by_year(planned)),
        ),
        section("Prices that were tried", *(_tried(planned, found) if found else ())),
        section("Sources", _sources(planned)),
        section("How to get the same again", _again(planned)),
        "</div>",
        f"<footer><p>Made with jiran {escape(__version__)}.</p></footer>",
    ]
    return document(f"{scenario.name}: plan", STYLE, parts)


def _about(planned: Planned) -> str:
    """Return question, description and what was run."""
    return " ".join(filter(None, (*about(planned.result.scenario), str(lines.ran(planned)))))


def _doubts(planned: Planned) -> str:
    """Return what must be known first, in one box."""
    told = [f"{begun(str(one))}." for one in doubts(planned)]
    return f'<div class="note"><strong>Before you use these figures</strong>{bullets(told)}</div>' if told else ""


def _of_run(planned: Planned) -> list[str]:
    """Return what the run says that is no doubt of the plan's first page."""
    first = set(map(str, doubts(planned)))
    return [one for one in warnings(planned) if one not in first]


def _tried(planned: Planned, found: Sequence[Found]) -> tuple[str, str]:
    """Return what was found for prices, in sentences and as a table."""
    return bullets(map(str, true_ones(*(tried(planned, one) for one in found)))), _table(tables.tried(found))


def _note(text: str) -> str:
    return f'<p class="soft">{escape(text)}</p>'


def _table(shown: Shown, words: tuple[int, ...] = ()) -> str:
    return marked_up(shown.head, shown.rows, words)


def _matters(planned: Planned, ranges: Ranges) -> str:
    note = _note(
        f"The worth today to {lines.who_pays(planned)}, if one assumption is moved and all others stay; orange: its lowest, blue: its highest."
    )
    return f"{note}\n{pictures.tornado(planned, ranges)}"


def _sources(planned: Planned) -> str:
    """Return where tariffs and emissions were read, and what is not known of them."""
    scenario, rows = planned.result.scenario, {}
    for tariff in named_tariffs(scenario):
        rows[tariff.title] = ". ".join(
            one.removesuffix(".") for one in (f"{tariff.name}, {tariff.status}", *tariff.notes, *tariff.sources)
        )
    if scenario.grid.co2_kg_per_kwh is None and scenario.region is not None:
        emissions = REGIONS[scenario.region]
        doubt = "" if emissions.verified else ", not verified"
        rows["Emissions"] = (
            f"{emissions.place}, {emissions.co2_kg_per_kwh:g} kg/kWh in {emissions.year}: {emissions.source}{doubt}"
        )
    return terms(rows, ' class="long"') if rows else ""


def _again(planned: Planned) -> str:
    """Return the command that makes this page, and the scenario as a file."""
    text = to_toml(shareable(planned.result.scenario))
    return (
        "<p>Save what follows as scenario.toml, and run</p>\n<pre>jiran plan scenario.toml -o plan.html</pre>\n"
        f'<pre class="file">{escape(text)}</pre>'
    )
