"""What `jiran data` prints: how files of meter data are understood, and the keys that pin this reading."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli_w
from rich.box import SIMPLE_HEAD
from rich.table import Table

from jiran.cli.printing import console
from jiran.explain.assumptions import untold
from jiran.explain.meters import no_plan
from jiran.homes.meter.look import Look, look
from jiran.homes.meter.street import with_street
from jiran.homes.meter.vocabulary import QUANTITIES
from jiran.saving import create_file
from jiran.scenario import MAX_HOME_STEPS, validate
from jiran.scenario.overrides import with_overrides
from jiran.words import counted, moment

if TYPE_CHECKING:
    from collections.abc import Callable

#: So many homes are printed; with --json all are.
_MOST = 20


def look_at(files: list[str], changes: dict[str, Any], report: Callable[[float], None]) -> tuple[Look, dict[str, Any]]:
    """Look at files, with what the command line says of them.

    Args:
        files: Their names, or patterns.
        changes: Dotted names and values: keys of homes.data, and others of the scenario.
        report: Told which part is done, 0 to 1.

    Returns:
        How they are understood, and the scenario that the command line began.

    Raises:
        JiranError: A file is not understood, or a key is not allowed.
    """
    begun = with_overrides(
        {"name": Path(files[0]).stem[:100] or "street", "homes": {"data": {"path": files[0], "also": files[1:]}}},
        changes,
    )
    scenario = validate(begun)
    source = scenario.homes.data
    assert source is not None  # noqa: S101  the overrides cannot take it away
    return look(source, zone=scenario.time_zone, progress=lambda done, of: report(done / of)), begun


def scenario_text(found: Look, begun: dict[str, Any], target: Path) -> str:
    """Return a scenario of the files as TOML; their paths start at its folder."""
    said = {name: value for name, value in begun.items() if name not in ("homes", "name")}
    text = tomli_w.dumps(_street(found, begun, _keys_beside(found, target)) | {"name": target.stem[:100]})
    told = untold(validate(_street(found, begun, found.keys)), said)
    return f"# {_capital(str(told))}.\n{text}" if told is not None else text


def _street(found: Look, begun: dict[str, Any], keys: dict[str, Any]) -> dict[str, Any]:
    """Return the scenario of the files; the prices that hold are written down, whoever gave them."""
    covered = found.covered
    said = {name: value for name, value in begun.items() if name not in ("homes", "name")}
    prices = validate(begun).grid.model_dump(include={"import_price", "export_price"}, exclude_none=True)
    street = {
        "name": begun["name"],
        "time_zone": found.zone,
        "start": covered.first,
        "steps": min(covered.steps, MAX_HOME_STEPS // max(len(covered.ids), 1)),
        "step_minutes": covered.step_minutes,
        **said,
        "grid": {**prices, **said.get("grid", {})},
    }
    return with_street(street, said, keys)


def _keys_beside(found: Look, target: Path) -> dict[str, Any]:
    """Return the keys of the files, whose paths start at the scenario's folder."""
    keys = {**found.keys, "path": _beside(found.keys["path"], target)}
    if found.keys.get("also"):
        keys["also"] = [_beside(name, target) for name in found.keys["also"]]
    return keys


def _beside(name: str, target: Path) -> str:
    return Path(os.path.relpath(name, target.parent)).as_posix() if not Path(name).is_absolute() else name


def write_scenario(found: Look, begun: dict[str, Any], target: Path) -> None:
    """Write a scenario of the files; never over a file."""
    create_file(target, scenario_text(found, begun, target).encode())


def assumed(found: Look, begun: dict[str, Any]) -> str:
    """Say what a scenario of the files takes for granted, without a stop; "" if its user said it all."""
    return str(untold(validate(_street(found, begun, found.keys)), begun) or "")


def print_look(found: Look, begun: dict[str, Any]) -> None:
    """Print how files are understood: suspicions first, and what files cannot tell at the end."""
    screen, covered = console(), found.covered
    named = f" ({found.recognised})" if found.recognised else ""
    screen.print(
        f"{counted(len(covered.ids), 'home')}, {moment(covered.first)} to {moment(covered.end)}, every "
        f"{covered.native_minutes:g} min; layout: {found.layout}{named}{_label(found)}",
        style="bold", soft_wrap=True,
    )  # fmt: skip
    for row in found.suspicions():
        screen.print(f"Look at this: {row['why']}.", style="yellow", soft_wrap=True)
    screen.print(_totals(found))
    for sentence in found.told():
        screen.print(f"{_capital(sentence)}.", soft_wrap=True)
    if (hidden := no_plan(found)) is not None:
        screen.print(f"{_capital(str(hidden))}.", style="yellow", soft_wrap=True)
    for row in found.left_out():
        screen.print(
            f"Left out: {row['what']} ({row['why']})." if row["why"] else f"Left out: {row['what']}.", soft_wrap=True
        )
    for row in found.filled()[:_MOST]:
        screen.print(f"Filled: {row['what']}: {row['why']}.", soft_wrap=True)
    if told := assumed(found, begun):
        screen.print(f"Not in the files: {told}.", style="yellow", soft_wrap=True)
    screen.print("\nThese keys read the files so, and of the files nothing is guessed with them:", style="dim")
    screen.print(tomli_w.dumps({"homes": {"data": found.keys}}), soft_wrap=True, markup=False, highlight=False)


def _label(found: Look) -> str:
    """Say what a time marks, where times are those of intervals."""
    label = found.keys.get("time_label")
    return f"; a time marks the {label} of its interval" if label else ""


def _capital(sentence: str) -> str:
    return f"{sentence[:1].upper()}{sentence[1:]}"


def _totals(found: Look) -> Table:
    table = Table(box=SIMPLE_HEAD)
    table.add_column("Home")
    shown = [name for name in QUANTITIES if any(sums[name] for sums in found.totals.values())] or ["load"]
    for name in shown:
        table.add_column(f"{name}, kWh", justify="right")
    for home, sums in list(found.totals.items())[:_MOST]:
        table.add_row(home, *(f"{sums[name]:,.3f}" for name in shown))
    if len(found.totals) > _MOST:
        table.add_row(f"... {len(found.totals) - _MOST:,} more", *("" for _ in shown))
    table.add_row("all", *(f"{sum(sums[name] for sums in found.totals.values()):,.3f}" for name in shown), style="bold")
    return table
