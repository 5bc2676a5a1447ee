"""The commands by name: those of a few lines stand here, the others in files of their own.

What needs numba or polars is loaded by the command that uses it: `jiran --help` answers at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

import jiran
from jiran.cli.changes import changes_of
from jiran.cli.compare import compare_command
from jiran.cli.controlling import controllers_command, forecasts_command
from jiran.cli.ending import Group
from jiran.cli.ledger import ledger
from jiran.cli.listing import mechanisms_command, scenarios_command, strategies_command
from jiran.cli.live import live_command, meters
from jiran.cli.options import SCENARIO
from jiran.cli.printing import console
from jiran.cli.progress import progress
from jiran.cli.running import explain_command, plan_command, run_command
from jiran.cli.server import EVERYWHERE, FIRST_PORT, serve
from jiran.cli.sweeping import sweep
from jiran.cli.tariffs import bill_command, tariffs_command
from jiran.cli.training import train_command
from jiran.errors import JiranError
from jiran.saving import create_file

cli = typer.Typer(
    cls=Group,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:  # noqa: FBT001  typer's callback
    if wanted:
        typer.echo(f"jiran {jiran.__version__}")
        raise typer.Exit


# What the commands take.
_PORT = typer.Option(min=1, max=65_535, help=f"Port of the dashboard; default: the first free one from {FIRST_PORT}.")
_SHARE = typer.Option(
    "--share", metavar="[ADDRESS]",
    help="Let phones of this network join: they reach /join and nothing else. Default: on all addresses of this machine.",
)  # fmt: skip
_NO_BROWSER = typer.Option("--no-browser", help="Do not open a browser.")
_FILES = typer.Argument(metavar="FILE...", help="Files of meter data, or patterns such as 'meters/*.csv'.")
_KEYS = typer.Option("--set", metavar="KEY=VALUE", help="Say how to read, as homes.data.unit=W; can be repeated.")
_SCENARIO_FILE = typer.Option("-o", "--output", metavar="NAME.toml", help="Write a scenario of these homes.")
_LOOK_JSON = typer.Option("--json", help="Print how the files are understood as JSON and nothing else.")
_FILE = typer.Argument(metavar="NAME.toml", help="The file to write.")
_CHECKED = typer.Argument(metavar="NAME", help="A market rule, a forecast or a controller, or a file that ends in .py.")
_BOOKS = typer.Option(min=1, max=1_000_000, help="How many random order books, series or stretches of days are tried.")
_TIME_LIMIT = typer.Option(min=0.1, help="Seconds that loading it, and then each book, may take.")
_SEED = typer.Option(min=0, help="Seed of the books: the same seed tries the same ones.")
_VERSION = typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")


@cli.callback(invoke_without_command=True)
def _default(context: typer.Context, *, version: Annotated[bool, _VERSION] = False) -> None:  # noqa: ARG001  see _version
    """Simulate, price and settle electricity that neighbours sell to each other.

    Without a command, open the dashboard. Example: `jiran run paper --set market.fraction=0.7`
    """
    if context.invoked_subcommand is None:
        serve(None, None, no_browser=False)


@cli.command("app")
def _app(
    scenario: Annotated[str | None, SCENARIO] = None,
    port: Annotated[int | None, _PORT] = None,
    *,
    no_browser: Annotated[bool, _NO_BROWSER] = False,
) -> None:
    """Open the dashboard in the browser; Ctrl-C ends it.

    Example: `jiran app kampung --port 8600`
    """
    serve(scenario, port, no_browser=no_browser)


class _Class(TyperCommand):
    """Lets --share stand without an address."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Say "all addresses" where none is given."""
        full = []
        for word, follows in zip(args, [*args[1:], ""], strict=False):
            full += [word, EVERYWHERE] if word == "--share" and not follows[:1].isdigit() else [word]
        return super().parse_args(ctx, full)


@cli.command("class", cls=_Class)
def _class(
    scenario: Annotated[str | None, SCENARIO] = None,
    share: Annotated[str | None, _SHARE] = None,
    port: Annotated[int | None, _PORT] = None,
    *,
    no_browser: Annotated[bool, _NO_BROWSER] = False,
) -> None:
    """Open a room in which a class trades by phone; Ctrl-C ends it.

    Without --share only this machine reaches it, and robots play. Example: `jiran class --share`
    """
    serve(scenario, port, no_browser=no_browser, page="class", share=share)


cli.command("run")(run_command)


@cli.command("data")
def _data(
    files: Annotated[list[str], _FILES],
    changes: Annotated[list[str] | None, _KEYS] = None,
    output: Annotated[Path | None, _SCENARIO_FILE] = None,
    *,
    json: Annotated[bool, _LOOK_JSON] = False,
) -> None:
    """Look at files of meter data: how they are understood, what is left out, and which keys pin this reading.

    Example: `jiran data meters.csv --set time_zone=Europe/Berlin -o street.toml`
    """
    from jiran.cli.looking import look_at, print_look, write_scenario  # noqa: PLC0415  loads polars
    from jiran.saving.formats import json_text  # noqa: PLC0415  loads polars

    if output is not None and output.suffix != ".toml":
        raise JiranError(f"{output}: the name of a scenario file must end in .toml")
    with progress("Reading") as report:
        found, begun = look_at(files, changes_of(changes), report)
    if json:
        typer.echo(json_text(found.as_data()))
    else:
        print_look(found, begun)
    if output is not None:
        write_scenario(found, begun, output)
        console(stderr=json).print(f"{output} is written; run it with: jiran run {output}", soft_wrap=True)


cli.command("explain")(explain_command)
cli.command("compare")(compare_command)
cli.command("plan")(plan_command)


cli.command("scenarios")(scenarios_command)


@cli.command("new")
def _new(file: Annotated[Path, _FILE]) -> None:
    """Write a commented scenario to begin with; never overwrites.

    Example: `jiran new my-street.toml`
    """
    from jiran.scenario.files import starter  # noqa: PLC0415  loads numba

    if file.suffix != ".toml":
        raise JiranError(f"{file}: the name of a scenario file must end in .toml")
    create_file(file, starter().encode())
    typer.echo(f"{file} is written; change what you like, then: jiran run {file}")


cli.command("mechanisms")(mechanisms_command)
cli.command("strategies")(strategies_command)


@cli.command("check")
def _check(
    name: Annotated[str, _CHECKED],
    books: Annotated[int, _BOOKS] = 2000,
    seed: Annotated[int, _SEED] = 0,
    time_limit: Annotated[float, _TIME_LIMIT] = 60.0,
) -> None:
    """Try to break a market rule, a forecast or a controller: the laws of all, and what it declares; exit 1 if something breaks.

    Example: `jiran check my_rule.py`
    """
    from jiran.testing.own_process import check_in_own_process  # noqa: PLC0415  loads numba

    with progress("Checking") as report:
        verdict = check_in_own_process(name, books=books, seed=seed, limit_s=time_limit, progress=report)
    typer.echo(verdict.text)
    raise typer.Exit(0 if verdict.ok else 1)


cli.command("train")(train_command)
cli.command("controllers")(controllers_command)
cli.command("forecasts")(forecasts_command)
cli.command("tariffs")(tariffs_command)
cli.command("bill")(bill_command)
cli.add_typer(ledger, name="ledger")
cli.command("live")(live_command)
cli.add_typer(meters, name="meters")
cli.add_typer(sweep, name="sweep")
