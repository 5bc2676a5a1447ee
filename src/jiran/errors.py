"""What jiran says when something cannot be done: one sentence, never a traceback."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable
from typing import Any


class JiranError(Exception):
    """Anything a user can mend; the command line prints it and exits with 2."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how another process makes it again: with its sentence, whatever its parts are called."""
        return _again, (type(self), self.args, vars(self))


def _again(kind: type[JiranError], said: tuple[Any, ...], parts: dict[str, Any]) -> JiranError:
    """Return an error of a kind that came from another process, with what it said and its parts."""
    error = kind.__new__(kind, *said)
    error.__dict__.update(parts)
    return error


#: A sentence has at most so many letters: what is allowed takes those that field and value leave, so that names are seldom cut.
_LONGEST = 600


class FieldError(JiranError):
    """A field of a document that cannot be used: names the field, the value and what is allowed."""

    def __init__(self, field: str, value: Any, allowed: str) -> None:
        """Build the sentence from the field's dotted name, its value (`...`: there is none) and what is allowed."""
        self.field, self.value, self.allowed = field, value, f"{allowed}{_with_a_point(value, allowed)}"
        given = "" if value is ... else f" = {_shown(value)}"
        head = f"{shortened(field, 80)}{given}: "
        super().__init__(f"{head}{shortened(self.allowed, _LONGEST - len(head))}")


class ScenarioError(FieldError):
    """A scenario field that cannot be used."""


class TariffError(FieldError):
    """A field of a tariff, or what it shall bill, that cannot be used."""

    def in_file(self, name: str) -> TariffError:
        """Return the same fault with the file in which it is."""
        found = TariffError(self.field, self.value, self.allowed)
        found.args = (f"{shortened(name, 200)}: {self}",)
        return found


class DataError(JiranError):
    """Meter data that cannot be read: names the file, the place in it and what is expected."""

    def __init__(self, source: str, problem: str) -> None:
        """Build the sentence from the name of the file and what is wrong with it."""
        self.source, self.problem = source, problem
        super().__init__(f"{shortened(source, 200)}: {shortened(problem, 1_000)}")


class PluginError(JiranError):
    """A plug-in that cannot be loaded, or that broke a law: names its kind, its name and the problem.

    Attributes:
        holds: Of a file without a plug-in of this kind, what it holds instead, in words that end a sentence; else None.
    """

    kind = "plug-in"
    holds: str | None = None

    def __init__(self, name: str, problem: str) -> None:
        """Build the sentence from the name of the plug-in and what is wrong with it."""
        self.name, self.problem = name, problem
        super().__init__(f"{self.kind} {shortened(repr(name), 200)}: {shortened(problem, 1_000)}")


class MechanismError(PluginError):
    """A market rule that cannot be loaded, or that broke a law while clearing."""

    kind = "market rule"


class StrategyError(PluginError):
    """A bidding strategy that cannot be loaded, or that bids what is no price."""

    kind = "bidding strategy"


class ForecastError(PluginError):
    """A forecast that cannot be loaded, or that expects what is no number."""

    kind = "forecast"


class ControllerError(PluginError):
    """A controller that cannot be loaded, or that says what cannot be a worth."""

    kind = "controller"


class BalanceError(JiranError):
    """A run whose energy or money does not balance: a fault in jiran or in a market rule."""

    def __init__(self, what: str, imbalance: float, limit: float) -> None:
        """Build the sentence from what does not balance, by how much, and the limit."""
        self.what, self.imbalance, self.limit = what, imbalance, limit
        super().__init__(f"{what} does not balance: {imbalance:.3e} is above the limit of {limit:.0e}")


def one_of(known: Iterable[str], given: Any, *, otherwise: str = "") -> str:
    """Return what is allowed where a name is to be one of several, and which of them was probably meant.

    Args:
        known: The names.
        given: What stands there instead.
        otherwise: What is allowed besides, as ", or a file that ends in .py".

    Example:
        >>> one_of(["paper", "kampung"], "kampong")
        'must be one of paper, kampung; did you mean kampung?'
    """
    names = list(known)
    return f"must be one of {', '.join(names)}{otherwise}{meant(names, given)}"


def meant(known: Iterable[str], given: Any) -> str:
    """Return the question whether a name was meant that is written nearly as what was given; "" if none is."""
    small = {name.lower(): name for name in known}
    near = difflib.get_close_matches(given[:_LONGEST].lower(), small, n=1) if isinstance(given, str) else []
    return f"; did you mean {small[near[0]]}?" if near else ""


def shortened(text: str, most: int = 80) -> str:
    """Return a text with its middle left out if it has more than `most` letters.

    Example:
        >>> shortened("abcdefghijklmnop", 10)
        'abcd...nop'
    """
    if len(text) <= most:
        return text
    end = (most - 3) // 2
    return f"{text[: most - 3 - end]}...{text[len(text) - end :]}"


def check_whole(name: str, number: object, least: int, most: int) -> None:
    """Refuse what is no whole number between two others.

    Args:
        name: What it is of.
        number: What was given.
        least: The first that is allowed.
        most: The last.

    Raises:
        ScenarioError: It is none.
    """
    if isinstance(number, bool) or not isinstance(number, int) or not least <= number <= most:
        raise ScenarioError(name, number, f"must be a whole number from {least} to {most}")


def _with_a_point(value: Any, allowed: str) -> str:
    """Return how a number that was written with a comma is written here; "" if the value is none, or none is asked for.

    Example:
        >>> _with_a_point("3,5", "must be a number"), _with_a_point("1,500", "must be a whole number")
        ('; the decimal sign is a point: 3.5', '; thousands have no sign: 1500')
    """
    if not (isinstance(value, str) and "number" in allowed and re.fullmatch(r"\s*[+-]?\d*,\d+\s*", value, re.ASCII)):
        return ""
    if "whole number" in allowed:
        return (
            f"; thousands have no sign: {value.strip().replace(',', '')}" if re.search(r"\d,\d{3}\s*$", value) else ""
        )
    return f"; the decimal sign is a point: {value.strip().replace(',', '.')}"


def _shown(value: Any) -> str:
    """Return a value as Python writes it, and a date as a file does, at most 80 letters of it."""
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    try:
        return shortened(repr(value), 80)
    except (RecursionError, ValueError):  # lists in lists without end, and numbers of more than 4,300 digits
        return f"a very long {'number' if isinstance(value, int) else type(value).__name__}"


def one_line(error: BaseException) -> str:
    """Return what another program's error says, in one short line; a sentence of our own stands for itself."""
    try:
        said = str(error)[:1_000]
    except Exception:  # noqa: BLE001  its words are another program's too
        said = "it cannot say why"
    kind = "" if isinstance(error, JiranError) else f"{type(error).__name__}: "
    return shortened(" ".join(f"{kind}{said}".split()).removesuffix(":"), 200)
