"""`jiran sweep`: thousands of runs of a scenario that is varied, and what they answer."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from jiran.cli.ending import Once
from jiran.cli.options import CHANGES, SCENARIO
from jiran.cli.printing import console
from jiran.errors import JiranError
from jiran.saving import save_file

if TYPE_CHECKING:
    from polars import DataFrame

    from jiran.judge.sweep import Folder
    from jiran.judge.sweep.answers import Answers
    from jiran.judge.sweep.run import Planned

_VARY = typer.Option(
    "--vary", metavar="KEY=VALUES",
    help="What a key takes: FIRST:LAST:STEP (LAST included), values with commas, or uniform(A, B), normal(MEAN, DEVIATION), "
    "triangular(A, MODE, B), loguniform(A, B), lognormal(MEDIAN, SIGMA); can be repeated.",
)  # fmt: skip
_SEEDS = typer.Option("--seeds", help="How many seeds of each combination: the scenario's own and those that follow.")
_DRAWS = typer.Option("--draws", help="How often keys with a distribution are drawn, all together.")
_STREETS = typer.Option(
    "--streets", help="Of a study, such as malaysia-streets: how many streets are drawn; default 900."
)
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
_FILE = typer.Option(
    "-o", "--output", metavar="FILE", help="Write a page with tables and pictures (.html), or all rows (.csv)."
)
_JSON = typer.Option("--json", help="Print JSON and nothing else.")

#: The command that is meant where none is named.
_FIRST = "run"
#: Streets of a study: with all that is asked of each about 10,000 points.
_STREETS_DRAWN = 900
#: So many kinds of faults are told.
_MOST_FAULTS = 5


class _Sweep(Once):
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
    scenario: Annotated[str, SCENARIO],
    output: Annotated[Path, _FOLDER],
    vary: Annotated[list[str] | None, _VARY] = None,
    changes: Annotated[list[str] | None, CHANGES] = None,
    seeds: Annotated[int, _SEEDS] = 1,
    draws: Annotated[int, _DRAWS] = 0,
    method: Annotated[str, _METHOD] = "sobol",
    draw_seed: Annotated[int, _DRAW_SEED] = 0,
    streets: Annotated[int | None, _STREETS] = None,
    workers: Annotated[int | None, _WORKERS] = None,
    dask: Annotated[str | None, _DASK] = None,
    *,
    json: Annotated[bool, _JSON] = False,
) -> None:
    """Run a scenario with all combinations of values and seeds, or a study (malaysia-streets); Ctrl-C keeps what is done, and the same again goes on.

    Example: `jiran sweep paper --vary market.fraction=0.5:0.9:0.1 --vary battery.capacity_kwh=0,20,40 --seeds 50 -o out`
    """
    from jiran.cli.announce import announce_silent  # noqa: PLC0415  loads numba
    from jiran.cli.changes import changes_of  # noqa: PLC0415
    from jiran.cli.progress import progress  # noqa: PLC0415
    from jiran.cli.signals import at_pauses  # noqa: PLC0415
    from jiran.judge.sweep import Folder, engines  # noqa: PLC0415
    from jiran.judge.sweep.answers import totals  # noqa: PLC0415
    from jiran.judge.sweep.on_dask import page_of  # noqa: PLC0415
    from jiran.judge.sweep.run import done, fill, grown  # noqa: PLC0415
    from jiran.saving.formats import json_text  # noqa: PLC0415
    from jiran.words import counted  # noqa: PLC0415

    asked = {"--vary": vary, "--set": changes, "--seeds": seeds > 1, "--draws": draws}
    planned = _study(scenario, streets, asked)
    if planned is None:
        planned = _planned(scenario, vary, changes, seeds=seeds, draws=draws, method=method, draw_seed=draw_seed)
    folder = Folder(output)
    planned = grown(planned, folder)
    _announce(planned, folder, None if dask else engines.many(workers))
    if "study" not in planned.asked:
        announce_silent(
            (*changes_of(changes), *planned.asked["vary"]),
            [one.scenario for one in planned.found if one.scenario is not None],
        )
    if dask is not None and (page := page_of(dask)) is not None:
        console(stderr=True).print(f"Dask shows its workers at {page}", soft_wrap=True)
    try:
        with progress("Sweeping") as report, at_pauses() as pause:

            def tell(share: float) -> None:
                pause()
                report(share)

            fill(planned, folder, workers=workers, dask=dask, progress=tell)
    except KeyboardInterrupt:
        kept = done(planned.points, folder)
        console(stderr=True).print(
            f"Stopped: {kept:,} of {planned.many:,} points are done and kept in {output}; the same command goes on.",
            style="yellow", soft_wrap=True,
        )  # fmt: skip
        raise
    found = totals(folder.rows(ordered=False), folder.many())
    if json:
        typer.echo(json_text({"folder": str(output), "points": found.points, "faults": dict(found.faults)}))
        return
    console().print(f"{counted(found.done, 'point')} in {output}.", style="bold", soft_wrap=True)
    for fault, many in found.faults[:_MOST_FAULTS]:
        console().print(f"{counted(many, 'point')} could not be run: {fault}", style="yellow", soft_wrap=True)
    console().print(f"Look at it with: jiran sweep show {shlex.quote(str(output))}", soft_wrap=True)


def _planned(scenario: str, vary: list[str] | None, changes: list[str] | None, **asked: Any) -> Planned:
    """Return a sweep of a scenario before it starts."""
    import jiran  # noqa: PLC0415  loads numba
    from jiran.cli.changes import changes_of  # noqa: PLC0415
    from jiran.judge.sweep import axis_of  # noqa: PLC0415
    from jiran.judge.sweep.run import plan  # noqa: PLC0415

    axes = [axis_of(key, text) for key, text in (_split(one) for one in vary or ())]
    return plan(jiran.load_scenario(scenario, changes_of(changes)), axes, **asked)


def _study(name: str, streets: int | None, others: dict[str, Any]) -> Planned | None:
    """Return a study before it starts; None if it is a scenario.

    Raises:
        JiranError: An option does not go with it.
    """
    from jiran.judge.sweep.streets import studies  # noqa: PLC0415  loads numba
    from jiran.judge.sweep.study import plan_study  # noqa: PLC0415

    if name not in studies():
        if streets is not None:
            raise JiranError(f"--streets {streets}: goes with a study, one of {', '.join(studies())}")
        return None
    for option, value in others.items():
        if value:
            raise JiranError(f"{option}: does not go with {name}, whose file says what is varied; only --streets does")
    return plan_study(name, _STREETS_DRAWN if streets is None else streets)


def _split(text: str) -> tuple[str, str]:
    key, sign, values = text.partition("=")
    if not sign or not key.strip():
        raise JiranError(f"--vary {text}: must be key=values, as in market.fraction=0.5:0.9:0.1")
    return key.strip(), values


def _announce(planned: Planned, folder: Folder, workers: int | None) -> None:
    """Say before it starts how many points there are, how many are there already, and what the rest needs on this machine."""
    from jiran.judge.sweep.run import done  # noqa: PLC0415  loads numba
    from jiran.words import counted  # noqa: PLC0415

    screen = console(stderr=True)
    there_already = done(planned.points, folder)
    left = planned.many - there_already
    there = f", {there_already:,} of them there already" if there_already else ""
    needs = f" What is left needs {planned.need(left, workers)}." if left and workers else ""
    screen.print(f"{counted(planned.many, 'point')}{there}.{needs}", soft_wrap=True)
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
    output: Annotated[Path | None, _FILE] = None,
    *,
    json: Annotated[bool, _JSON] = False,
) -> None:
    """Say what a sweep answers: a figure by what was varied, what matters most, where nobody loses; also while it runs.

    Example: `jiran sweep show out --by market.fraction --figure home_saving_worst -o page.html`
    """
    from jiran.judge.sweep import Folder  # noqa: PLC0415  loads numba
    from jiran.judge.sweep.answers import answers  # noqa: PLC0415
    from jiran.saving.formats import json_text  # noqa: PLC0415

    keys = [part.strip() for part in by.split(",")] if by else []
    if len(keys) != len(set(keys)) or len(keys) > 2:
        raise JiranError(f"--by {by}: must be one key, or two different ones with a comma")
    studied = not keys and bool((Folder(folder).asked() or {}).get("study"))
    _check_file(output, *([".svg"] if studied else []))
    if studied:
        _show_study(Folder(folder), output, json=json)
        return
    found = answers(Folder(folder), figure, keys)
    if output is not None:
        _write(found, Folder(folder), output)
    if json:
        typer.echo(json_text(_as_data(found)))
        return
    _print_answers(found)
    if output is not None:
        console(stderr=True).print(f"Written: {output}", style="dim", soft_wrap=True)


def _check_file(file: Path | None, *others: str) -> None:
    """Refuse, before anything is read, a file whose kind is unknown, or one that is there and is none of ours.

    Raises:
        JiranError: Nothing would be written there.
    """
    from jiran.cli.comparing import refuse_other_file  # noqa: PLC0415  loads numba

    if file is None:
        return
    if file.suffix not in (".csv", ".html", *others):
        raise JiranError(f"{file}: the name of the file must end in .csv or .html")
    if file.suffix == ".svg":
        return
    refuse_other_file(file, "sweep's file" if file.suffix == ".csv" else "page of jiran")


def _write(found: Answers, folder: Folder, file: Path) -> None:
    """Write all rows, or a page."""
    from jiran.report.sweep import page  # noqa: PLC0415  loads numba
    from jiran.saving.formats import csv_bytes  # noqa: PLC0415

    save_file(file, page(found).encode() if file.suffix == ".html" else csv_bytes(_rows(folder)))


def _rows(folder: Folder) -> DataFrame:
    return folder.steady(lambda: folder.rows().collect())


def _show_study(folder: Folder, output: Path | None, *, json: bool) -> None:
    """Say in which streets of a study sharing pays."""
    from jiran.judge.sweep.national import tables, without_seller  # noqa: PLC0415
    from jiran.report.sweep.national import alone, page, say, shown  # noqa: PLC0415
    from jiran.saving.formats import csv_bytes, json_text  # noqa: PLC0415

    asked, found = folder.asked() or {}, tables(folder)
    if output is not None:
        texts = {".html": page, ".svg": alone}
        made = texts.get(output.suffix)
        save_file(output, csv_bytes(_rows(folder)) if made is None else made(folder).encode())
    if json:
        data = {"by": [{"by": list(keys), "rows": rows.to_dicts()} for keys, rows in found.items()]}
        typer.echo(json_text({"without_seller": [one._asdict() for one in without_seller(asked)], **data}))
        return
    screen = console()
    for sentence in say(folder):
        screen.print(str(sentence), style="bold" if sentence.form == "study.without" else None)
    for keys, rows in found.items():
        drawn = Table(title=f"Streets with a seller, by {', '.join(keys)}", box=SIMPLE_HEAD, title_justify="left")
        for name in rows.columns:
            drawn.add_column(name, justify="left" if name in keys else "right")
        for row in shown(rows):
            drawn.add_row(*row)
        screen.print(drawn)


def _as_data(found: Answers) -> dict[str, Any]:
    """Return answers as plain data, for other programs."""
    good = found.unharmed
    return {
        "points": found.totals.points,
        "done": found.totals.done,
        "faults": dict(found.totals.faults),
        "figure": found.figure,
        "tables": [{"by": list(keys), "rows": table.to_dicts()} for keys, table in found.tables.items()],
        "matters": [one._asdict() for one in found.weights],
        "nobody_loses": good.nobody / good.points if good.points else None,
        "trading": good.trading / good.points if good.points else None,
        "frontier": found.frontier.to_dicts(),
    }


def _print_answers(found: Answers) -> None:
    """Print what a sweep says, then its tables."""
    from jiran.report.sweep import say  # noqa: PLC0415  loads numba
    from jiran.report.sweep.page import NOWHERE, cells, title  # noqa: PLC0415

    screen = console()
    first, *rest = say(found)
    screen.print(first.text, style="bold", soft_wrap=True)
    for sentence in rest:
        screen.print(f"- {sentence.text}", soft_wrap=True, style="yellow" if sentence.form == "sweep.faults" else None)
    for keys, table in found.tables.items():
        if not table["points"].sum():
            screen.print(f"{title(found, keys)}: {NOWHERE}", soft_wrap=True)
            continue
        head, rows = cells(found, table)
        shown = Table(title=title(found, keys), box=SIMPLE_HEAD, title_justify="left")
        for name, heading in zip(table.columns, head, strict=True):
            words = name in keys and not table[name].dtype.is_numeric()
            shown.add_column(heading, justify="left" if words else "right")
        for row in rows:
            shown.add_row(*row)
        screen.print(shown)
