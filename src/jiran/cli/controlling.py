"""How stores are run, on the command line: the lists of controllers and forecasts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from jiran.cli.printing import print_list, print_plugin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jiran.plugins.plugin import Plugin

_CONTROLLER = typer.Argument(metavar="NAME", help="A controller, or a file that ends in .py.")
_FORECAST = typer.Argument(metavar="NAME", help="A forecast, or a file that ends in .py.")
_JSON = typer.Option("--json", help="Print the same as JSON and nothing else.")


def controllers_command(
    name: Annotated[str | None, _CONTROLLER] = None,
    *,
    json: Annotated[bool, _JSON] = False,
) -> None:
    """List the controllers, which say what stored energy is worth, or explain one.

    Example: `jiran controllers plan-ahead`
    """
    from jiran.control import controllers, find_controller  # noqa: PLC0415  loads numba

    listed = list(controllers().values()) if name is None else [find_controller(name)]
    said = [
        {"direct": one.direct, "forecasts": one.forecasts, "horizon_h": one.horizon_h} | _data(one) for one in listed
    ]
    _show("Controller", listed, said if json else None, alone=name is not None)


def forecasts_command(
    name: Annotated[str | None, _FORECAST] = None,
    *,
    json: Annotated[bool, _JSON] = False,
) -> None:
    """List the forecasts that controllers go by, or explain one.

    Example: `jiran forecasts mean-of-days`
    """
    from jiran.control import find_forecast, forecasts  # noqa: PLC0415  loads numba

    listed = list(forecasts().values()) if name is None else [find_forecast(name)]
    said = [{"foresight": one.foresight} | _data(one) for one in listed]
    _show("Forecast", listed, said if json else None, alone=name is not None)


def _show(kind: str, listed: Sequence[Plugin], said: list[dict[str, Any]] | None, *, alone: bool) -> None:
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


def _data(plugin: Plugin) -> dict[str, Any]:
    """Return what is said of a plug-in of any kind, as data."""
    return {
        "name": plugin.name, "description": plugin.description,
        "parameters": [
            {"name": name, "default": one.default, "allowed": one.allowed, "unit": one.unit, "meaning": one.description}
            for name, one in plugin.parameters.items()
        ],
    }  # fmt: skip
