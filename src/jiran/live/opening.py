"""Open a live street: its scenario, meters, store and ledger brought together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from jiran.homes.community import modelled_community
from jiran.homes.timeline import timeline
from jiran.live import store as stores
from jiran.live.calendar import even_start
from jiran.live.meters import Meter, meters_of
from jiran.live.rules import MINUTE_MS, Rules
from jiran.live.street import Street
from jiran.simulation.setting import prepare

if TYPE_CHECKING:
    from jiran.live.runs import Book
    from jiran.scenario import Scenario


class Span(NamedTuple):
    """From when to when a street runs.

    Attributes:
        first_ms: Start of its first step, ms.
        end_ms: End of its last step, ms; None: it goes on.
    """

    first_ms: int
    end_ms: int | None


def homes_of(scenario: Scenario) -> Sequence[str]:
    """Return the names of a scenario's homes; files of meter data are read for them."""
    return modelled_community(scenario).ids if scenario.homes.data is None else prepare(scenario).community.ids


def lasting(scenario: Scenario, days: int | None) -> Scenario:
    """Return a scenario with so many days of steps; None: as many as it has."""
    return scenario if days is None else scenario.model_copy(update={"steps": days * 1_440 // scenario.step_minutes})


def played_span(scenario: Scenario) -> Span:
    """Return the time of a scenario that is played."""
    steps = timeline(scenario).utc_s
    return Span(int(steps[0]) * 1_000, int(steps[-1]) * 1_000 + scenario.step_minutes * MINUTE_MS)


def real_span(scenario: Scenario, now_ms: int) -> Span:
    """Return the time of a street of real meters: from its next step on."""
    return Span(even_start(now_ms, scenario.step_minutes, scenario.time_zone), None)


@contextmanager
def street_in(
    folder: Path, scenario: Scenario, span: Span, *, meters: Path | None = None, dialect: str | None = None,
    rules: Rules | None = None, book: Book | None = None,
) -> Iterator[Street]:  # fmt: skip
    """Open the street of a folder, or begin one there.

    Raises:
        JiranError: The folder cannot be used or holds another street, or the table of meters is not right.
    """
    found: dict[str, Meter] = meters_of(homes_of(scenario), meters, dialect)
    with stores.opened(folder) as store:
        yield Street(scenario, found, store, span.first_ms, rules, book, span.end_ms)
