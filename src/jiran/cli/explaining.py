"""What `jiran explain` prints: one step of a run as orders, trades and sentences, or the same as data."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.table import Table

from jiran.cli.printing import console
from jiran.errors import JiranError
from jiran.explain.step.told import Told, tell, trades
from jiran.homes.timeline import timeline
from jiran.words import counted, price

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jiran.result.result import Result
    from jiran.scenario import Scenario
    from jiran.sentences import Sentence

#: So many orders, trades and homes are printed; with --json all are.
MOST = 20


def step_at(scenario: Scenario, text: str) -> int:
    """Return the step in which a local time lies; a time of day alone is the first one of the run.

    Raises:
        JiranError: It is no time, or none of the run.
    """
    steps = timeline(scenario)
    long = 60 * scenario.step_minutes
    try:
        clock = dt.datetime.fromisoformat(text if "-" in text else f"{scenario.start:%Y-%m-%d}T{text}")
    except ValueError:
        raise JiranError(f"--at {text}: must be a local time, as 2026-03-21T13:00 or 13:00") from None
    wanted = [int(clock.replace(tzinfo=dt.UTC).timestamp())]
    wanted += [wanted[0] + 86_400] if "-" not in text else []
    for second in wanted:
        found = np.flatnonzero((steps.local_s <= second) & (second < steps.local_s + long))
        if found.size:
            return int(found[0])
    raise JiranError(
        f"--at {text}: is not in the run, which begins {scenario.start:%Y-%m-%dT%H:%M} and has {scenario.steps:,} steps"
    )


def print_step(result: Result, step: int, home: str | None) -> None:
    """Print a step in words.

    Args:
        result: The run.
        step: Which step, from 0.
        home: The one home to explain; None: all that traded.

    Raises:
        ScenarioError: There is no such step or home.
    """
    told, screen = tell(result, step, home, MOST), console()
    outcome, market = told.outcome, result.scenario.market
    screen.print(result.scenario.name, style="bold")
    rule = ", ".join((outcome.rule_name, *(f"{key} {value}" for key, value in market.parameters.items())))
    screen.print(f"Step {step}, {told.step.label}, {rule}", style="dim")
    screen.print(_orders(told))
    lines = trades(outcome, None if home is None else told.homes)
    _print(told.market)
    _print(lines[:MOST], more(len(lines), "trade"), heading="Trades")
    for index, sentences in told.homes.items():
        _print(sentences, heading=outcome.book.names[index])
    if home is None:
        hidden = more(int((outcome.traded_kwh > 0.0).sum()), "home")
        _print((), f"{hidden} `--home NAME` explains any of them." if hidden else "")
    _print(told.rest, heading="The rest")


def more(number: int, noun: str) -> str:
    """Return what is said of those that are not printed; "" if all are."""
    return f"... and {counted(number - MOST, f'more {noun}')}." if number > MOST else ""


def _print(sentences: Iterable[Sentence], last: str = "", *, heading: str = "") -> None:
    """Print sentences, each on a line of its own, under a heading."""
    lines, screen = [sentence.text for sentence in sentences], console()
    if heading and lines:
        screen.print(f"\n{heading}", style="bold")
    for line in [*lines, last]:
        if line:
            screen.print(line)


def _orders(told: Told) -> Table:
    """Return the orders, sellers first, best price first, with what was traded of each."""
    outcome, book = told.outcome, told.outcome.book
    table = Table("Home", "", "kWh", "Limit", "Traded, kWh", "Price", box=SIMPLE_HEAD, pad_edge=False)
    for column in table.columns[2:]:
        column.justify = "right"
    homes = [*map(int, book.sellers), *map(int, book.buyers)]
    chosen = [home for home in homes if home in told.homes]
    for home in [*chosen, *(home for home in homes if home not in told.homes)][:MOST]:
        traded = float(outcome.traded_kwh[home])
        table.add_row(
            book.names[home], "sells" if book.net_kwh[home] > 0.0 else "buys",
            f"{abs(book.net_kwh[home]):,.{outcome.column_digits}f}", price(book.limit_price[home]),
            f"{traded:,.{outcome.column_digits}f}" if traded else "-", price(outcome.prices[home]) if traded else "-",
        )  # fmt: skip
    if len(homes) > MOST:
        table.caption = more(len(homes), "order")
    return table


def step_data(result: Result, step: int, home: str | None) -> dict[str, Any]:
    """Return a step as data: orders, trades, and each sentence with the name of its form; arguments as `print_step`."""
    told = tell(result, step, home)
    outcome, book = told.outcome, told.outcome.book
    return {
        "step": step, "time": told.step.label, "rule": outcome.rule_name, "parameters": dict(outcome.parameters),
        "currency": book.currency, "import_price": book.import_price, "export_price": book.export_price,
        "network_charge": book.network_charge,
        "orders": [
            {
                "home": name,
                "net_kwh": float(book.net_kwh[index]),
                "limit_price": float(book.limit_price[index]),
                "traded_kwh": float(outcome.traded_kwh[index]),
                "price": None if math.isnan(outcome.prices[index]) else float(outcome.prices[index]),
            }
            for index, name in enumerate(book.names)
        ],
        "trades": [
            {
                "seller": book.names[pair.seller],
                "buyer": book.names[pair.buyer],
                "kwh": pair.kwh,
                "buyer_price": pair.buyer_price,
                "seller_price": pair.seller_price,
            }
            for pair in outcome.pairs
        ],
        "market": _sentences(told.market),
        "homes": {book.names[index]: _sentences(sentences) for index, sentences in told.homes.items()},
        "rest": _sentences(told.rest),
    }  # fmt: skip


def _sentences(sentences: Iterable[Sentence]) -> list[dict[str, str]]:
    return [{"form": sentence.form, "text": sentence.text} for sentence in sentences]
