"""What the viewer looks at in the Street: a home or all of it, an hour, a tab, a block of homes; as the link names them.

The link's own texts are what is remembered, and they are read against the run that is shown: what this run does not have
falls back to what is shown at first, and comes back with a run that has it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from jiran.app.charts.base import Window
from jiran.app.charts.blocks import Block
from jiran.explain.step.run_step import busiest_step
from jiran.homes.timeline import DAY_S

if TYPE_CHECKING:
    from jiran.homes.timeline import Timeline
    from jiran.result.result import Result

#: Tabs of the side panel as links name them, and what they are called.
TABS = {"street": "Whole street", "home": "This home", "market": "This hour's market"}
#: What may be open in the tab of the whole street, as links name it.
KEYS = ("home", "hour", "tab", "block", "open")
_FIRST_TAB = "street"


@dataclass(frozen=True)
class Selection:
    """What is looked at.

    Attributes:
        step: The hour: a step of the run.
        home: Name of the home; None = the whole street.
        tab: Which tab of the side panel is open, a key of `TABS`.
        block: Block of homes that is open on the map of a big street; None = none.
    """

    step: int
    home: str | None = None
    tab: str = _FIRST_TAB
    block: Block | None = None


def read(texts: dict[str, str], result: Result) -> Selection:
    """Return what a link looks at, in a run.

    Args:
        texts: Of the link, by the names of `KEYS`; any may be missing.
        result: The run.
    """
    step = _step(texts.get("hour", ""), result.timeline)
    home, tab = texts.get("home"), texts.get("tab", _FIRST_TAB)
    return Selection(
        first_step(result) if step is None else step,
        home if home in result.community.ids else None,
        tab if tab in TABS else _FIRST_TAB,
        Block.read(texts.get("block", ""), result.community.size),
    )


def hour_text(timeline: Timeline, step: int) -> str:
    """Return how a link names a step: by the clock on the wall, or where the clock shows it twice by universal time."""
    local = timeline.local_s[step]
    twice = int(np.count_nonzero(timeline.local_s[max(0, step - 300) : step + 300] == local)) > 1
    instant = dt.datetime.fromtimestamp(int(timeline.utc_s[step] if twice else local), dt.UTC)
    return f"{instant:%Y-%m-%dT%H:%M}{'Z' if twice else ''}"


def _step(text: str, timeline: Timeline) -> int | None:
    """Return the step that an hour of a link lies in; None if the run has none, or the text is no hour."""
    try:
        instant = dt.datetime.fromisoformat(text)
        wanted_s = (instant if instant.tzinfo else instant.replace(tzinfo=ZoneInfo(timeline.zone))).timestamp()
    except (ValueError, OverflowError):
        return None
    step = int(np.searchsorted(timeline.utc_s, wanted_s, side="right")) - 1
    inside = step >= 0 and wanted_s < timeline.utc_s[-1] + 60 * timeline.step_minutes
    return step if inside else None


def first_step(result: Result) -> int:
    """Return the step that is shown at first: the busiest of the first whole day, which is the second of several."""
    day = result.timeline.day
    start = int(np.searchsorted(day, min(1, int(day[-1]))))
    window = day_of(result.timeline, start)
    return busiest_step(result, window.first, window.last)


def day_of(timeline: Timeline, step: int) -> Window:
    """Return the steps of the calendar day on which a step starts."""
    return Window(*_bounds(timeline.local_s // DAY_S, step))


def _bounds(day: np.typing.NDArray[np.int64], step: int) -> tuple[int, int]:
    return int(np.searchsorted(day, day[step])), int(np.searchsorted(day, day[step], side="right"))


def dates(timeline: Timeline) -> list[dt.date]:
    """Return the calendar days on which steps start."""
    return [dt.date(1970, 1, 1) + dt.timedelta(days=int(day)) for day in np.unique(timeline.local_s // DAY_S)]


def on_day(result: Result, day: dt.date, step: int) -> int:
    """Return the step of another day at the same time of the clock, or the nearest that this day has."""
    clock_s = int(result.timeline.local_s[step] % DAY_S)
    start = int(np.searchsorted(result.timeline.local_s // DAY_S, (day - dt.date(1970, 1, 1)).days))
    window = day_of(result.timeline, start)
    there = result.timeline.local_s[window.first : window.last] % DAY_S
    return window.first + int(np.abs(there - clock_s).argmin())
