"""A comparison as one page of HTML that needs nothing else: no network, no script.

Everything is text until it is escaped at the one place where it becomes markup (`escape`), so names of users cannot
break a page. Colours and printing are the style sheet's; what is drawn comes from `pictures`.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from jiran import __version__
from jiran.judge.judgement import FIGURES
from jiran.judge.spread import range_of
from jiran.market import find
from jiran.report import pictures
from jiran.report.answer import answer
from jiran.report.figures import COLUMNS, PAIR, form, heading, marks, ranked
from jiran.report.markup import bullets, document, section, terms
from jiran.report.points import gains, spots, upward
from jiran.report.reasons import GAIN, reason
from jiran.report.svg import svg
from jiran.report.versus import changes, is_pair, versus
from jiran.scenario.beside import shareable
from jiran.scenario.files import about, to_toml
from jiran.tariffs import find_tariff
from jiran.words import KIND_NAMES, counted, listed, price, time_of_day

if TYPE_CHECKING:
    from jiran.judge.comparison import Comparison
    from jiran.scenario import Grid, Scenario

#: The style sheet of comparisons and sweeps.
STYLE = """
:root { color-scheme: light dark; --ink: #1e2a2f; --paper: #fff; --soft: #5d6b70; --line: #d9e0de; --best: #bfe6d8;
  --trouble: #fbe3b0; --window: #7f8c9b22; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eeec; --paper: #10171a; --soft: #9fb0ae; --line: #2f3c40;
  --best: #12503f; --trouble: #5e4510; --window: #7f8c9b33; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 68rem;
  margin: 2rem auto; padding: 0 1rem; }
