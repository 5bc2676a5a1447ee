"""Settle days as operators do: provisional the next day, final after a week by clearing again, then deviations alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from jiran.ledger.records import Day
from jiran.live.clearing import Cleared, Clearing, ledger_day
from jiran.live.differences import by_home, deviation, difference
from jiran.live.shares import amounts

if TYPE_CHECKING:
    from jiran.live.calendar import Calendar
    from jiran.live.rules import Rules
    from jiran.live.store import Row, Store

#: As each step was when it closed; the days' runs are numbered from 0.
AT_CLOSE = -1
PROVISIONAL, FINAL = 0, 1

#: Brings a settled day into a ledger; making the same again changes nothing.
Book = Callable[[Day], None]
#: Looks at the registers of some steps, by step.
Look = Callable[[Sequence[int]], "list[list[Row]]"]


class Runs:
    """The settlement runs of a street."""

    def __init__(
        self, store: Store, calendar: Calendar, rules: Rules, clearing: Clearing, look: Look, book: Book | None
    ) -> None:
        """Keep where days come from and where they go; without `book` there is no ledger."""
        self._store, self._calendar, self._rules = store, calendar, rules
        self._clearing, self._look, self._book = clearing, look, book

    def due(self, day: str, run: int) -> int:
        """Return when a day is settled, ms."""
        days = (self._rules.provisional_days, self._rules.final_days)[run]
        return self._calendar.at(day, days, self._rules.settled_hour)

    def settle(self, day: str, run: int, now_ms: int) -> Cleared:
        """Clear a day by what the registers say now, book it, and say what the run changed."""
        steps = self._calendar.steps_of(day)
        rows = self._frozen(run, steps)
        cleared = self._clearing.clear(day, steps, rows)
        said = self._changes(day, run, cleared, rows) if run > PROVISIONAL else []
        if self._book is not None:
            self._book(ledger_day(cleared, self._calendar))
        self._store.keep_run(day, run, now_ms, said)
        self._store.commit()
        return cleared

    def deviate(self, day: str, number: int, now_ms: int, since_ms: int) -> bool:
        """Settle what came to light of a final day at the grid's prices; tell whether there was anything.

        Args:
            day: Date.
            number: 2 for the first time, and so on: it counts on from the runs.
            now_ms: When.
            since_ms: When it was looked at last.
        """
        steps = self._calendar.steps_of(day)
        around = 2 * self._rules.max_gap_ms
        end_ms = steps[-1] + self._calendar.step_ms
        if not self._store.is_late(steps[0] - around, end_ms + around, since_ms):
            return False
        before = [self._store.intervals(number - 1, step) for step in steps]
        rows = self._look(steps)
        if [sorted(step) for step in before] == [sorted(step) for step in rows]:
            return False
        self._keep(number, steps, rows)
        price = self._clearing.clear(day, steps, rows).result.prices
        found = _deviations(before, rows, price.grid_import.tolist(), price.grid_export.tolist())
        said = [deviation(home, self._clearing.currency, one) for home, one in found.items()]
        self._store.keep_deviations(day, number, found)
        self._store.keep_run(day, number, now_ms, [str(one) for one in said if one is not None])
        self._store.commit()
        return True

    def _frozen(self, run: int, steps: Sequence[int]) -> list[list[Row]]:
        """Return what the registers say, kept before it is settled: a run that was killed comes to the same again."""
        known = [self._store.intervals(run, step) for step in steps]
        if all(known):
            return known
        rows = self._look(steps)
        self._keep(run, steps, rows)
        self._store.commit()
        return [self._store.intervals(run, step) for step in steps]

    def _keep(self, run: int, steps: Sequence[int], rows: Sequence[Sequence[Row]]) -> None:
        for step, found in zip(steps, rows, strict=True):
            self._store.keep_intervals(run, step, found)

    def _changes(self, day: str, run: int, cleared: Cleared, rows: list[list[Row]]) -> list[str]:
        """Say of each home what is not as in the run before."""
        steps = self._calendar.steps_of(day)
        old_rows = [self._store.intervals(run - 1, step) for step in steps]
        old = self._clearing.clear(day, steps, old_rows)
        before, now = by_home(old_rows, amounts(old, old_rows)), by_home(rows, amounts(cleared, rows))
        found = (difference(home, self._clearing.currency, before[home], now[home]) for home in now)
        return [str(one) for one in found if one is not None]


def _deviations(
    before: Sequence[Sequence[Row]],
    now: Sequence[Sequence[Row]],
    import_price: Sequence[float],
    export_price: Sequence[float],
) -> dict[str, dict[str, Any]]:
    """Return of each home what changed, and what that is worth at the grid's prices, in millionths."""
    found: dict[str, dict[str, Any]] = {}
    for old, new, takes, gives in zip(before, now, import_price, export_price, strict=True):
        was = {row.home: row for row in old}
        for row in new:
            taken = row.import_value - was[row.home].import_value
            given = row.export_value - was[row.home].export_value
            if taken or given:
                one = found.setdefault(
                    row.home, {"import_kwh_millionths": 0, "export_kwh_millionths": 0, "amount_millionths": 0}
                )
                one["import_kwh_millionths"] += taken
                one["export_kwh_millionths"] += given
                one["amount_millionths"] += round(taken * takes - given * gives)
    return found
