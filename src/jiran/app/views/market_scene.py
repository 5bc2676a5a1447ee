"""What the stations of the market's walk share: what it is about, and the size of tables and pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from jiran.explain.step.outcome import Outcome
    from jiran.explain.step.run_step import RunStep
    from jiran.result.result import Result

#: Rows of a table that teaches.
MOST_ROWS = 20
#: Height of the pictures, the same at all stations, pixels.
HEIGHT = 340


@dataclass(frozen=True)
class Scene:
    """What the walk is about.

    Attributes:
        outcome: The cleared book.
        result: The run it is a step of, or None.
        step: That step, or None.
        own: Whether the run itself was cleared like this.
        home: Name of the home that is looked at, or None.
    """

    outcome: Outcome
    result: Result | None = None
    step: RunStep | None = None
    own: bool = False
    home: str | None = None


def side_by_side() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Return two places: beside each other where there is room, else one below the other."""
    with st.grid(2, min_column_width=360, gap="medium"):
        return st.container(), st.container()


def more(rows: int, shown: int, what: str) -> None:
    """Say how many rows are not shown."""
    if rows > shown:
        st.caption(f"… and {rows - shown:,} more {what}.")


def table_height(rows: int) -> int:
    """Return how high a table of so many rows is, pixels; longer ones scroll."""
    return 38 + 35 * min(rows, 12)
