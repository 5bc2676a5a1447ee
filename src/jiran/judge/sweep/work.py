"""One batch of points: run one after the other where they are sent, sharing what they have in common; a fault is a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from jiran.errors import JiranError, one_line
from jiran.result.figures import KPIS
from jiran.simulation.run import clear_market, without_trading
from jiran.simulation.setting import prepare

if TYPE_CHECKING:
    from jiran.judge.sweep.points import Combination, Point
    from jiran.money.settlement import Settlement
    from jiran.scenario import Scenario
    from jiran.simulation.setting import Setting

#: As many points are in a batch at most; a batch is one file until all are there.
MOST_POINTS = 500


class Row(NamedTuple):
    """What came out of a point.

    Attributes:
        point: Which one.
        figures: Those of `KPIS`, in order; none if it has a fault.
        fault: Why it could not be run; None if it was.
    """

    point: Point
    figures: tuple[float | None, ...]
    fault: str | None


class Task(NamedTuple):
    """What is run of a combination.

    Attributes:
        scenario: With the combination's first seed; None where it is not allowed.
        fault: Why it is not allowed; "" if it is.
        homes: Stands for its homes, with a seed.
        setting: Stands for all but its market, with a seed.
    """

    scenario: Scenario | None
    fault: str
    homes: int
    setting: int


@dataclass(frozen=True)
class Batch:
    """Points that are run together.

    Attributes:
        points: In an order in which those that share a setting stand side by side.
        scenarios: By the place of their combination.
    """

    points: tuple[Point, ...]
    scenarios: Mapping[int, Task]


def batches(todo: Iterable[Point], found: Sequence[Combination], size: int) -> Iterator[Batch]:
    """Cut points into batches; what shares homes and seed is not cut apart unless it is more than a batch.

    Args:
        todo: Points as `points` yields them.
        found: All combinations.
        size: Points of a batch, about.
    """
    held: list[Point] = []
    for point in todo:
        ends = held and (found[point.place].homes, point.seed) != (found[held[-1].place].homes, held[-1].seed)
        if len(held) >= size and (ends or len(held) >= 2 * size):
            yield _batch(held, found)
            held = []
        held.append(point)
    if held:
        yield _batch(held, found)


def _batch(held: Sequence[Point], found: Sequence[Combination]) -> Batch:
    numbers: dict[str, int] = {}  # of texts, which are long

    def task(place: int) -> Task:
        one = found[place]
        same = (numbers.setdefault(text, len(numbers)) for text in (f"homes {one.homes}", f"setting {one.setting}"))
        return Task(one.scenario, one.fault, *same)

    return Batch(tuple(held), {place: task(place) for place in dict.fromkeys(point.place for point in held)})


def run_batch(batch: Batch) -> list[Row]:
    """Run the points of a batch, in this thread."""
    return list(run_points(batch))


def run_points(batch: Batch) -> Iterator[Row]:
    """Run the points of a batch one after the other; homes, profiles and baseline serve all that share them."""
    shared: _Shared | None = None
    for point in batch.points:
        task = batch.scenarios[point.place]
        if task.scenario is None:
            yield Row(point, (), task.fault)
            continue
        scenario = task.scenario.model_copy(update={"seed": point.seed})
        if shared is not None and not shared.serves(task, point.seed):
            shared = None  # nothing of it is needed any more while the next one is made
        try:
            shared = _shared(shared, task, scenario)
            yield Row(point, shared.figures(scenario), None)
        except JiranError as error:
            yield Row(point, (), str(error))
        except MemoryError:
            yield Row(point, (), "there is not enough memory for this run")
        except Exception as error:  # noqa: BLE001  one point must not stop all others; what happened is its row
            yield Row(point, (), f"the run failed: {one_line(error)}")


class _Shared(NamedTuple):
    """What runs share that differ in market and bids alone.

    Attributes:
        task: Of the first of them.
        setting: Homes, profiles, prices.
        baseline: The same without trades.
    """

    task: Task
    setting: Setting
    baseline: Settlement

    def serves(self, task: Task, seed: int) -> bool:
        """Tell whether its homes are those of another run."""
        return self.task.homes == task.homes and self.setting.scenario.seed == seed

    def figures(self, scenario: Scenario) -> tuple[float | None, ...]:
        """Return the figures of one of them."""
        found = clear_market(self.setting.with_market(scenario), lambda: self.baseline).kpis
        return tuple(found[name] for name in KPIS)


def _shared(before: _Shared | None, task: Task, scenario: Scenario) -> _Shared:
    """Return what a run shares with others: all but the market, or the homes, of the run before it; nothing if there is none."""
    if before is not None and before.task.setting == task.setting:
        return before
    setting = prepare(scenario) if before is None else before.setting.with_same_homes(scenario)
    return _Shared(task, setting, without_trading(setting))
