"""The kernel's records, filled by name from a setting, a rule and a strategy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran.bids.base import MARKET_PRICE, MEMORY
from jiran.control.storage import Battery
from jiran.engine.records import Fleet, Inputs, Outputs, Start, Stores
from jiran.homes.community import sharing_keys
from jiran.homes.grid_prices import limit_by_step
from jiran.homes.profiles import stream
from jiran.simulation.street import battery_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jiran.bids import Strategy
    from jiran.control.memory import Memory
    from jiran.engine.records import Devices
    from jiran.market import Mechanism
    from jiran.result.result import State
    from jiran.simulation.setting import Setting


def inputs(
    setting: Setting,
    rule: Mechanism,
    strategy: Strategy,
    values: dict[str, float | str],
    bid_values: dict[str, float | str],
) -> Inputs:
    """Return what a run is given; the values are the parameters of rule and strategy by name.

    Args:
        setting: Where the market starts from.
        rule: The market rule.
        strategy: The bidding strategy.
        values: The rule's parameters, complete.
        bid_values: The strategy's.
    """
    profiles, price = setting.profiles, setting.price
    return Inputs(
        generation_kwh=profiles.generation_kwh,
        load_kwh=profiles.load_kwh,
        ev_kwh=profiles.ev_kwh,
        import_price=price.grid_import,
        export_price=price.grid_export,
        network_charge=setting.scenario.grid.network_charge,
        worth=setting.worth,
        parameters=rule.numbers(values),
        keys=sharing_keys(setting.scenario, setting.community) if rule.keyed else np.empty(0),
        bid_parameters=strategy.numbers(bid_values),
        traits=setting.traits.copy(),  # runs side by side share a setting: no strategy may change it
        may_draw=_may_draw(setting),
        import_limit_kwh=limit_by_step(setting.scenario.grid.import_limit_kw, setting.timeline),
        export_limit_kwh=limit_by_step(setting.scenario.grid.export_limit_kw, setting.timeline),
    )


def stores(setting: Setting, cars: Devices, at_home: Devices, street: Devices) -> Stores:
    """Return the battery, the EVs and the batteries in homes as the kernel knows them.

    Args:
        setting: Where the market starts from.
        cars: Those that charge by plans.
        at_home: The batteries in homes.
        street: The community battery, if a controller runs it.
    """
    plan, reserve_price = setting.plan, setting.scenario.ev.supply.reserve_price
    battery = battery_of(setting.scenario.battery, setting.timeline.step_h)
    ev = Battery(
        capacity_kwh=plan.capacity_kwh,
        minimum_kwh=plan.reserve_kwh,
        charge_step_kwh=0.0,
        discharge_step_kwh=0.0,
        charge_efficiency=plan.charge_efficiency,
        discharge_efficiency=plan.discharge_efficiency,
    )
    fleet = Fleet(
        homes=plan.homes,
        step_kwh=plan.step_kwh,
        parked=plan.parked,
        supplying=plan.supplying,
        charging_steps_after=plan.charging_steps_after,
        trip_kwh=plan.trip_kwh,
        ev=ev,
        departure_kwh=plan.departure_kwh,
        reserve_price=np.nan if reserve_price is None else reserve_price,
    )
    reserve_price = setting.scenario.battery.reserve_price
    return Stores(
        battery=battery, fleet=fleet, cars=cars, at_home=at_home, street=street,
        reserve_price=np.nan if reserve_price is None else reserve_price,
    )  # fmt: skip


def outputs(
    steps: int,
    homes: int,
    evs: int,
    batteries: int = 0,
    *,
    bids: bool,
    batteries_bid: bool = False,
    cars_bid: bool = False,
    street_bids: bool = False,
    relieves: bool = False,
    truthful: bool = False,
) -> Outputs:
    """Make room for what the kernel finds; limit prices are kept if homes do not all bid the tariff.

    Args:
        steps: How many steps.
        homes: How many homes.
        evs: How many EVs lend their battery.
        batteries: How many homes have one.
        bids: Whether limit prices are kept.
        batteries_bid: Whether batteries in homes bid in the market.
        cars_bid: Whether cars that charge by plans do.
        street_bids: Whether the community battery does.
        relieves: Whether stores at homes move once more after the market, by what the street's connection carries.
        truthful: Whether homes bid what a kWh is worth to them: both prices are then kept in one place.
    """
    traders, stores_bid = homes + street_bids, batteries_bid or cars_bid or street_bids
    by_ev, by_battery, kept = (steps, evs), (steps, batteries), (steps if bids else 0, traders)
    value_price = np.empty(kept)
    return Outputs(
        traded_kwh=np.zeros((steps, homes)),
        charge_share=np.empty(steps),
        draw_share=np.empty(steps),
        soc_kwh=np.empty(steps),
        battery_import_kwh=np.zeros(steps),
        battery_export_kwh=np.zeros(steps),
        battery_traded_kwh=np.zeros(steps),
        curtail_share=np.zeros(steps),
        curtail_alone_share=np.zeros(steps),
        ev_charged_kwh=np.zeros(by_ev),
        ev_supplied_kwh=np.zeros(by_ev),
        ev_lent_kwh=np.zeros(by_ev),
        ev_offered_kwh=np.zeros(by_ev),
        ev_driven_kwh=np.zeros(by_ev),
        ev_missing_kwh=np.zeros(steps),
        ev_stored_kwh=np.zeros(by_ev),
        home_moved_kwh=np.zeros(by_battery),
        home_stored_kwh=np.zeros(by_battery),
        home_alone_kwh=np.zeros((2 * steps if batteries_bid else 0, batteries)),
        order_kwh=np.zeros((steps if stores_bid or relieves else 0, traders)),
        value_price=value_price,
        limit_price=value_price if truthful else np.empty(kept),
        trades_until=np.zeros(steps, np.int64),
    )


def start(setting: Setting, strategy: Strategy, cars: Memory, at_home: Memory, street: Memory) -> Start:
    """Return what the first step finds, in arrays of its own.

    The kernel changes these arrays to the state at the end; the setting keeps its own, for the next rule.

    Args:
        setting: Where the market starts from.
        strategy: The bidding strategy.
        cars: What cars that charge by plans hold and remember; is changed too.
        at_home: The same of batteries in homes.
        street: The same of a community battery that a controller runs.
    """
    before, seed = setting.start, setting.scenario.seed
    return Start(
        stored_kwh=before.stored_kwh,
        ev_stored_kwh=before.ev_stored_kwh.copy(),
        cars=cars,
        at_home=at_home,
        street=street,
        memory=_memory(strategy, setting.community.size, before),
        rng=_stream(seed, "market rule", before.rng),
        bid_rng=_stream(seed, "bids", before.bid_rng),
    )


def _may_draw(setting: Setting) -> NDArray[np.bool_]:
    """Return whether the battery gives energy, shape (step,): not below its reservation price."""
    reserve, price = setting.scenario.battery.reserve_price, setting.price.battery_sells
    return np.ones(price.size, np.bool_) if reserve is None else price >= reserve


def _stream(seed: int, purpose: str, state: dict[str, object] | None) -> np.random.Generator:
    """Return the random numbers for a purpose, from where an earlier run left them.

    Args:
        seed: The scenario's.
        purpose: What is drawn.
        state: Of an earlier run's generator; None: from the beginning.
    """
    rng = stream(seed, purpose)
    if state is not None:
        rng.bit_generator.state = state
    return rng


def _memory(strategy: Strategy, homes: int, start: State) -> NDArray[np.float64]:
    """Return what homes remember at the start: what an earlier run with this strategy left, or nothing.

    Args:
        strategy: The bidding strategy.
        homes: How many homes.
        start: What an earlier run left.

    Returns:
        A copy, shape (home, MEMORY), or of 0 homes for a strategy that does not learn; no market price is NaN.
    """
    if start.memory is not None and start.strategy == strategy.name and len(start.memory) == homes * strategy.learns:
        return start.memory.copy()
    memory = np.zeros((homes * strategy.learns, MEMORY))
    memory[:, MARKET_PRICE] = np.nan
    return memory
