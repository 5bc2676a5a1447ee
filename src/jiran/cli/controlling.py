"""How stores are run, on the command line: the lists of controllers and forecasts."""

from __future__ import annotations

from typing import Annotated

import typer

from jiran.cli.listing import plugin_data, show_plugins
from jiran.errors import JiranError

_CONTROLLER = typer.Argument(metavar="NAME", help="A controller, or a file that ends in .py.")
_FORECAST = typer.Argument(metavar="NAME", help="A forecast, or a file that ends in .py.")
_ON = typer.Option("--on", metavar="SCENARIO", help="Say how wrong each is on the homes of this scenario.")
_CHANGES = typer.Option("--set", metavar="KEY=VALUE", help="Replace a value of that scenario; can be repeated.")
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
        {"direct": one.direct, "forecasts": one.forecasts, "horizon_h": one.horizon_h} | plugin_data(one)
        for one in listed
    ]
    show_plugins("Controller", listed, said if json else None, alone=name is not None)


def forecasts_command(
    name: Annotated[str | None, _FORECAST] = None,
    on: Annotated[str | None, _ON] = None,
    changes: Annotated[list[str] | None, _CHANGES] = None,
    *,
    json: Annotated[bool, _JSON] = False,
) -> None:
    """List the forecasts that controllers go by, explain one, or say how wrong they are on a scenario.

    Example: `jiran forecasts mean-of-days` or `jiran forecasts --on kampung`
    """
    if on is None and changes:
        raise JiranError("--set: name the scenario that it changes with --on")
    if on is not None:
        if name is not None:
            raise JiranError(f"{name}, --on: all forecasts are held side by side; leave out the name")
        _errors(on, changes, json=json)
        return
    from jiran.control import find_forecast, forecasts  # noqa: PLC0415  loads numba

    listed = list(forecasts().values()) if name is None else [find_forecast(name)]
    said = [{"foresight": one.foresight} | plugin_data(one) for one in listed]
    show_plugins("Forecast", listed, said if json else None, alone=name is not None)


def _errors(on: str, changes: list[str] | None, *, json: bool) -> None:
    """Print how wrong forecasts are on a scenario."""
    import jiran  # noqa: PLC0415  see `jiran --help`
    from jiran.cli.changes import changes_of  # noqa: PLC0415
    from jiran.cli.side_by_side import print_errors  # noqa: PLC0415
    from jiran.judge.forecast_error import forecast_errors  # noqa: PLC0415  loads numba
    from jiran.saving.formats import json_text  # noqa: PLC0415  loads polars

    scenario = jiran.load_scenario(on, changes_of(changes))
    errors = forecast_errors(scenario)
    if json:
        typer.echo(json_text([one._asdict() for one in errors]))
    else:
        print_errors(errors, scenario)
