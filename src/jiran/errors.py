"""What jiran says when something cannot be done: one sentence, never a traceback."""

from __future__ import annotations

from typing import Any


class JiranError(Exception):
    """Anything a user can mend; the command line prints it and exits with 2."""


class ScenarioError(JiranError):
    """A scenario field that cannot be used: names the field, the value and what is allowed."""

    def __init__(self, field: str, value: Any, allowed: str) -> None:
        """Build the sentence from the field's dotted name, its value and what is allowed."""
        self.field, self.value, self.allowed = field, value, allowed
        super().__init__(f"{short(field)} = {short(repr(value))}: {allowed}")


class DataError(JiranError):
    """Meter data that cannot be read: names the file, the place in it and what is expected."""

    def __init__(self, source: str, problem: str) -> None:
        """Build the sentence from the name of the file and what is wrong with it."""
        self.source, self.problem = source, problem
        super().__init__(f"{short(source, 300)}: {short(problem, 500)}")


class PluginError(JiranError):
    """A plug-in that cannot be loaded, or that broke a law: names its kind, its name and the problem."""

    kind = "plug-in"

    def __init__(self, name: str, problem: str) -> None:
        """Build the sentence from the name of the plug-in and what is wrong with it."""
        self.name, self.problem = name, problem
        super().__init__(f"{self.kind} {short(name)!r}: {problem}")


class MechanismError(PluginError):
    """A market rule that cannot be loaded, or that broke a law while clearing."""

    kind = "market rule"


class StrategyError(PluginError):
    """A bidding strategy that cannot be loaded, or that bids what is no price."""

    kind = "bidding strategy"


class BalanceError(JiranError):
    """A run whose energy or money does not balance: a fault in jiran or in a market rule."""

    def __init__(self, what: str, imbalance: float, limit: float) -> None:
        """Build the sentence from what does not balance, by how much, and the limit."""
        self.what, self.imbalance, self.limit = what, imbalance, limit
        super().__init__(f"{what} does not balance: {imbalance:.3e} is above the limit of {limit:.0e}")


def short(text: str, most: int = 80) -> str:
    """Return a text that somebody else wrote, cut so that a sentence about it stays a sentence.

    Example:
        >>> short("a" * 100, 10)
        'aaaaaaa...'
    """
    return text if len(text) <= most else f"{text[: most - 3]}..."


def one_line(error: Exception) -> str:
    """Return what another program's error says, in one short line."""
    return short(" ".join(f"{type(error).__name__}: {error}".split()), 200)
