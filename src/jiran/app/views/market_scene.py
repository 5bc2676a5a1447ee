"""What the stations of the market's walk share: what it is about, and the size of tables and pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from jiran.explain.step.outcome import Outcome
    from jiran.explain.step.run_step import RunStep
    from jiran.result.result import Result

#: Rows of a table that teaches.
MOST_ROWS = 20
#: Height of the pictures, the same at all stations, pixels.
HEIGHT = 430


@dataclass(frozen=True)
class Scene:
    """What the walk is about.

    Attributes:
        outcome: The cleared book.
        result: The run it is a step of, or None.
        step: That step, or None.
        own: Whether the run itself was cleared like this.
    """

    outcome: Outcome
    result: Result | None = None
    step: RunStep | None = None
    own: bool = False


def more(rows: int, shown: int, what: str) -> None:
    """Say how many rows are not shown."""
    if rows > shown:
        st.caption(f"… and {rows - shown:,} more {what}.")


def table_height(rows: int) -> int:
    """Return how high a table of so many rows is, pixels; longer ones scroll."""
    return 38 + 35 * min(rows, 12)
