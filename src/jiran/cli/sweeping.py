"""`jiran sweep`: thousands of runs of a scenario that is varied, and what they answer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table
from typer.core import TyperGroup

from jiran.cli.printing import console
from jiran.errors import JiranError
from jiran.saving import save_file

if TYPE_CHECKING:
    import polars as pl

    from jiran.judge.sweep.answers import Totals
    from jiran.judge.sweep.run import Planned

_SCENARIO = typer.Argument(metavar="SCENARIO", help="A preset (see `jiran scenarios`) or a file that ends in .toml.")
_CHANGES = typer.Option("--set", metavar="KEY=VALUE", help="Replace a value, as market.fraction=0.7; can be repeated.")
_VARY = typer.Option(
    "--vary", metavar="KEY=VALUES",
    help="What a key takes: A:B:STEP (B included), values with commas, or uniform(A, B), normal(MEAN, DEVIATION), "
    "triangular(A, MODE, B), loguniform(A, B), lognormal(MEDIAN, SIGMA); can be repeated.",
)  # fmt: skip
_SEEDS = typer.Option("--seeds", help="How many seeds of each combination: the scenario's own and those that follow.")
_DRAWS = typer.Option("--draws", help="How often keys with a distribution are drawn, all together.")
_METHOD = typer.Option("--method", metavar="sobol|latin-hypercube", help="How drawn values fill their space.")
_DRAW_SEED = typer.Option("--draw-seed", help="Seed of the draws.")
_FOLDER = typer.Option(
    "-o", "--output", metavar="DIR", help="Where rows are kept as they come; the same again goes on."
)
_WORKERS = typer.Option("--workers", help="Processes; default: one for each processor.")
_DASK = typer.Option("--dask", metavar="tcp://HOST:PORT", help="Run on the workers of a Dask scheduler.")
_DIR = typer.Argument(metavar="DIR", help="The folder of a sweep.")
_BY = typer.Option("--by", metavar="KEY,KEY", help="One or two keys; default: each that is varied.")
_FIGURE = typer.Option("--figure", metavar="NAME", help="Which figure; default: saving.")
_CSV = typer.Option("-o", "--output", metavar="FILE.csv", help="Write all rows to this file.")
_JSON = typer.Option("--json", help="Print JSON and nothing else.")

#: The command that is meant where none is named.
_FIRST = "run"


class _Sweep(TyperGroup):
    """Lets a scenario stand where a command would."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the first command in front of what is none."""
        if args and args[0] not in self.commands and args[0] not in ("-h", "--help"):
            args = [_FIRST, *args]
        return super().parse_args(ctx, args)


