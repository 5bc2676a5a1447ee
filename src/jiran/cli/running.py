"""`jiran run`, `jiran explain` and `jiran plan`: what one scenario gives, why, and whether it pays."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import jiran
from jiran.cli.changes import changes_of
from jiran.cli.options import CHANGES, RULE, SCENARIO, chosen_scenario
from jiran.cli.printing import console, print_result
from jiran.cli.progress import progress
from jiran.errors import JiranError

_FOLDER = typer.Option("-o", "--output", metavar="DIR", help="Write trades, homes, steps and figures to this folder.")
_JSON = typer.Option("--json", help="Print the figures as JSON and nothing else.")
_STEP = typer.Option("--step", metavar="N", help="Which step of the run, counted from 0.")
_AT = typer.Option(
    "--at", metavar="TIME", help="The step at a local time instead, as 2026-03-21T13:00, or 13:00 of the first day."
)
_HOME = typer.Option("--home", metavar="NAME", help="Explain this home; default: all that traded.")
_STEP_JSON = typer.Option("--json", help="Print the step as JSON and nothing else.")
_PAGE = typer.Option("-o", "--output", metavar="FILE.html", help="Write a page to print or to mail.")
_TRIES = typer.Option(
    "--tries", min=0, max=1_000,
    help="How many steps of P2P price, network charge and export credit are tried for one at which nobody loses; 0: none.",
)  # fmt: skip
_PLAN_JSON = typer.Option("--json", help="Print the plan as JSON and nothing else.")


def run_command(
    scenario: Annotated[str, SCENARIO],
    changes: Annotated[list[str] | None, CHANGES] = None,
    mechanism: Annotated[str | None, RULE] = None,
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

    chosen = chosen_scenario(scenario, changes, mechanism)
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


def explain_command(
    scenario: Annotated[str, SCENARIO],
    step: Annotated[int | None, _STEP] = None,
    at: Annotated[str | None, _AT] = None,
    home: Annotated[str | None, _HOME] = None,
    changes: Annotated[list[str] | None, CHANGES] = None,
    mechanism: Annotated[str | None, RULE] = None,
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
    chosen = chosen_scenario(scenario, changes, mechanism)
    step = step_at(chosen, str(at)) if step is None else step
    announce_run(chosen)
    with progress() as report:
        result = jiran.simulate(chosen, progress=report)
    if json:
        typer.echo(json_text(step_data(result, step, home)))
    else:
        print_step(result, step, home)


def plan_command(
    scenario: Annotated[str, SCENARIO],
    changes: Annotated[list[str] | None, CHANGES] = None,
    mechanism: Annotated[str | None, RULE] = None,
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
    chosen = chosen_scenario(scenario, changes, mechanism)
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
