"""A PettingZoo environment: each home with a battery is an agent, and all meet in the market."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray
from pettingzoo import ParallelEnv

from jiran.control.days import store_at
from jiran.control.dispatch import follow
from jiran.control.store import Connection, beside_roof
from jiran.errors import ScenarioError
from jiran.homes.profiles import Profiles, needs_kwh
from jiran.learn.peaks import PeakBill
from jiran.learn.seen import HIGH, LOW, refuse, seen, wanted_kwh
from jiran.money.prices import Prices
from jiran.scenario.files import load_scenario
from jiran.simulation.at_home import at_home
from jiran.simulation.run import clear_market, without_trading
from jiran.simulation.setting import prepare

if TYPE_CHECKING:
    from jiran.result.result import State
    from jiran.scenario import Scenario

Seen = NDArray[np.float32]


class HomeBatteries(ParallelEnv[str, Seen, NDArray[np.float32]]):  # type: ignore[misc]  # it has no types
    """The batteries of a street's homes, step by step; an agent is a home's name.

    An episode is the run. An action is the share of the battery's power with which it takes (> 0) or gives (< 0), cut off at what
    it can and may. Then the market clears, and the reward is the home's settled bill of the step with the other sign, with
    what it trades with neighbours, and its part of what a new peak of the month costs; who paid for the peak before gets that back. A rule that sets prices by the month, and a fund that is shared by use, settle each step
    by itself here.
    """

    metadata: ClassVar[dict[str, Any]] = {"render_modes": [], "name": "jiran_home_batteries_v0"}

    def __init__(self, scenario: Scenario | str = "home-batteries") -> None:
        """Work out the homes.

        Args:
            scenario: A scenario, or the name of one; who runs the batteries in its homes is not looked at.

        Raises:
            JiranError: No home has a battery, the community battery plans, or there are a tariff, a limit of the street's connection
                or cars with plans.
        """
        chosen = load_scenario(scenario) if isinstance(scenario, str) else scenario
        refuse(chosen)
        if chosen.battery.planned:
            raise ScenarioError(
                "battery.controller", chosen.battery.controller, "must be self-consumption in this environment"
            )
        self._whole = prepare(chosen)
        community = self._whole.community
        self._homes = np.flatnonzero(community.battery_kwh)
        if not self._homes.size:
            raise ScenarioError("homes.groups", "no battery_kwh", "an environment of batteries in homes needs some")
        stores = at_home(self._whole).record.stores
        self._stores = [store_at(place, stores) for place in range(self._homes.size)]
        self._need_kwh = needs_kwh(self._whole.profiles, self._homes)
        # One step of the same homes; what their batteries do becomes part of what they need and have.
        none = np.zeros(community.size)
        # What peaks cost is settled here, by the month: a market of one step knows none.
        a_step = {"steps": 1, "grid": chosen.grid.model_copy(update={"demand_charge": 0.0})}
        first = prepare(chosen.model_copy(update=a_step), profiles=self._profiles(0))
        self._one = replace(
            first, community=replace(community, battery_kwh=none, battery_kw=none), start=replace(first.start, at_home=None)
        )  # fmt: skip
        self.possible_agents = [community.ids[home] for home in self._homes]
        self.agents: list[str] = []
        self._see = {agent: spaces.Box(LOW, HIGH, dtype=np.float32) for agent in self.possible_agents}
        self._act = {agent: spaces.Box(-1.0, 1.0, (1,), np.float32) for agent in self.possible_agents}
        self._step = 0
        self._state: State = self._one.start
        self._stored_kwh: NDArray[np.float64] = np.empty(0)
        self._begin()

    def observation_space(self, agent: str) -> spaces.Box:
        """Return what an agent may see."""
        return self._see[agent]

    def action_space(self, agent: str) -> spaces.Box:
        """Return what an agent may do."""
        return self._act[agent]

    def reset(
        self,
        seed: int | None = None,  # noqa: ARG002  all chance is the scenario's
        options: dict[str, Any] | None = None,  # noqa: ARG002  it has none
    ) -> tuple[dict[str, Seen], dict[str, dict[str, Any]]]:
        """Begin again, with the same homes and sun: all chance is the scenario's, by its own seed."""
        self.agents = list(self.possible_agents)
        self._begin()
        return self._seen(), {agent: {} for agent in self.agents}

    def step(
        self, actions: dict[str, NDArray[np.float32]]
    ) -> tuple[dict[str, Seen], dict[str, float], dict[str, bool], dict[str, bool], dict[str, dict[str, Any]]]:
        """Let all take or give, clear the market, and settle the step; the end of the run truncates."""
        at, price, profiles, told = self._step, self._whole.price, self._profiles(self._step), {}
        for place, (agent, home) in enumerate(zip(self.possible_agents, self._homes, strict=True)):
            store, need = self._stores[place], float(self._need_kwh[at, place])
            store = beside_roof(store, float(self._whole.profiles.generation_kwh[at, home]))
            connection = Connection(need, float(price.grid_import[at]), float(price.grid_export[at]), np.inf, 1.0, 0.0)
            move = follow(wanted_kwh(actions[agent], store), connection, store, float(self._stored_kwh[place]))
            profiles.load_kwh[0, home] += move.charged_kwh + store.standby_kwh
            profiles.generation_kwh[0, home] += move.given_kwh
            self._stored_kwh[place] = move.stored_kwh
            told[agent] = {"charged_kwh": move.charged_kwh, "given_kwh": move.given_kwh, "stored_kwh": move.stored_kwh}
        now = Prices(*(one[at : at + 1].copy() for one in price))
        setting = replace(self._one, profiles=profiles, price=now, start=self._state)
        result = clear_market(setting, partial(without_trading, setting))
        self._state, self._step = replace(result.state, at_home=None), at + 1
        step_kwh, taken_kwh = result.settlement.step_kwh, result.flows["grid_import_kwh"][0]
        own_kwh = step_kwh["battery_import_kwh"][0]
        net_kwh = float(taken_kwh.sum() + own_kwh - step_kwh["grid_export_kwh"][0] - step_kwh["battery_export_kwh"][0])
        peaks = self._peaks.pay(at, net_kwh, np.append(taken_kwh, own_kwh))
        paid = result.settlement.cost + peaks[:-1]
        over, seen_now = self._step >= self._whole.timeline.steps, self._seen()
        rewards = {agent: -float(paid[home]) for agent, home in zip(self.possible_agents, self._homes, strict=True)}
        ends = dict.fromkeys(self.possible_agents, over)
        if over:
            self.agents = []
        return seen_now, rewards, dict.fromkeys(self.possible_agents, False), ends, told

    def _begin(self) -> None:
        start_soc = self._whole.scenario.home_battery.start_soc
        self._step, self._state, self._peaks = 0, self._one.start, PeakBill(self._whole, self._whole.community.size + 1)
        self._stored_kwh = np.array([start_soc * store.battery.capacity_kwh for store in self._stores])

    def _profiles(self, step: int) -> Profiles:
        return Profiles(**{name: array[step : step + 1].copy() for name, array in vars(self._whole.profiles).items()})

    def _seen(self) -> dict[str, Seen]:
        last = self._step - 1
        return {
            agent: seen(
                self._whole, self._step, self._stores[place], float(self._stored_kwh[place]),
                0.0 if last < 0 else float(self._need_kwh[last, place]),
            )
            for place, agent in enumerate(self.possible_agents)
        }  # fmt: skip
