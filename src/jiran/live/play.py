"""Play a scenario as meters: registers that run on, read now and then, in any dialect, with the faults of real ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jiran.homes.profiles import stream
from jiran.live.calendar import Calendar, settling_ms
from jiran.live.dialects import DIALECTS, Dialect
from jiran.live.message import Counters, Message
from jiran.live.rules import MINUTE_MS, Rules
from jiran.simulation.run import simulate

if TYPE_CHECKING:
    from jiran.live.meters import Meter
    from jiran.result.result import Result
    from jiran.scenario import Scenario

#: Flows behind a home's meter, by what they do to it.
_GIVES = ("generation_kwh", "ev_supplied_kwh", "home_battery_given_kwh")
_TAKES = ("load_kwh", "ev_kwh", "home_battery_charged_kwh")
#: Where counters of meters that are not new begin.
_MOST_BEFORE_KWH = 20_000


@dataclass(frozen=True)
class Faults:
    """What goes wrong on the way; all is drawn by the scenario's seed.

    Attributes:
        drop: Probability that a reading is lost.
        duplicate: Probability that a reading comes twice.
        skew_s: Clocks of meters are wrong by up to so many seconds.
        reset: Probability at each reading that the counter begins anew at 0.
    """

    drop: float = 0.0
    duplicate: float = 0.0
    skew_s: float = 0.0
    reset: float = 0.0


class Played(NamedTuple):
    """Messages of one instant.

    Attributes:
        at_ms: When they are sent.
        messages: In order.
    """

    at_ms: int
    messages: tuple[Message, ...]


def crossing_kwh(result: Result) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what crosses each home's connection, taken and given, kWh, shape (step, home)."""
    net = sum(result.flows[name] for name in _GIVES) - sum(result.flows[name] for name in _TAKES)
    return np.maximum(-net, 0.0), np.maximum(net, 0.0)


def registers(kwh: NDArray[np.float64], resolution: int, begin: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return what counters show at all edges of steps.

    Args:
        kwh: Energy, shape (step, home).
        resolution: Their least step, millionths of a kWh.
        begin: What they showed at the start, millionths of a kWh, shape (home,).

    Returns:
        Millionths of a kWh, shape (step + 1, home), a half to the even one.
    """
    run = np.vstack([np.zeros(kwh.shape[1]), np.cumsum(kwh, axis=0)]) * 1_000_000
    shown: NDArray[np.int64] = begin + np.rint(run / resolution).astype(np.int64) * resolution
    return shown


class Player:
    """Plays a scenario.

    Attributes:
        first_ms: Start of its first step, ms since 1970-01-01 UTC.
        last_ms: End of its last step.
        step_minutes: Length of a step, min.
    """

    def __init__(
        self,
        scenario: Scenario,
        meters: Sequence[Meter],
        dialect: str,
        faults: Faults | None = None,
        every_minutes: int | None = None,
    ) -> None:
        """Run the scenario, and read its meters.

        Args:
            scenario: What is played.
            meters: Of its homes; of several of a home the first that counts import says it all, and the same of export.
            dialect: Of meters that name none.
            faults: What goes wrong; default: nothing.
            every_minutes: How often meters are read; default: every 5 min. Edges of steps are read always.
        """
        result = simulate(scenario)
        self._meters, self._faults, self._zone, self._seed = (
            tuple(meters),
            faults or Faults(),
            scenario.time_zone,
            scenario.seed,
        )
        self._dialects: list[Dialect] = [DIALECTS[meter.dialect or dialect] for meter in meters]
        steps = result.timeline
        self.step_minutes = steps.step_minutes
        self._step_ms = steps.step_minutes * MINUTE_MS
        self.first_ms = int(steps.utc_s[0]) * 1_000
        self.last_ms = int(steps.utc_s[-1]) * 1_000 + self._step_ms
        self._every_ms = min((every_minutes or 5) * MINUTE_MS, self._step_ms)
        rng = stream(scenario.seed, "registers")
        resolutions = np.array([one.resolution for one in self._dialects])
        self._shown = []
        ids = list(result.community.ids)
        columns = [ids.index(meter.home) for meter in self._meters]
        for side, crossing in zip(("import", "export"), crossing_kwh(result), strict=True):
            kwh = crossing[:, columns] * self._says(side)
            begin = rng.integers(0, _MOST_BEFORE_KWH * 1_000, len(meters)) * 1_000
            self._shown.append(
                np.column_stack(
                    [registers(kwh[:, [n]], int(one), begin[[n]])[:, 0] for n, one in enumerate(resolutions)]
                )
            )

    def _says(self, side: str) -> list[bool]:
        """Return of each meter whether it says what its home takes or gives."""
        said: set[str] = set()
        found = []
        for meter, dialect in zip(self._meters, self._dialects, strict=True):
            has = any(name.startswith(side) for name in meter.expected(dialect.name))
            found.append(has and meter.home not in said)
            said |= {meter.home} if has else set()
        return found

    def announced(self) -> list[Message]:
        """Return what meters say before all else."""
        return [
            one
            for meter, dialect in zip(self._meters, self._dialects, strict=True)
            for one in dialect.announce(meter.device)
        ]

    def played(self, until_ms: int | None = None) -> Iterator[Played]:
        """Yield all readings, in order of time."""
        draws = stream(self._seed, "faults")
        skew = [int(draws.uniform(-1, 1) * self._faults.skew_s * 1_000) for _ in self._meters]
        zero = np.zeros((2, len(self._meters)), np.int64)
        for at in self._instants():
            if until_ms is not None and at > until_ms:
                return
            found: list[Message] = []
            values = [self._at(shown, at) for shown in self._shown]
            for home, (meter, dialect) in enumerate(zip(self._meters, self._dialects, strict=True)):
                lost, twice, anew = draws.random(3)
                if anew < self._faults.reset:
                    zero[:, home] = [int(of[home]) for of in values]
                if lost < self._faults.drop:
                    continue
                taken, given = (int(of[home]) - int(zero[side, home]) for side, of in enumerate(values))
                said = dialect.produce(Counters(meter.device, at + skew[home], taken, given, self._zone))
                found += said + (said if twice < self._faults.duplicate else [])
            yield Played(at, tuple(found))

    def _instants(self) -> Iterator[int]:
        for step in range(self.first_ms, self.last_ms, self._step_ms):
            yield from range(step, step + self._step_ms, self._every_ms)
        yield self.last_ms

    def _at(self, shown: NDArray[np.int64], at_ms: int) -> NDArray[np.int64]:
        """Return what counters show at an instant, to their resolution: a straight line between edges of steps."""
        step, after = divmod(at_ms - self.first_ms, self._step_ms)
        if not after:
            edge: NDArray[np.int64] = shown[step]
            return edge
        resolution = np.array([one.resolution for one in self._dialects])
        low, high = shown[step], shown[step + 1]
        between: NDArray[np.int64] = low + (high - low) * after // self._step_ms // resolution * resolution
        return between


def ends_ms(player: Player, zone: str) -> list[int]:
    """Return instants after the last reading that a street needs to close its steps and settle its days."""
    rules = Rules()
    calendar = Calendar(player.first_ms, player.step_minutes, zone, player.last_ms)
    return [player.last_ms + rules.grace_ms, *settling_ms(calendar, rules)]