h1, h2, h3 { overflow-wrap: anywhere; } h1 { font-size: 1.6rem; margin-bottom: .3rem; } h2 { font-size: 1.2rem; margin: 2.2rem 0 .5rem; }
.first { font-size: 1.15rem; font-weight: 600; } .soft, dt, caption, footer { color: var(--soft); }
.wide { overflow-x: auto; } .bands { margin: 0 calc((100% - min(100vw - 2rem, 86rem)) / 2); }
table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .5rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th { font-weight: 600; } thead th { white-space: normal; vertical-align: bottom; min-width: 4.5rem; }
th:first-child, td.word { text-align: left; } td.best { background: var(--best); font-weight: 600; }
td.trouble { background: var(--trouble); font-style: italic; } td small { color: var(--soft); font-weight: 400; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; } dd { margin: 0; }
dl.long { grid-template-columns: minmax(9rem, 14rem) 1fr; font-size: .9rem; }
.kinds { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1rem; } h3 { font-size: 1rem; }
svg { width: 100%; height: auto; display: block; } svg text { fill: var(--ink); font-size: 11px; }
svg .line { stroke: var(--line); } svg .mean { stroke: var(--soft); stroke-dasharray: 4 3; } svg .zero { stroke: var(--soft); }
svg .band { stroke: var(--soft); stroke-width: 1.2; } svg .cross { stroke: var(--soft); opacity: .45; }
svg .lead { stroke: var(--soft); stroke-width: .7; }
svg .window { fill: var(--window); } pre { overflow-x: auto; font-size: .85rem; } summary { cursor: pointer; }
@page { size: landscape; } @media print { body { max-width: none; font-size: 13px; } table { font-size: .6rem; } .bands { margin: 0; } section, svg { break-inside: avoid; } details:not([open]) { display: none; } }
"""


def html(comparison: Comparison) -> str:
    """Return a comparison as a page: the answer, table, pictures, definitions, and how to get it again.

    Names that users gave are escaped; of files on this machine only the name is told.

    Args:
        comparison: Of two scenarios, or of one under several rules.

    Returns:
        A whole document; the same comparison gives the same text.
    """
    first = next(iter(comparison.cases.values()))
    pair = is_pair(comparison)
    _, description = about(first, "market")
    title = " against ".join(scenario.name for scenario in comparison.cases.values()) if pair else first.name
    parts = [
        f"<h1>{escape(title)}: {'two scenarios' if pair else counted(len(comparison.cases), 'market rule')} compared</h1>",
        f'<p class="soft">{escape(description)}</p>' if description and not pair else "",
        _answer(comparison),
        section("What was compared", _setting(comparison)),
        section("Side by side", _pair(comparison) if pair else _rules(comparison)),
        section("How much, and how fairly", *_scatter(comparison)),
        section("Who gains", *_gains(comparison)),
        section("The price through the day", *_prices(comparison)),
        section("What each rule does, and why it turns out so", _descriptions(comparison)),
        section("What the figures mean", _definitions()),
        section("How to get the same again", _again(comparison)),
        f"<footer><p>Made with jiran {escape(__version__)}.</p></footer>",
    ]
    return document(f"{title}: comparison", STYLE, parts)


def _answer(comparison: Comparison) -> str:
    """Return what the comparison says, its first sentence large, and its notes."""
    first, *rest = versus(comparison) if is_pair(comparison) else answer(comparison)
    notes = [*comparison.notes, *(f"left out: {fault}" for fault in comparison.faults)]
    items = [*rest, *(f"Note: {note}." for note in notes)]
    return f'<p class="first">{escape(first)}</p>\n' + bullets(items)


def _setting(comparison: Comparison) -> str:
    """Say in words whose figures these are."""
    seeds, first = len(comparison.seeds), next(iter(comparison.cases.values()))
    run = seeds_in_words(comparison)
    if seeds > 1:
        run = f"{seeds} seeds, {run}: figures are means, in brackets {range_of(seeds, 'seeds')}"
    parts = []
    if is_pair(comparison):
        for name, scenario in comparison.cases.items():
            rows = _words(comparison, name) | {"Market": scenario.market.mechanism}
            parts.append(f"<h3>{escape(name)}: {escape(scenario.name)}</h3>\n{terms(rows)}")
        parts.append(f"<h3>What is different</h3>\n{_changes(*comparison.cases.values())}")
        return "\n".join([*parts, f"<p>{escape(run[0].upper() + run[1:])}.</p>"])
    return terms(_words(comparison, next(iter(comparison.cases))) | {"Bids": first.bids.strategy, "Chance": run})


def seeds_in_words(comparison: Comparison) -> str:
    """Return which seeds the cases were run with: "1 to 30", or each case's where they differ.

    Args:
        comparison: Its cases may have seeds of their own.
    """
    one = {case: comparison.seeds_of(case) for case in comparison.cases}
    several = len(comparison.seeds) > 1
    seeds_by_case = {
        case: f"{seeds[0]} to {seeds[-1]}" if several else f"seed {seeds[0]}" for case, seeds in one.items()
    }
    if comparison.draws_alike:
        return next(iter(seeds_by_case.values()))
    return listed([f"{case}: {seeds}" for case, seeds in seeds_by_case.items()])


def _changes(a: Scenario, b: Scenario) -> str:
    """Return a table of the fields in which two scenarios differ.

    Args:
        a: The one before.
        b: The one after.
    """
    found = changes(a, b)
    if not found:
        return "<p>Nothing: A and B are the same.</p>"
    rows = "\n".join(
        f'<tr><th>{escape(one.field)}</th><td class="word">{escape(one.a)}</td><td class="word">{escape(one.b)}</td></tr>'
        for one in found
    )
    return f'<div class="wide"><table><thead><tr><th>Field</th><th>A</th><th>B</th></tr></thead>\n{rows}</table></div>'


def _words(comparison: Comparison, case: str) -> dict[str, str]:
    """Describe the community of a case, its time, tariff and battery.

    Args:
        comparison: The comparison.
        case: Name of a case in it.
    """
    scenario, sample = comparison.cases[case], comparison.samples[case][0]
    kinds = [(KIND_NAMES[kind], sample.kinds.count(kind)) for kind in KIND_NAMES if kind in sample.kinds]
    grid, battery, currency = scenario.grid, scenario.battery, scenario.currency
    charge = f", network charge {price(grid.network_charge, currency)}" if grid.network_charge else ""
    return {
        "Community": f"{counted(len(sample.homes), 'home')}: {listed([f'{count} {name}' for name, count in kinds])}",
        "Time": f"{counted(scenario.steps, 'step')} of {scenario.step_minutes} minutes from "
        f"{scenario.start:%d %b %Y}, {time_of_day(scenario.start)}, {scenario.time_zone}",
        "Grid": f"{_grid(grid, currency)}{charge} per kWh"
        if grid.tariff is None
        else f"{find_tariff(grid.tariff).title}{charge}",
        "Battery": f"{battery.capacity_kwh:g} kWh, shared" if battery.capacity_kwh else "none",
    }


def _grid(grid: Grid, currency: str) -> str:
    return f"takes {_price(grid.import_price, currency)}, gives {_price(grid.export_price, currency)}"


def _price(given: float | tuple[float, ...], currency: str) -> str:
    """Return one price, or the lowest and the highest of many, per kWh."""
    ends = (min(given), max(given)) if isinstance(given, tuple) else (given,)
    return " to ".join(price(end, currency) for end in ends)


def _rules(comparison: Comparison) -> str:
    """Return the table of rules, best first."""
    order, currency = ranked(comparison), comparison.currency
    rows = {row["case"]: row for row in comparison.table(tuple(COLUMNS)).iter_rows(named=True)}
    marked = {figure: dict(zip(order, marks(comparison, figure, order), strict=True)) for figure in COLUMNS}
    head = "".join(
        f'<th scope="col" title="{escape(column.help)}">{escape(heading(figure, currency))}</th>'
        for figure, column in COLUMNS.items()
    )
    lines = []
    for case in order:
        cells = "".join(_cell(rows[case], figure, currency, marked[figure][case]) for figure in COLUMNS)
        lines.append(f'<tr><th scope="row">{escape(case)}</th>{cells}</tr>')
    legend = (
        "Best first: what is reached, then what the home saves that gains least. Bold on green: the best. Italic on orange: somebody pays "
        "more, or money stays with the market or is missing."
    )
    body = "\n".join(lines)
    wide = "wide bands" if len(comparison.seeds) > 1 else "wide"
    return (
        f'<p class="soft">{legend}</p>\n<div class="{wide}"><table><thead><tr><th scope="col">Rule</th>{head}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody></table></div>"
    )


def _cell(row: dict[str, Any], figure: str, currency: str, mark: str) -> str:
    """Return a cell of the table of rules.

    Args:
        row: Figures of a case by name, with several seeds also `_low` and `_high`.
        figure: The one of this cell.
        currency: For amounts.
        mark: "best", "trouble" or "".
    """
    text = escape(form(figure, currency).write_band(*(row.get(f"{figure}{end}") for end in ("", "_low", "_high"))))
    value, band, ends = text.partition(" (")  # a band has its own line, so that the table is not too wide for a page
    inside = f"{value} <br/><small>({ends}</small>" if band else value
    return f'<td class="{mark}">{inside}</td>' if mark else f"<td>{inside}</td>"


def _pair(comparison: Comparison) -> str:
    """Return the table of A, B and their difference, taken seed by seed."""
    banded, lines = len(comparison.seeds) > 1, []
    found = {row["figure"]: row for row in comparison.difference("A", "B").iter_rows(named=True)}
    for figure in (*PAIR, *(name for name in FIGURES if name not in PAIR)):
        written, row = form(figure, comparison.currency), found[figure]
        cells = [written.write(row["a"]), written.write(row["b"]), written.write_change(row["difference"])]
        if banded:
            cells.append(written.write_change(row["difference_low"], row["difference_high"]))
        name = escape(heading(figure, comparison.currency))
        meaning = escape(FIGURES[figure].meaning)
        lines.append(f'<tr><th scope="row" title="{meaning}">{name}</th>' + "".join(f"<td>{c}</td>" for c in cells))
    tops = ["", "A", "B", "A - B", *([f"A - B, {range_of(len(comparison.seeds), 'seeds')}"] if banded else [])]
    head = "".join(f'<th scope="col">{escape(top)}</th>' for top in tops)
    body = "</tr>\n".join(lines)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tr>\n</tbody></table></div>'


def _scatter(comparison: Comparison) -> list[str]:
    """Return the picture of reach and evenness with what it says; nothing if it is undefined."""
    up = upward(comparison)
    picture = pictures.scatter(comparison, "optimum_share", up)
    _, without = spots(comparison, "optimum_share", up)
    if picture is None:
        return []
    fairer = "fairer" if up == "saving_jain" else "better for the home that gains least"
    rest = f" Not drawn, for one of the two figures is not defined: {', '.join(without)}." if without else ""
    words = f"Further right is better for all together, further up is {fairer}. The dashed line is all that is possible.{rest}"
    return [f'<p class="soft">{escape(words)}</p>', svg(picture)]


def _gains(comparison: Comparison) -> list[str]:
    """Return a picture for each kind of home that there is."""
    kinds = next(iter(comparison.samples.values()))[0].kinds
    figures = [
        f"<div><h3>{escape(KIND_NAMES[kind])}, {counted(kinds.count(kind), 'home')}</h3>\n{svg(pictures.gain(comparison, kind))}</div>"
        for kind in gains(comparison)
    ]
    return [f'<p class="soft">{pictures.about_gains(comparison)}</p>', '<div class="kinds">', *figures, "</div>"]


def _prices(comparison: Comparison) -> list[str]:
    """Return the pictures of what buyers pay and sellers get; nothing if nobody trades."""
    parts = []
    for side, title in pictures.SIDES.items():
        picture = pictures.prices(comparison, side)
        if picture is not None:
            parts += [f"<h3>{title}</h3>", svg(picture)]
    words = "Mean price of a kWh traded in each hour. Between the grid's two prices, the grey band, both sides gain against the grid."
    return [f'<p class="soft">{words}</p>', *parts] if parts else []


def _descriptions(comparison: Comparison) -> str:
    """Return what each rule does, and why it turns out so here."""
    rules = {
        case: f"{find(scenario.market.mechanism).description} {reason(comparison, case)}"
        for case, scenario in comparison.cases.items()
    }
    return f'<p class="soft">{escape(GAIN)}</p>\n' + terms(rules, ' class="long"')


def _definitions() -> str:
    """Return the figures of the table in plain words, and all figures as they are worked out."""
    plain = terms({column.heading.partition(", ")[0]: column.help for column in COLUMNS.values()}, ' class="long"')
    exact = terms({kpi.label: kpi.meaning for kpi in FIGURES.values()}, ' class="long"')
    return f"{plain}\n<details><summary>All figures, and how they are worked out</summary>\n{exact}\n</details>"


def _again(comparison: Comparison) -> str:
    """Return the command that makes this page, and the scenarios as files.

    Paths are left out, so files of rules and meters have to lie beside the scenario.
    """
    seeds = f"--seeds {len(comparison.seeds)}"
    if is_pair(comparison):
        files = {"a.toml": comparison.cases["A"], "b.toml": comparison.cases["B"]}
        command = f"jiran compare a.toml b.toml {seeds} -o comparison.html"
    else:
        files = {"scenario.toml": _own(comparison)}
        rules = ",".join(shareable(case).market.mechanism for case in comparison.cases.values())
        command = f"jiran compare scenario.toml --mechanism {rules} {seeds} -o comparison.html"
    texts = "\n".join(
        f"<details><summary>{name}</summary>\n<pre>{escape(to_toml(shareable(scenario)))}</pre>\n</details>"
        for name, scenario in files.items()
    )
    return f"<p>Save what is folded here as {listed(list(files))}, and run</p>\n<pre>{escape(command)}</pre>\n{texts}"


def _own(comparison: Comparison) -> Scenario:
    """Return the case whose rule has parameters of its own: the others follow from it; else the first."""
    for case in comparison.cases.values():
        if case.market.parameters != find(case.market.mechanism).values({}):
            return case
    return next(iter(comparison.cases.values()))
