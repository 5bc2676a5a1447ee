"""What several commands take: a scenario, what is changed in it, and its market rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

import jiran
from jiran.cli.changes import changes_of
from jiran.errors import JiranError

if TYPE_CHECKING:
    from jiran.scenario import Scenario

SCENARIO = typer.Argument(metavar="SCENARIO", help="A preset (see `jiran scenarios`) or a file that ends in .toml.")
CHANGES = typer.Option("--set", metavar="KEY=VALUE", help="Replace a value, as market.fraction=0.7; can be repeated.")
RULE = typer.Option("--mechanism", metavar="NAME|FILE.py", help="Use another market rule (see `jiran mechanisms`).")


def chosen_scenario(scenario: str, changes: list[str] | None, mechanism: str | None) -> Scenario:
    """Return the scenario that a command line asks for.

    Args:
        scenario: A preset or a file.
        changes: As KEY=VALUE.
        mechanism: A rule in place of its own.

    Raises:
        JiranError: There is none, a value is not allowed, or the rule is named twice.
    """
    overrides = changes_of(changes)
    if mechanism is not None:
        if "market.mechanism" in overrides:
            raise JiranError(f"--mechanism {mechanism}: --set market.mechanism names a rule as well; give one of them")
        overrides = {"market.mechanism": mechanism} | overrides
    return jiran.load_scenario(scenario, overrides)