sweep = typer.Typer(
    cls=_Sweep,
    help="Run a scenario with many values and seeds, and look at what came out: `jiran sweep SCENARIO --vary ... -o DIR`, "
    "then `jiran sweep show DIR`.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)


@sweep.command(_FIRST)
def _run(
    scenario: Annotated[str, _SCENARIO],
    output: Annotated[Path, _FOLDER],
    vary: Annotated[list[str] | None, _VARY] = None,
    changes: Annotated[list[str] | None, _CHANGES] = None,
    seeds: Annotated[int, _SEEDS] = 1,
    draws: Annotated[int, _DRAWS] = 0,
    method: Annotated[str, _METHOD] = "sobol",
    draw_seed: Annotated[int, _DRAW_SEED] = 0,
    workers: Annotated[int | None, _WORKERS] = None,
    dask: Annotated[str | None, _DASK] = None,
    *,
    json: Annotated[bool, _JSON] = False,
) -> None:
    """Run a scenario with all combinations of values and seeds; Ctrl-C keeps what is done, and the same again goes on.

    Example: `jiran sweep paper --vary market.fraction=0.5:0.9:0.1 --vary battery.capacity_kwh=0,20,40 --seeds 50 -o out`
    """
    import jiran  # noqa: PLC0415  loads numba
    from jiran.cli.changes import changes_of  # noqa: PLC0415
    from jiran.cli.progress import progress  # noqa: PLC0415
    from jiran.cli.signals import interruptible  # noqa: PLC0415
    from jiran.judge.sweep import Folder, axis_of  # noqa: PLC0415
    from jiran.judge.sweep.answers import totals  # noqa: PLC0415
    from jiran.judge.sweep.run import grown, plan, run  # noqa: PLC0415
    from jiran.saving.formats import json_text  # noqa: PLC0415

    chosen = jiran.load_scenario(scenario, changes_of(changes))
    axes = [axis_of(key, text) for key, text in (_split(one) for one in vary or ())]
    planned = plan(chosen, axes, seeds=seeds, draws=draws, method=method, draw_seed=draw_seed)
    folder = Folder(output)
    planned = grown(planned, folder)
    _announce(planned, folder, workers)
    try:
        with interruptible(), progress("Sweeping") as report:
            run(planned, folder, workers=workers, dask=dask, progress=report)
    except KeyboardInterrupt:
        done = len(folder.known())
        console(stderr=True).print(
            f"Stopped: {done:,} of {planned.many:,} points are done and kept in {output}; the same command goes on.",
            style="yellow", soft_wrap=True,
        )  # fmt: skip
        raise
    found = totals(folder.rows(), folder.many())
    if json:
        typer.echo(json_text({"folder": str(output), "points": found.points, "faults": dict(found.faults)}))
    else:
        _print_totals(found)
        console().print(f"Look at it with: jiran sweep show {output}", soft_wrap=True)


def _split(text: str) -> tuple[str, str]:
    key, sign, values = text.partition("=")
    if not sign or not key.strip():
        raise JiranError(f"--vary {text}: must be key=values, as in market.fraction=0.5:0.9:0.1")
    return key.strip(), values


def _announce(planned: Planned, folder: Any, workers: int | None) -> None:
    """Say before it starts how many points there are, how many are there already, and what the rest needs."""
    import os  # noqa: PLC0415

    from jiran.judge.sweep.points import points  # noqa: PLC0415
    from jiran.judge.sweep.run import missing  # noqa: PLC0415
    from jiran.words import counted  # noqa: PLC0415

    screen = console(stderr=True)
    left = len(missing(list(points(planned.found, planned.seeds)), folder))
    there = f", {planned.many - left:,} of them there already" if left < planned.many else ""
    screen.print(
        f"{counted(planned.many, 'point')}{there}. What is left needs {planned.need(left, workers or os.cpu_count() or 1)}.",
        soft_wrap=True,
    )
    if planned.refused:
        fault = next(one.fault for one in planned.found if one.scenario is None)
        screen.print(
            f"Warning: {counted(planned.refused, 'point')} cannot be run, as {fault}.", style="yellow", soft_wrap=True
        )


@sweep.command("show")
def _show(
    folder: Annotated[Path, _DIR],
    by: Annotated[str | None, _BY] = None,
    figure: Annotated[str, _FIGURE] = "saving",
    output: Annotated[Path | None, _CSV] = None,
    *,
    json: Annotated[bool, _JSON] = False,
) -> None:
    """Say what a sweep answers: a figure by what was varied, what matters most, where nobody loses; also while it runs.

    Example: `jiran sweep show out --by market.fraction --figure home_saving_worst`
    """
    from jiran.judge.sweep import Folder, answers  # noqa: PLC0415
    from jiran.saving.formats import csv_bytes, json_text  # noqa: PLC0415

    place = Folder(folder)
    rows = place.rows()
    keys = [part.strip() for part in by.split(",")] if by else []
    if len(keys) > 2:
        raise JiranError(f"--by {by}: must be one key or two")
    answers.check(rows, keys, [figure])
    if output is not None:
        if output.suffix != ".csv":
            raise JiranError(f"{output}: the name of the file must end in .csv")
        save_file(output, csv_bytes(rows.collect()))
    asked = [keys] if keys else [[key] for key in answers.varied(rows)] or [[]]
    tables = [answers.bands(rows, one, figure) for one in asked]
    found, weights = answers.totals(rows, place.many()), answers.matters(rows, figure)
    good, best = answers.nobody_loses(rows), answers.frontier(rows)
    if json:
        typer.echo(json_text({
            "points": found.points, "done": found.done, "faults": dict(found.faults), "figure": figure,
            "tables": [{"by": one, "rows": table.to_dicts()} for one, table in zip(asked, tables, strict=True)],
            "matters": [{"key": one.key, "alone": one.alone, "together": one.together} for one in weights],
            "nobody_loses": good, "frontier": best.to_dicts(),
        }))  # fmt: skip
        return
    _print_totals(found)
    for one, table in zip(asked, tables, strict=True):
        _print_table(table, one, figure)
    _print_answers(weights, good, best, figure)


def _print_totals(found: Totals) -> None:
    from jiran.words import counted  # noqa: PLC0415

    screen = console()
    screen.print(
        f"{counted(found.points, 'point')}, all done." if found.done == found.points
        else f"{found.done:,} of {counted(found.points, 'point')} are done.", style="bold",
    )  # fmt: skip
    for fault, many in found.faults[:5]:
        screen.print(f"{counted(many, 'point')} could not be run: {fault}", style="yellow", soft_wrap=True)


def _print_table(table: pl.DataFrame, keys: list[str], figure: str) -> None:
    from jiran.result.figures import KPIS  # noqa: PLC0415
    from jiran.words import number  # noqa: PLC0415

    known, form = KPIS[figure], KPIS[figure].form
    unit = f", {form.unit}" if form.unit else ""
    shown = Table(
        title=f"{known.label}{unit}, by {' and '.join(keys)}" if keys else f"{known.label}{unit}",
        box=SIMPLE_HEAD,
        title_justify="left",
    )
    for name in table.columns:
        heading = {"low": "5 % below", "high": "5 % above"}.get(name, name)
        shown.add_column(heading, justify="left" if name in keys and not table[name].dtype.is_numeric() else "right")
    for row in table.iter_rows(named=True):
        cells = [
            f"{value:,}" if name == "points" else form.write(value) if name in ("mean", "low", "high")
            else number(value) if isinstance(value, float) else str(value)
            for name, value in row.items()
        ]  # fmt: skip
        shown.add_row(*cells)
    console().print(shown)


def _print_answers(weights: Any, good: float | None, best: pl.DataFrame, figure: str) -> None:
    from jiran.result.figures import KPIS  # noqa: PLC0415

    screen, label = console(), KPIS[figure].label
    if weights:
        parts = [f"{'chance (the seed)' if one.key == 'seed' else one.key} {one.alone:.0%}" for one in weights]
        screen.print(f"What differs in {label.lower()} comes from: {', '.join(parts)}.", soft_wrap=True)
    if good is not None:
        screen.print(f"Homes trade and none of them loses by it in {good:.1%} of the points.", soft_wrap=True)
    if best.height > 1:
        screen.print(
            f"{best.height:,} choices are beaten by no other in both cost and what the home saves that gains least:"
        )
        keys = [name for name in best.columns if name not in ("points", "cost", "home_saving_worst")]
        shown = Table(box=SIMPLE_HEAD)
        for name in best.columns:
            shown.add_column(
                {"cost": KPIS["cost"].label, "home_saving_worst": KPIS["home_saving_worst"].label}.get(name, name),
                justify="right",
            )
        for row in best.head(20).iter_rows(named=True):
            shown.add_row(*(
                f"{row[name]}" if name in keys else f"{row[name]:,}" if name == "points" else KPIS[name].form.write(row[name])
                for name in best.columns
            ))  # fmt: skip
        screen.print(shown)
