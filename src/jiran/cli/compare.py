"""`jiran compare`: rules on one community, two scenarios, or who runs the stores."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import jiran
from jiran.cli.changes import changes_of
from jiran.cli.ending import INTERRUPTED
from jiran.cli.options import CHANGES, SCENARIO, chosen_scenario
from jiran.cli.printing import console
from jiran.cli.progress import progress
from jiran.cli.signals import interruptible
from jiran.errors import JiranError

if TYPE_CHECKING:
    from jiran.judge.comparison import Comparison
    from jiran.scenario import Scenario

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


def compare_command(
    scenario: Annotated[str, SCENARIO],
    other: Annotated[str | None, _OTHER] = None,
    changes: Annotated[list[str] | None, CHANGES] = None,
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
    scenario = chosen_scenario(name, changes, None)
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
