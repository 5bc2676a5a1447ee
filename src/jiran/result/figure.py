"""How a figure is declared: what it is called, how it is written, what it means, and who works it out; all in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING, Generic, Literal, NamedTuple, TypeVar, get_args

import numpy as np

if TYPE_CHECKING:
    from jiran.scenario import Scenario

Subject = TypeVar("Subject")

#: Headings under which `jiran run` prints figures.
Group = Literal["Energy", "Neighbours", "Battery", "Money", "Fairness", "CO2"]
GROUPS: tuple[Group, ...] = get_args(Group)


class Form(NamedTuple):
    """How numbers of a kind are written.

    Attributes:
        factor: What a number is multiplied by: 100 writes a share as per cent.
        digits: Decimals.
        unit: Unit of what is written; "money" stands for the scenario's currency.
        measured: Whether it is a measured quantity, of which large numbers need fewer decimals where room is scarce.
    """

    factor: float
    digits: int
    unit: str
    measured: bool = False

    def write(self, value: float | None, *, sign: bool = False) -> str:
        """Return a number as text; undefined is a dash.

        Example:
            >>> SHARE.write(0.25), INDEX.write(-0.001), INDEX.write(None)
            ('25.0', '0.00', '–')
        """
        if value is None or not np.isfinite(value):
            return "–"
        number = round(self.factor * value, self.digits) + 0.0
        return f"{number:{'+' if sign and number else ''},.{self.digits}f}"

    def write_change(self, *values: float | None) -> str:
        """Return by how much two numbers of this kind differ, with its sign, or the ends of a range of such differences.

        What is written as per cent differs by percentage points.

        Example:
            >>> SHARE.write_change(0.025), MONEY.write_change(-1.0, 0.5), SHARE.write_change(None)
            ('+2.5 points', '-1.00 to +0.50', '–')
        """
        text = " to ".join(dict.fromkeys(self.write(value, sign=True) for value in values))
        return f"{text} points" if self.unit == "%" and text != "–" else text

    def write_band(self, value: float | None, low: float | None, high: float | None) -> str:
        """Return "mean (low to high)", without the ends if they are written like the mean.

        Example:
            >>> INDEX.write_band(0.5, 0.4, 0.61)
            '0.50 (0.40 to 0.61)'
        """
        mean, ends = self.write(value), (self.write(low), self.write(high))
        return mean if ends == (mean, mean) or "–" in ends else f"{mean} ({ends[0]} to {ends[1]})"

    def in_currency(self, currency: str) -> Form:
        """Return the form with the currency in its unit.

        Example:
            >>> PRICE.in_currency("MYR").unit
            'MYR/kWh'
        """
        return self._replace(unit=self.unit.replace("money", currency))


SHARE = Form(100.0, 1, "%")
COUNT = Form(1.0, 0, "")
INDEX = Form(1.0, 2, "")
MONEY = Form(1.0, 2, "money")
PRICE = Form(1.0, 4, "money/kWh")
ENERGY = Form(1.0, 2, "kWh", measured=True)
WAIT = Form(1.0, 2, "kWh h", measured=True)
POWER = Form(1.0, 2, "kW", measured=True)
MASS = Form(1.0, 2, "kg", measured=True)


class Column(NamedTuple):
    """How a figure stands in tables of market rules, in plain words.

    Attributes:
        heading: What a reader without background understands; "money" stands for the currency.
        short: The same where the table is narrow, on the page.
        terminal: The same in a terminal, where a column has about seven letters.
        width: Width of the column on the page, pixels.
        help: One or two sentences more.
        marks: Whether the highest value is marked as the best, or values that trouble somebody as bad.
    """

    heading: str
    short: str
    terminal: str
    width: int
    help: str
    marks: Literal["best", "loss", "kept", ""] = ""


def _always(_: Scenario) -> bool:
    """Return True for any scenario."""
    return True


@dataclass(frozen=True)
class Figure(Generic[Subject]):
    """A named figure: this declaration is all that command line, tables, pages, reports and documentation know of it.

    Attributes:
        label: What it is called in words.
        form: How its numbers are written; its unit follows.
        meaning: Its definition.
        value: Works it out; None where it is undefined, NaN if a flow that it needs is not known. It gets a `Run`, or for judgements a `Judged`.
        group: Heading under which `jiran run` prints it; "" = only `--json` has it.
        place: It stands in its group after those with a lower number, and else in the order of declaration.
        baseline: Whether `jiran run` prints it for the baseline too, which has a figure of its own.
        applies: Whether `jiran run` prints it for a scenario: a street without a battery has no losses to tell.
        better: Which way is better, for colours; "" where neither is.
        evenness: Whether it says how evenly savings are shared, which means nothing if a home loses, with any seed.
        card: What its card on the first page is called; "" = it has none.
        column: How it stands in tables of rules; None = only among the others.
    """

    label: str
    form: Form
    meaning: str
    value: Callable[[Subject], float | None]
    group: Group | Literal[""] = ""
    place: int = 0
    baseline: bool = False
    applies: Callable[[Scenario], bool] = _always
    better: Literal["higher", "lower", ""] = ""
    evenness: bool = False
    card: str = ""
    column: Column | None = None

    def of(self, subject: Subject) -> float | None:
        """Return its value; None where it is undefined, or needs flows behind a meter that sees import and export alone.

        Args:
            subject: What the figure is worked out of, a run or a judgement.
        """
        value = self.value(subject)
        return None if value is None or isnan(value) else value

    @property
    def unit(self) -> str:
        """Unit of its numbers: of a share, which is a part of 1 and only written as per cent, none."""
        return "" if self.form is SHARE else self.form.unit
