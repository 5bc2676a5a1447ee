"""Small sweeps, kept for all viewers while there is room; large ones are for the command line."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from jiran.app.memory import Kept
from jiran.app.runs import KEPT_SWEEPS, changed_at
from jiran.app.state.finished import worked_out
from jiran.app.state.session import base
from jiran.errors import JiranError
from jiran.judge.sweep import Folder, Listed, axis_of
from jiran.judge.sweep.answers import answers
from jiran.judge.sweep.run import plan, run
from jiran.words import counted

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import polars as pl

    from jiran.judge.sweep.answers import Answers
    from jiran.judge.sweep.run import Planned
    from jiran.scenario import Scenario

#: A sweep of the page has so many points at most.
_MOST_POINTS = 2_000


@st.cache_resource(show_spinner=False)
def _sweeps() -> Kept[tuple[Planned, pl.DataFrame]]:
    return Kept(KEPT_SWEEPS)


@st.cache_resource(show_spinner=False)
def _opened() -> Kept[Answers]:
    return Kept(KEPT_SWEEPS)


def swept(wanted: Scenario, vary: dict[str, str], seeds: int) -> tuple[Planned, pl.DataFrame]:
    """Return what a small sweep asked and its rows, from memory or by running it with a bar and a button that stops it.

    Args:
        wanted: The scenario that is varied.
        vary: Values by dotted key, as the command line takes them.
        seeds: How many seeds of each combination.

    Raises:
        JiranError: It cannot be run, or has too many points for the dashboard.
        NotRunError: It is large and was not asked for yet, or it was stopped.
    """
    key = f"sweep {seeds} {vary} {wanted.model_dump_json()} {changed_at(wanted)}"

    def sweep() -> tuple[Planned, pl.DataFrame]:
        many = seeds * math.prod(len(axis.values) for axis in _listed(vary))
        command = f"jiran sweep {base().link.get('preset', 'SCENARIO.toml')} --vary ... -o DIR"
        if many > _MOST_POINTS:
            raise JiranError(
                f"these are {many:,} points, and the dashboard runs {_MOST_POINTS:,} at most: take fewer, or use the "
                f"command line: {command}"
            )
        asked, what = plan(wanted, vary, seeds=seeds), counted(many, "point")
        work = partial(_run, asked)
        return asked, worked_out(key, f"This sweep of {what}", f"Running {what}", work, asked.need(many, 1), command)

    return _sweeps().get_or_make(key, sweep)


def swept_in(path: Path, figure: str) -> Answers:
    """Return what the folder of a sweep answers so far, from memory as long as none of its files changes.

    Args:
        path: The folder.
        figure: Name of a figure.

    Raises:
        JiranError: There is no sweep, or nothing of it yet.
    """
    folder = Folder(path)
    return _opened().get_or_make(f"{path} {figure} {folder.state()}", lambda: answers(folder, figure))


def _listed(vary: dict[str, str]) -> list[Listed]:
    """Return what keys take, all of it listed.

    Raises:
        JiranError: A key is drawn, or what it takes is no value.
    """
    found = []
    for axis in (axis_of(key, text) for key, text in vary.items()):
        if not isinstance(axis, Listed):
            raise JiranError(f"{axis.key}={axis.text}: values are drawn on the command line alone; list them here")
        found.append(axis)
    return found


def _run(asked: Planned, tell: Callable[[float], None]) -> pl.DataFrame:
    return run(asked, workers=1, progress=tell).table
