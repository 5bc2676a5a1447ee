"""Lists of what can be chosen, on the command line: plug-ins of any kind, and ready scenarios; for people and as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from jiran.cli.printing import print_list, print_plugin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jiran.plugins.plugin import Plugin

_RULE = typer.Argument(metavar="NAME", help="A rule, or a file that ends in .py.")
_STRATEGY = typer.Argument(metavar="NAME", help="A strategy, or a file that ends in .py.")
_JSON = typer.Option("--json", help="Print the same as JSON and nothing else.")


def scenarios_command(*, json: Annotated[bool, _JSON] = False) -> None:
    """List the ready scenarios.

    Example: `jiran scenarios`
    """
    import jiran  # noqa: PLC0415  see `jiran --help`
    from jiran.saving.formats import json_text  # noqa: PLC0415  loads polars

    found = jiran.presets()
    if json:
        typer.echo(json_text([{"name": name, "description": asks} for name, asks in found.items()]))
    else:
        print_list("Scenario", "What it asks", found)


def mechanisms_command(name: Annotated[str | None, _RULE] = None, *, json: Annotated[bool, _JSON] = False) -> None:
    """List the market rules, or explain one.

    Example: `jiran mechanisms grid-fraction`
    """
    from jiran.market import find, mechanisms  # noqa: PLC0415  loads numba

    listed = list(mechanisms().values()) if name is None else [find(name)]
    said = [
        {"family": one.family.name, "draws_lots": bool(one.draws_lots), "heeds_limits": one.heeds_limits}
        | {"properties": sorted(one.properties)}
        | plugin_data(one)
        for one in listed
    ]
    show_plugins("Rule", listed, said if json else None, alone=name is not None)


def strategies_command(name: Annotated[str | None, _STRATEGY] = None, *, json: Annotated[bool, _JSON] = False) -> None:
    """List the bidding strategies, or explain one.

    Example: `jiran strategies truthful`
    """
    from jiran.bids import find, strategies  # noqa: PLC0415  loads numba

    listed = list(strategies().values()) if name is None else [find(name)]
    said = [{"draws_lots": bool(one.draws_lots)} | plugin_data(one) for one in listed]
    show_plugins("Strategy", listed, said if json else None, alone=name is not None)


def show_plugins(kind: str, listed: Sequence[Plugin], said: list[dict[str, Any]] | None, *, alone: bool) -> None:
    """Print plug-ins as data, as one that is explained, or as a list.

    Args:
        kind: What they are.
        listed: The plug-ins.
        said: What is said of them as data; None: it is for people.
        alone: Whether it is one that was asked for by name.
    """
    if said is not None:
        from jiran.saving.formats import json_text  # noqa: PLC0415  loads polars

        typer.echo(json_text(said))
    elif alone:
        print_plugin(listed[0])
    else:
        print_list(kind, "What it does", {one.name: one.description for one in listed})


def plugin_data(plugin: Plugin) -> dict[str, Any]:
    """Return what is said of a plug-in of any kind, as data."""
    return {
        "name": plugin.name, "description": plugin.description,
        "parameters": [
            {"name": name, "default": one.default, "allowed": one.allowed, "unit": one.unit, "meaning": one.description}
            for name, one in plugin.parameters.items()
        ],
    }  # fmt: skip
