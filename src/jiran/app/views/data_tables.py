"""The tables of a run as its files have them: homes, bills, steps, figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

from jiran.app import columns, export, state
from jiran.app.showing import file_name, plain
from jiran.app.trade_list import MOST_ROWS
from jiran.result.figures import KPIS, grouped
from jiran.words import KIND_NAMES, counted

if TYPE_CHECKING:
    from jiran.result.result import Result

#: Columns of the table of homes that are amounts of money.
_MONEY = {
    "cost_grid_only": ("Grid alone", "The bill without trades and without the community battery."),
    "cost_without_p2p": ("Without trades", "The bill without trades, with the community battery."),
    "p2p_paid": ("Paid to neighbours", "For all that was bought from neighbours, network charge included."),
    "p2p_received": ("Got from neighbours", "For all that was sold to neighbours."),
    "cost": ("Bill", "What the home pays in all; below 0 it earns."),
    "saving": ("Saved by trading", "The bill without trades less the bill."),
    "saving_grid_only": ("Saved against the grid alone", "The bill of the same home, a battery of its own too, without trades and the community battery, less its bill."),
    "curtailed_value": ("Worth of what is curtailed", "What its roof had to leave out would have got at the export price; no bill counts it."),
}  # fmt: skip
_SHARES = ("self_consumption", "self_sufficiency")
#: Columns whose words are not those of their names.
_NAMES = {
    "soc": "State of charge", "ev": "EV", "P2P": "Traded by neighbours", "self consumption": "Self-consumption",
    "self sufficiency": "Self-sufficiency",
}  # fmt: skip


def homes() -> None:
    """Draw what each home generated, used, traded and exchanged with the grid."""
    result = state.result()
    frame, rest = _with_something(result.homes.drop(*_MONEY))
    frame = frame.with_columns(pl.col("kind").replace(KIND_NAMES), pl.col(*_SHARES) * 100.0)
    if not frame["net_metered"].any():
        frame = frame.drop("net_metered")
    shown = _energy(frame) | {name: columns.SHARES(f"{_words(name)}, %") for name in _SHARES}
    shown |= {"id": "Home", "kind": "Kind", "net_metered": "Only import and export known"}
    _table(frame, f"Energy of each home over the whole run{rest}", shown, "homes")
    _download(result, "homes.csv", "All columns of homes and bills, CSV")


def bills() -> None:
    """Draw what each home pays, and what it would pay otherwise."""
    result = state.result()
    currency = result.scenario.currency
    frame = result.homes.select("id", "kind", *_MONEY).with_columns(pl.col("kind").replace(KIND_NAMES))
    if not (frame["curtailed_value"] != 0.0).any():
        frame = frame.drop("curtailed_value")
    cents = columns.digits(2)
    shown = {name: cents(label, help=meaning) for name, (label, meaning) in _MONEY.items()}
    _table(frame, f"Bill of each home for the whole run, {currency}", shown | {"id": "Home", "kind": "Kind"}, "bills")
    _download(result, "homes.csv", "All columns of homes and bills, CSV")


def steps() -> None:
    """Draw the community's energy, trades and prices in each step."""
    result = state.result()
    some, rest = _with_something(result.steps)
    frame, shown = as_steps(some, result.scenario.currency)
    _table(frame, f"Energy, trades and prices of the street in each step{rest}", shown, "steps")
    _download(result, "steps.csv", "All steps, CSV")


def as_steps(steps: pl.DataFrame, currency: str) -> tuple[pl.DataFrame, dict[str, Any]]:
    """Return steps of a run as a page shows them, with their times by the wall, and how the columns are called and written."""
    named = [name for name in steps.columns if name.endswith("price")]
    price = columns.prices(steps.select(named))
    shown = _energy(steps) | {name: price(f"{_words(name)}, {currency}/kWh") for name in named}
    shown |= {"step": "Step", "time": "Starts at", "trades": columns.COUNTS("Trades")}
    return steps.with_columns(pl.col("time").dt.strftime("%Y-%m-%d %H:%M")), shown


def figures() -> None:
    """Draw every key figure that this scenario has, with its meaning."""
    result = state.result()
    currency, kpis = result.scenario.currency, result.kpis
    rows = []
    for group, names in grouped(result.scenario).items():
        rows.append((f"**{plain(group)}**", "", ""))
        for name in names:
            figure, form = KPIS[name], KPIS[name].form.in_currency(currency)
            value = form.write(kpis[name])
            unit = form.unit if value != "–" else ""
            written = plain(f"{value} {unit}".rstrip())
            rows.append((plain(figure.label), written, f"{plain(figure.meaning)}: `{name}`"))
    heads = ["Figure", "Value", "Meaning, and name in the files"]
    # A table of text that wraps: what a figure means is to be read whole.
    st.table(pl.DataFrame(rows, schema=heads, orient="row"), hide_index=True, border="horizontal")
    _download(result, "kpis.json", "All figures, JSON")


def _table(frame: pl.DataFrame, what: str, shown: dict[str, Any], key: str) -> None:
    """Draw a table; a long one is cut, and says so.

    Args:
        frame: The whole table.
        what: What it holds.
        shown: How Streamlit shows its columns.
        key: Names it.
    """
    cut = f"; the first {MOST_ROWS:,} are shown, the file has all" if frame.height > MOST_ROWS else ""
    st.caption(plain(f"{what}: {counted(frame.height, 'row')}{cut}."))
    st.dataframe(
        columns.as_written(frame.head(MOST_ROWS), shown), hide_index=True, height=min(38 + 35 * frame.height, 528), column_config=shown, lazy=True,
        placeholder="–", key=f"{key}_table", alt=f"Table. {what}.",
    )  # fmt: skip


def _with_something(frame: pl.DataFrame) -> tuple[pl.DataFrame, str]:
    """Return a table without the columns of energy in which all is 0, and words that say which these are."""
    energy = [name for name in frame.columns if name.endswith("_kwh")]
    nothing = [name for name in energy if (frame[name] == 0.0).fill_null(value=False).all()]
    names = [_words(name.removesuffix("_kwh")) for name in nothing]
    return frame.drop(nothing), f"; all 0 and not shown: {', '.join(names)}" if names else ""


def _energy(frame: pl.DataFrame) -> dict[str, Any]:
    """Return the columns of energy of a table, all with the same digits, so that they can be added up by eye."""
    names = [name for name in frame.columns if name.endswith("_kwh")]
    energy = columns.amounts(frame.select(names))
    return {name: energy(f"{_words(name.removesuffix('_kwh'))}, kWh") for name in names}


def _words(name: str) -> str:
    """Return the name of a column as words.

    Example:
        >>> _words("p2p_sold"), _words("soc"), _words("ev"), _words("ev_supplied")
        ('P2P sold', 'State of charge', 'EV', 'EV supplied')
    """
    words = name.replace("_", " ").replace("p2p", "P2P").replace("ev ", "EV ")
    return _NAMES.get(words) or words[0].upper() + words[1:]


def _download(result: Result, name: str, label: str) -> None:
    st.download_button(
        label, export.files(result)[name], file_name(f"jiran-{result.scenario.name}-{name}"), key=f"{name}_file",
        icon=":material/download:", on_click="ignore",
    )  # fmt: skip
