"""`jiran train`: learn a policy, and show it beside own use, planning and the optimum."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jiran.cli.changes import changes_of
from jiran.cli.options import SCENARIO
from jiran.cli.printing import console
from jiran.cli.progress import progress
from jiran.errors import JiranError

if TYPE_CHECKING:
    from jiran.learn.task import Who
    from jiran.learn.train import Trained

_OUTPUT = typer.Option("-o", "--output", metavar="POLICY.toml", help="Write the policy to this file.")
_CHANGES = typer.Option("--set", metavar="KEY=VALUE", help="Replace a value, as steps=672; can be repeated.")
_STORES = typer.Option(
    "--stores", metavar="home_battery|battery", help="Whose; default: batteries in homes if there are any, or else the community's."
)  # fmt: skip
_SECONDS = typer.Option(min=0.1, max=86_400, help="For how long it learns.")
_GENERATIONS = typer.Option(min=1, max=100_000, help="Learn for so many generations instead, whatever it takes.")
_SEED = typer.Option(min=0, help="Seed of the search: the same one with the same generations finds the same policy.")
_JSON = typer.Option("--json", help="Print what was found as JSON and nothing else.")
_LONGEST_CURVE = 12


def train_command(
    scenario: Annotated[str, SCENARIO],
    output: Annotated[Path, _OUTPUT],
    changes: Annotated[list[str] | None, _CHANGES] = None,
    stores: Annotated[str | None, _STORES] = None,
    seconds: Annotated[float, _SECONDS] = 20.0,
    generations: Annotated[int | None, _GENERATIONS] = None,
    seed: Annotated[int, _SEED] = 1,
    *,
    json: Annotated[bool, _JSON] = False,
) -> None:
    """Learn what stored energy is worth from the first days of a scenario, and try it on the later ones.

    Example: `jiran train home-batteries --seconds 10 -o policy.toml`
    """
    import jiran  # noqa: PLC0415  see `jiran --help`
    from jiran.cli.comparing import refuse_other_file  # noqa: PLC0415  loads polars
    from jiran.learn.policy_file import policy_text  # noqa: PLC0415  loads numba
    from jiran.learn.task import task_of  # noqa: PLC0415
    from jiran.learn.train import train  # noqa: PLC0415
    from jiran.saving import refuse_file, save_file  # noqa: PLC0415
    from jiran.saving.formats import json_text  # noqa: PLC0415  loads polars

    if output.suffix != ".toml":
        raise JiranError(f"{output}: the name of a policy's file must end in .toml")
    refuse_file(output, [Path(scenario)])
    _refuse_other(output, refuse_other_file)
    chosen = jiran.load_scenario(scenario, changes_of(changes))
    with progress("Learning") as report:
        task = task_of(chosen, who_of(stores))
        found = train(
            task, seconds=None if generations else seconds, generations=generations, seed=seed, progress=report
        )
    save_file(output, policy_text(found.weights, found).encode())
    if json:
        typer.echo(json_text(as_data(found)))
    else:
        _print(found)
    console(stderr=json).print(
        f'{output} is written; use it with: --set {task.who}.controller="{output}"', soft_wrap=True, markup=False
    )


def _refuse_other(output: Path, refuse: Any) -> None:
    """Refuse to replace a file that is no policy."""
    if output.is_file() and output.stat().st_size and not output.read_bytes()[:200].startswith(b'kind = "jiran policy'):
        refuse(output, "policy")


def who_of(stores: str | None) -> Who | None:
    """Return whose stores are meant.

    Raises:
        JiranError: There are no such ones.
    """
    if stores is None:
        return None
    if stores == "home_battery":
        return "home_battery"
    if stores == "battery":
        return "battery"
    raise JiranError(f"--stores {stores}: must be home_battery or battery")


def as_data(found: Trained) -> dict[str, Any]:
    """Return what was learned and how it did, as data."""
    return {
        "stores": found.task.who,
        "seed": found.seed,
        "episodes": found.episodes,
        "first_cost": found.greedy_cost,
        "curve": list(found.curve),
        "trial": {name: one.amounts for name, one in found.trials.items()},
        "optimum_cost": found.optimum_cost,
    }


def _print(found: Trained) -> None:
    """Print the learning curve, and the later days under each controller."""
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from jiran.learn.words import verdict  # noqa: PLC0415  loads numba
    from jiran.words import counted  # noqa: PLC0415

    screen, task = console(), found.task
    day = task.way.day
    later = (task.setting.timeline.steps - task.cut) // day
    screen.print(
        f"{task.scenario.name}: learned from the first {task.cut // day} days, tried on the next {later}", style="bold"
    )
    for sentence in verdict(found.trials):
        screen.print(sentence, soft_wrap=True)
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    headings = (
        "Run by",
        "By own meters",
        "Less rest, with wear",
        "Street pays the grid",
        "Of the optimum",
        "Left in stores, kWh",
    )
    for heading in headings:
        table.add_column(heading, justify="right" if heading != "Run by" else "left", no_wrap=heading == "Run by")
    for name, one in found.trials.items():
        share = "-" if one.share is None else f"{100.0 * one.share:.1f}%"
        money = (f"{cost:,.2f}" for cost in (one.own_cost, one.net_cost, one.cost))
        table.add_row(name, *money, share, f"{one.stored_end_kwh:,.1f}")
    if found.optimum_cost is not None:
        table.add_row("optimum (bound)", "", "", f"{found.optimum_cost:,.2f}", "100.0%", "")
    screen.print(table)
    screen.print("Held against each other by own meters with wear, less what is left in the stores, which is worth what the grid pays "
                 "for it on average.", style="dim", soft_wrap=True)  # fmt: skip
    every = max(1, -(-len(found.curve) // _LONGEST_CURVE))
    shown = [found.greedy_cost, *found.curve[every - 1 :: every]]
    screen.print(f"Learning curve, {counted(len(found.curve), 'generation')}, {found.episodes:,} times those days: "
                 f"{', '.join(f'{cost:,.2f}' for cost in shown)} {task.scenario.currency}", style="dim", soft_wrap=True)  # fmt: skip
