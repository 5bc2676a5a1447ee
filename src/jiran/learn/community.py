"""A Gymnasium environment: one agent runs the community battery."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gymnasium
import numpy as np
from numpy.typing import NDArray

from jiran.control.controlling.base import OWN_USE
from jiran.control.dispatch import follow
from jiran.control.store import Connection, Store
from jiran.errors import ScenarioError
from jiran.learn.peaks import PeakBill
from jiran.learn.seen import HIGH, LOW, refuse, seen, wanted_kwh
from jiran.money.prices import paid_to_grid
from jiran.scenario.files import load_scenario
from jiran.simulation.run import simulate
from jiran.simulation.setting import prepare
from jiran.simulation.street import battery_of

if TYPE_CHECKING:
    from jiran.scenario import Scenario

Seen = NDArray[np.float32]


class CommunityBattery(gymnasium.Env[Seen, NDArray[np.float32]]):
    """The community battery of a scenario, step by step.

    An episode is the run. The action is the share of its power with which the battery takes (> 0) or gives (< 0), cut off at
    what it can and may, as a direct controller's. The reward is what the community pays the grid in the step, with the other
    sign, what a new peak costs among it: the sum over an episode is minus what the same run settles with the grid. What is seen, `jiran.learn.seen` says.
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012  as the class above declares it

    def __init__(self, scenario: Scenario | str = "kampung") -> None:
        """Run the market once: it comes before the battery, so what the battery finds does not depend on what it does.

        Args:
            scenario: A scenario, or the name of one; who runs its battery is not looked at.

        Raises:
            JiranError: It has no community battery, a tariff, a limit of its connection, or cars with plans.
        """
        chosen = load_scenario(scenario) if isinstance(scenario, str) else scenario
        refuse(chosen)
        if chosen.battery.capacity_kwh <= 0.0:
            raise ScenarioError(
                "battery.capacity_kwh", chosen.battery.capacity_kwh, "must be above 0 for this environment"
            )
        own_use = chosen.battery.model_copy(update={"controller": OWN_USE})
        self._setting = prepare(chosen.model_copy(update={"battery": own_use}))
        step = simulate(self._setting.scenario, profiles=self._setting.profiles).settlement.step_kwh
        self._surplus_kwh = step["battery_charged_kwh"] + step["grid_export_kwh"]
        self._deficit_kwh = step["battery_drawn_kwh"] + step["grid_import_kwh"]
        said = chosen.battery
        battery = battery_of(said, self._setting.timeline.step_h)
        self._store = Store(battery, 0.0, said.wear_cost, said.grid_charge, said.feed_in)
        self.action_space = gymnasium.spaces.Box(-1.0, 1.0, (1,), np.float32)
        self.observation_space = gymnasium.spaces.Box(LOW, HIGH, dtype=np.float32)
        self._begin()

    def _begin(self) -> None:
        self._step, self._stored_kwh, self._peaks = 0, self._setting.start.stored_kwh, PeakBill(self._setting, 1)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Seen, dict[str, Any]]:
        """Begin again, with the same homes and sun: all chance is the scenario's, by its own seed."""
        super().reset(seed=seed, options=options)
        self._begin()
        return self._seen(), {}

    def step(self, action: NDArray[np.float32]) -> tuple[Seen, float, bool, bool, dict[str, Any]]:
        """Take or give, and settle the step; the end of the run truncates, as the world goes on."""
        at, price = self._step, self._setting.price
        surplus, deficit = self._surplus_kwh[at], self._deficit_kwh[at]
        need = deficit if deficit >= surplus else -surplus
        connection = Connection(need, price.grid_import[at], price.grid_export[at], np.inf, 1.0, 0.0)
        wanted, reserve = wanted_kwh(action, self._store), self._setting.scenario.battery.reserve_price
        if wanted < 0.0 and reserve is not None and price.battery_sells[at] < reserve:
            wanted = 0.0
        move = follow(wanted, connection, self._store, self._stored_kwh)
        from_homes, to_homes = min(move.charged_kwh, surplus), min(move.given_kwh, deficit)
        bought = deficit - to_homes + (move.charged_kwh - from_homes)
        sold = surplus - from_homes + (move.given_kwh - to_homes)
        peak = self._peaks.pay(at, bought - sold, np.ones(1))
        reward = -paid_to_grid(bought, sold, at, price) - float(peak[0])
        self._stored_kwh, self._step = move.stored_kwh, at + 1
        told = {"charged_kwh": move.charged_kwh, "given_kwh": move.given_kwh, "stored_kwh": move.stored_kwh}
        return self._seen(), reward, False, self._step >= self._setting.timeline.steps, told

    def _seen(self) -> Seen:
        last = self._step - 1
        need = 0.0 if last < 0 else float(self._deficit_kwh[last] - self._surplus_kwh[last])
        return seen(self._setting, self._step, self._store, self._stored_kwh, need)
