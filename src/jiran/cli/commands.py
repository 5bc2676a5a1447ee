"""The command line: open the dashboard, run scenarios, list what there is.

What needs numba or polars is loaded by the command that uses it: `jiran --help` answers at once.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

import jiran
from jiran.cli.changes import changes_of
from jiran.cli.controlling import controllers_command, forecasts_command
from jiran.cli.ending import INTERRUPTED, Group
from jiran.cli.ledger import ledger
from jiran.cli.live import live_command, meters
from jiran.cli.printing import console, print_list, print_plugin, print_result
from jiran.cli.progress import progress
from jiran.cli.server import EVERYWHERE, FIRST_PORT, serve
from jiran.cli.signals import interruptible
from jiran.cli.sweeping import sweep
from jiran.cli.tariffs import bill_command, tariffs_command
from jiran.cli.training import train_command
from jiran.errors import JiranError
from jiran.saving import create_file

if TYPE_CHECKING:
    from jiran.judge.comparison import Comparison
    from jiran.scenario import Scenario


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
_SCENARIO = typer.Argument(metavar="SCENARIO", help="A preset (see `jiran scenarios`) or a file that ends in .toml.")
_CHANGES = typer.Option("--set", metavar="KEY=VALUE", help="Replace a value, as market.fraction=0.7; can be repeated.")
_RULE = typer.Option("--mechanism", metavar="NAME|FILE.py", help="Use another market rule (see `jiran mechanisms`).")
_FOLDER = typer.Option("-o", "--output", metavar="DIR", help="Write trades, homes, steps and figures to this folder.")
_JSON = typer.Option("--json", help="Print the figures as JSON and nothing else.")
_STEP = typer.Option("--step", metavar="N", help="Which step of the run, counted from 0.")
_AT = typer.Option(
    "--at", metavar="TIME", help="The step at a local time instead, as 2026-03-21T13:00, or 13:00 of the first day."
)
_HOME = typer.Option("--home", metavar="NAME", help="Explain this home; default: all that traded.")
_STEP_JSON = typer.Option("--json", help="Print the step as JSON and nothing else.")
_PORT = typer.Option(min=1, max=65_535, help=f"Port of the dashboard; default: the first free one from {FIRST_PORT}.")
_SHARE = typer.Option(
    "--share", metavar="[ADDRESS]",
    help="Let phones of this network join: they reach /join and nothing else. Default: on all addresses of this machine.",
)  # fmt: skip
_NO_BROWSER = typer.Option("--no-browser", help="Do not open a browser.")
_RULES = typer.Option(
    "--mechanism", metavar="NAME,...|all", help="Which rules; names or files, with commas or repeated. Default: all."
)
_OTHER = typer.Argument(metavar="[OTHER]", help="A second scenario: A and B are compared, each with its own rule.")
_VERSUS = typer.Option(
    "--versus", metavar="KEY=VALUE", help="Compare with the same scenario changed so, as B; can be repeated."
)
_SEEDS = typer.Option(min=1, max=10_000, help="How many seeds each case is run with.")
_TABLE = typer.Option("-o", "--output", metavar="FILE", help="Write all figures to a .csv, or a page to a .html.")
_CONTROLLERS = typer.Option(
    "--controllers", help="Compare who runs the batteries instead of market rules: with one seed, against the optimum."
)
_WHOSE = typer.Option(
    "--whose",
    metavar="homes|community|cars",
    help="With --controllers: whose stores; default: the first that there are.",
)
_CONTROLLER = typer.Option(
    "--controller", metavar="NAME,...", help="With --controllers: these alone; can be repeated. Default: all."
)
_FORECAST = typer.Option(
    "--forecast", metavar="NAME,...", help="With --controllers: what they go by; can be repeated. Default: the scenario's own."
)  # fmt: skip
_TABLE_JSON = typer.Option("--json", help="Print all figures of all cases as JSON and nothing else.")
_PAGE = typer.Option("-o", "--output", metavar="FILE.html", help="Write a page to print or to mail.")
_TRIES = typer.Option(
    "--tries", min=0, max=1_000,
    help="How many steps of P2P price, network charge and export credit are tried for one at which nobody loses; 0: none.",
)  # fmt: skip
_PLAN_JSON = typer.Option("--json", help="Print the plan as JSON and nothing else.")
_FILES = typer.Argument(metavar="FILE...", help="Files of meter data, or patterns such as 'meters/*.csv'.")
_KEYS = typer.Option("--set", metavar="KEY=VALUE", help="Say how to read, as homes.data.unit=W; can be repeated.")
_SCENARIO_FILE = typer.Option("-o", "--output", metavar="NAME.toml", help="Write a scenario of these homes.")
_LOOK_JSON = typer.Option("--json", help="Print how the files are understood as JSON and nothing else.")
_FILE = typer.Argument(metavar="NAME.toml", help="The file to write.")
_NAME = typer.Argument(metavar="NAME", help="A rule, or a file that ends in .py.")
_STRATEGY = typer.Argument(metavar="NAME", help="A strategy, or a file that ends in .py.")
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
    scenario: Annotated[str | None, _SCENARIO] = None,
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
    scenario: Annotated[str | None, _SCENARIO] = None,
    share: Annotated[str | None, _SHARE] = None,
    port: Annotated[int | None, _PORT] = None,
    *,
    no_browser: Annotated[bool, _NO_BROWSER] = False,
) -> None:
    """Open a room in which a class trades by phone; Ctrl-C ends it.

    Without --share only this machine reaches it, and robots play. Example: `jiran class --share`
    """
    serve(scenario, port, no_browser=no_browser, page="class", share=share)


@cli.command("run")
def _run(
    scenario: Annotated[str, _SCENARIO],
    changes: Annotated[list[str] | None, _CHANGES] = None,
    mechanism: Annotated[str | None, _RULE] = None,
    output: Annotated[Path | None, _FOLDER] = None,
    *,
    json: Annotated[bool, _JSON] = False,
) -> None:
    """Run a scenario and print its key figures.

    Example: `jiran run paper --set battery.capacity_kwh=40 --set homes.groups.ev.count=3 -o out`
    """
    from jiran.cli.announce import announce_run, announce_silent  # noqa: PLC0415  loads numba
    from jiran.cli.beforehand import settle  # noqa: PLC0415  loads pydantic
    from jiran.saving.formats import json_text  # noqa: PLC0415  loads polars

    chosen = _chosen(scenario, changes, mechanism)
    settle([scenario], [chosen], folder=output)
    announce_run(chosen)
    announce_silent(changes_of(changes), [chosen], told=True)
    with progress() as report:
        result = jiran.simulate(chosen, progress=report)
    folder = None if output is None else result.save(output)
    if json:
        typer.echo(json_text(result.kpis))
    else:
        print_result(result)
    screen = console(stderr=json)
    for line in result.data_report.lines() if result.data_report else ():
        if line.removesuffix(".") not in result.warnings:
            screen.print(line, soft_wrap=True)
    for warning in result.warnings:
        screen.print(f"Warning: {warning}.", style="yellow", soft_wrap=True)
    if folder is not None:
        files = ", ".join(sorted(file.name for file in folder.iterdir()))
        screen.print(f"Written to {folder}: {files}", soft_wrap=True)


def _chosen(scenario: str, changes: list[str] | None, mechanism: str | None) -> Scenario:
    """Return the scenario that a command line asks for."""
    overrides = changes_of(changes)
    if mechanism is not None:
        if "market.mechanism" in overrides:
            raise JiranError(f"--mechanism {mechanism}: --set market.mechanism names a rule as well; give one of them")
        overrides = {"market.mechanism": mechanism} | overrides
    return jiran.load_scenario(scenario, overrides)


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


@cli.command("explain")
def _explain(
    scenario: Annotated[str, _SCENARIO],
    step: Annotated[int | None, _STEP] = None,
    at: Annotated[str | None, _AT] = None,
    home: Annotated[str | None, _HOME] = None,
    changes: Annotated[list[str] | None, _CHANGES] = None,
    mechanism: Annotated[str | None, _RULE] = None,
    *,
    json: Annotated[bool, _STEP_JSON] = False,
) -> None:
    """Say what happened in one step of a run: orders, trades, prices, and why each home got its price.

    Example: `jiran explain paper --step 8 --home E1 --mechanism uniform-price`
    """
    from jiran.cli.announce import announce_run  # noqa: PLC0415  loads numba
    from jiran.cli.explaining import print_step, step_at, step_data  # noqa: PLC0415  loads numba
    from jiran.saving.formats import json_text  # noqa: PLC0415  loads polars

    if (step is None) == (at is None):
        raise JiranError("--step or --at: give one of them, as --step 8 or --at 13:00")
    chosen = _chosen(scenario, changes, mechanism)
    step = step_at(chosen, str(at)) if step is None else step
    announce_run(chosen)
    with progress() as report:
        result = jiran.simulate(chosen, progress=report)
    if json:
        typer.echo(json_text(step_data(result, step, home)))
    else:
        print_step(result, step, home)


@cli.command("compare")
def _compare(
    scenario: Annotated[str, _SCENARIO],
    other: Annotated[str | None, _OTHER] = None,
    changes: Annotated[list[str] | None, _CHANGES] = None,
    versus: Annotated[list[str] | None, _VERSUS] = None,
    mechanism: Annotated[list[str] | None, _RULES] = None,
    seeds: Annotated[int, _SEEDS] = 30,
    output: Annotated[Path | None, _TABLE] = None,
    *,
    controllers: Annotated[bool, _CONTROLLERS] = False,
    whose: Annotated[str | None, _WHOSE] = None,
    controller: Annotated[list[str] | None, _CONTROLLER] = None,
    forecast: Annotated[list[str] | None, _FORECAST] = None,
    json: Annotated[bool, _TABLE_JSON] = False,
) -> None:
    """Compare market rules on one community, or two scenarios; Ctrl-C stops and shows the seeds that are done.

    Example: `jiran compare kampung --mechanism all` or `jiran compare paper --versus battery.capacity_kwh=40`
    """
    from jiran.cli import comparing  # noqa: PLC0415  loads polars
    from jiran.cli.announce import announce_comparison, announce_silent  # noqa: PLC0415  loads numba
    from jiran.cli.beforehand import settle  # noqa: PLC0415  loads pydantic
    from jiran.report.figures import seeded_table  # noqa: PLC0415  loads polars
    from jiran.saving.formats import json_text  # noqa: PLC0415  loads polars

    _refuse_mixed(other, versus, mechanism, controllers=controllers, chosen=bool(whose or controller or forecast))
    if controllers:
        _controllers(scenario, changes, whose, (controller, forecast), output, json=json)
        return
    comparing.check_file(output)
    one, second = _two(scenario, other, changes_of(changes), versus or [])
    rules = comparing.rules_of(mechanism)
    cases = comparing.cases_of(one, second, rules)
    settle([scenario, other], cases.values(), file=output)
    announce_comparison(cases.values(), seeds)
    announce_silent(changes_of(changes) | changes_of(versus, "--versus"), list(cases.values()))
    found, stopped = _run_comparison(cases, seeds)
    if found.faults and rules is not None:  # of all rules one may be left out, of those that were named none
        raise JiranError(found.faults[0])
    if output is not None:
        comparing.write_comparison(found, output)
    if json:
        typer.echo(json_text(seeded_table(found).to_dicts()))
    else:
        comparing.print_comparison(found)
    screen = console(stderr=json)
    if output is not None:
        screen.print(f"Written to {output}", soft_wrap=True)
    if stopped:
        screen.print(f"Stopped: {len(found.seeds)} of {seeds} seeds are done.", style="yellow")
        raise typer.Exit(INTERRUPTED)


def _refuse_mixed(
    other: str | None, versus: list[str] | None, mechanism: list[str] | None, *, controllers: bool, chosen: bool
) -> None:
    """Refuse options of `jiran compare` that say different things are compared.

    Args:
        other: A second scenario.
        versus: Changes that make it.
        mechanism: Rules.
        controllers: Whether controllers are compared.
        chosen: Whether some of them are chosen.

    Raises:
        JiranError: They do.
    """
    if controllers and (other is not None or versus or mechanism):
        raise JiranError(
            "--controllers: takes one scenario with --set, --whose, --controller, --forecast, -o and --json"
        )
    if chosen and not controllers:
        raise JiranError("--whose, --controller, --forecast: belong to --controllers")
    if other is not None and versus:
        raise JiranError(f"{other}, --versus: name a second scenario or changes of the first one, not both")
    if mechanism and (other is not None or versus):
        raise JiranError(f"--mechanism {mechanism[0]}: two scenarios are compared under their own rules; use --set")


def _controllers(
    name: str, changes: list[str] | None, whose: str | None, wanted: tuple[list[str] | None, list[str] | None], output: Path | None, *, json: bool
) -> None:  # fmt: skip
    """Compare who runs the stores of a scenario.

    Args:
        name: Of the scenario.
        changes: As KEY=VALUE.
        whose: Whose stores; None: the first that there are.
        wanted: Controllers and forecasts, with commas; None: all, and the scenario's own.
        output: A file to write.
        json: Whether to print data.
    """
    from jiran.cli import comparing  # noqa: PLC0415  loads polars
    from jiran.cli.beforehand import settle  # noqa: PLC0415  loads pydantic
    from jiran.cli.side_by_side import controllers_data, print_controllers, write_controllers  # noqa: PLC0415
    from jiran.judge.by_controller import by_controller  # noqa: PLC0415  loads numba
    from jiran.report.controllers import WHOSE  # noqa: PLC0415
    from jiran.saving.formats import json_text  # noqa: PLC0415  loads polars

    if whose is not None and whose not in WHOSE:
        raise JiranError(f"--whose: must be one of {', '.join(WHOSE)}, got {whose!r}")
    comparing.check_file(output)
    scenario = _chosen(name, changes, None)
    settle([name], [scenario], file=output)
    names, foreseen = (comparing.rules_of(one) if one else None for one in wanted)
    with progress() as report:
        found = by_controller(scenario, WHOSE[whose] if whose else None, report, names=names, forecasts=foreseen)
    if output is not None:
        write_controllers(found, scenario, names, foreseen, output)
    if json:
        typer.echo(json_text(controllers_data(found)))
    else:
        print_controllers(found, scenario)
    if output is not None:
        console(stderr=json).print(f"Written to {output}", soft_wrap=True)


@cli.command("plan")
def _plan(
    scenario: Annotated[str, _SCENARIO],
    changes: Annotated[list[str] | None, _CHANGES] = None,
    mechanism: Annotated[str | None, _RULE] = None,
    tries: Annotated[int, _TRIES] = 20,
    output: Annotated[Path | None, _PAGE] = None,
    *,
    json: Annotated[bool, _PLAN_JSON] = False,
) -> None:
    """Say whether PV, battery and sharing pay: bills before and after, payback, and what would make it pay.

    Example: `jiran plan sarawak-nem --set plan.pv_cost=4000 -o page.html`
    """
    from jiran.cli import planning  # noqa: PLC0415  loads numba
    from jiran.cli.announce import announce_run  # noqa: PLC0415  loads numba
    from jiran.cli.beforehand import settle  # noqa: PLC0415  loads pydantic
    from jiran.report.plan import as_data  # noqa: PLC0415  loads polars
    from jiran.saving.formats import json_text  # noqa: PLC0415  loads polars

    planning.check_file(output)
    chosen = _chosen(scenario, changes, mechanism)
    settle([scenario], [chosen], file=output)
    announce_run(chosen)
    with progress("Planning") as report:
        found = planning.work_out(chosen, tries, report)
    if output is not None:
        planning.write_page(found, output)
    if json:
        typer.echo(json_text(as_data(*found)))
    else:
        planning.print_plan(*found)
    if output is not None:
        console(stderr=json).print(f"Written to {output}", soft_wrap=True)


def _two(
    scenario: str, other: str | None, overrides: dict[str, Any], versus: list[str]
) -> tuple[Scenario, Scenario | None]:
    """Return the scenario, and the one that it is compared with if there is one, under names that differ."""
    one = jiran.load_scenario(scenario, overrides)
    if other is None and not versus:
        return one, None
    changed = overrides | changes_of(versus, "--versus")
    second = jiran.load_scenario(other or scenario, changed)
    if versus:
        return one, second.model_copy(update={"name": f"{second.name} with {', '.join(versus)}"})
    if second.name == one.name:
        return one.model_copy(update={"name": scenario}), second.model_copy(update={"name": str(other)})
    return one, second


def _run_comparison(cases: dict[str, Scenario], seeds: int) -> tuple[Comparison, bool]:
    """Return the comparison, and whether it was stopped before all seeds were done."""
    from jiran.judge.comparison import Samples, compare, finished  # noqa: PLC0415  loads numba and polars

    samples: Samples = {}
    try:
        with interruptible(), progress("Comparing") as report:
            return compare(cases, seeds=seeds, progress=report, samples=samples), False
    except KeyboardInterrupt:
        first = next(iter(cases.values())).seed
        try:
            return finished(cases, tuple(range(first, first + seeds)), samples), True
        except JiranError as error:
            sys.stderr.write(f"jiran: {error}\n")
            raise KeyboardInterrupt from None


@cli.command("scenarios")
def _scenarios() -> None:
    """List the ready scenarios.

    Example: `jiran scenarios`
    """
    print_list("Scenario", "What it asks", jiran.presets())


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


@cli.command("mechanisms")
def _mechanisms(name: Annotated[str | None, _NAME] = None) -> None:
    """List the market rules, or explain one.

    Example: `jiran mechanisms grid-fraction`
    """
    if name is None:
        print_list("Rule", "What it does", {key: rule.description for key, rule in jiran.mechanisms().items()})
        return
    from jiran.market import find  # noqa: PLC0415  loads numba

    print_plugin(find(name))


@cli.command("strategies")
def _strategies(name: Annotated[str | None, _STRATEGY] = None) -> None:
    """List the bidding strategies, or explain one.

    Example: `jiran strategies truthful`
    """
    from jiran.bids import find, strategies  # noqa: PLC0415  loads numba

    if name is None:
        print_list("Strategy", "What it does", {key: found.description for key, found in strategies().items()})
    else:
        print_plugin(find(name))


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
