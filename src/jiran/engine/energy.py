"""What moved: the energy of every home in every step of one run, worked out when it is asked for, and the trades."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran.engine.flows import ALL, FLOWS, Flow
from jiran.engine.rows import Moved, Row
from jiran.homes.profiles import needs_kwh
from jiran.nothing import NOTHING_KWH

if TYPE_CHECKING:
    from jiran.engine.records import Fleet, Outputs
    from jiran.homes.profiles import Profiles

Array = NDArray[np.float64]

#: What the community battery is called where it stands among those that trade.
COMMUNITY_BATTERY = "community battery"


def traders(homes: tuple[str, ...], *, battery: bool) -> tuple[str, ...]:
    """Return who takes part in the market, as trades number them: the homes, and behind them the community battery if it bids.

    Args:
        homes: Names of the homes, or their kinds.
        battery: Whether it bids.
    """
    return (*homes, COMMUNITY_BATTERY) if battery else homes


@dataclass(frozen=True)
class Flows(Mapping[str, Array]):
    """The flows of a run by name, as read-only arrays of shape (step, home).

    The market's outcome and the battery's share in what was left are stored; a flow is worked out when it is asked
    for, so that a year of a thousand homes fits into memory.

    Attributes:
        profiles: What the homes generate and need.
        outputs: What the kernel found.
        fleet: The EVs that lend their battery.
        battery_homes: Homes that have a battery of their own, shape (store,).
        trades: All trades in order of time, records of `market.trade.TRADE`; `outputs.trades_until` tells the steps.
        net_metered: Homes of which only import and export are known, shape (home,): their `profiles` hold these, and
            flows behind their meter are NaN.
        cars_bid: Whether cars of the fleet bid in the market.
        home_standby_kwh: What a battery in a home uses in a step by itself.
    """

    profiles: Profiles
    outputs: Outputs
    fleet: Fleet
    battery_homes: NDArray[np.int64]
    trades: NDArray[np.void]
    net_metered: NDArray[np.bool_]
    cars_bid: bool = False
    home_standby_kwh: float = 0.0

    def __getitem__(self, name: str) -> Array:
        return self.between(name, 0, self.profiles.load_kwh.shape[0])

    def between(self, name: str, first: int, last: int) -> Array:
        """Return a flow in the steps first <= step < last only, without working out the rest.

        Args:
            name: Of a flow in `engine.flows.FLOWS`.
            first: The first step.
            last: The step after the last one.

        Returns:
            kWh >= 0, shape (step, home), read-only.
        """
        return self._flow(FLOWS[name], slice(first, last), ALL)

    def of_home(self, name: str, home: int, first: int = 0, last: int | None = None) -> Array:
        """Return a flow of one home in the steps first <= step < last, shape (step,), without working out the others.

        Args:
            name: Of a flow in `engine.flows.FLOWS`.
            home: Which home.
            first: The first step.
            last: The step after the last one; default: the end of the run.

        Returns:
            kWh >= 0, shape (step,), read-only.
        """
        return self._flow(FLOWS[name], slice(first, last), slice(home, home + 1))[:, 0]

    @property
    def moved(self) -> Moved:
        """What the flows are worked out from, as compiled code takes it."""
        profiles, out = self.profiles, self.outputs
        return Moved(
            generation_kwh=profiles.generation_kwh,
            load_kwh=profiles.load_kwh,
            ev_kwh=profiles.ev_kwh,
            ev_homes=self.fleet.homes,
            ev_charged_kwh=out.ev_charged_kwh,
            ev_supplied_kwh=out.ev_supplied_kwh,
            ev_lent_kwh=out.ev_lent_kwh,
            battery_homes=self.battery_homes,
            home_moved_kwh=out.home_moved_kwh,
            home_standby_kwh=self.home_standby_kwh,
            traded_kwh=out.traded_kwh,
        )

    @property
    def home_charged_kwh(self) -> Array:
        """What batteries in homes took, their standby among it, kWh, shape (step, store)."""
        return self._charged_kwh(slice(None))

    @property
    def home_given_kwh(self) -> Array:
        """What batteries in homes gave, kWh, shape (step, store)."""
        return self._given_kwh(slice(None))

    def _charged_kwh(self, steps: slice) -> Array:
        """Return what batteries in homes took in some steps, as `rows.fill_rows` has it."""
        charged: Array = np.maximum(self.outputs.home_moved_kwh[steps], 0.0)
        charged += self.home_standby_kwh
        return charged

    def _given_kwh(self, steps: slice) -> Array:
        """Return the same of what they gave."""
        given: Array = np.maximum(-self.outputs.home_moved_kwh[steps], 0.0)
        return given

    @property
    def before_batteries_kwh(self) -> Array:
        """What each home lacks (> 0) or has to spare (< 0) before batteries in homes act, kWh, shape (step, home)."""
        out, need = self.outputs, needs_kwh(self.profiles, np.arange(self.profiles.load_kwh.shape[1]))
        need[:, self.fleet.homes] += out.ev_charged_kwh - out.ev_supplied_kwh + out.ev_lent_kwh
        return need

    @property
    def needed_kwh(self) -> Array:
        """What the homes lack (> 0) or have to spare (< 0) together in each step, whatever they trade, kWh, shape (step,)."""
        profiles, out = self.profiles, self.outputs
        used = profiles.load_kwh.sum(axis=1) + profiles.ev_kwh.sum(axis=1) + out.ev_charged_kwh.sum(axis=1)
        used += self.home_charged_kwh.sum(axis=1)
        given = out.ev_supplied_kwh.sum(axis=1) + self.home_given_kwh.sum(axis=1)
        needed: Array = used - profiles.generation_kwh.sum(axis=1) - given
        return needed

    @property
    def street_bids(self) -> bool:
        """Whether the community battery bids in the market."""
        return bool(self.outputs.order_kwh.shape[1] > self.outputs.traded_kwh.shape[1])

    @property
    def batteries_bid(self) -> bool:
        """Whether batteries in homes bid in the market."""
        return self.outputs.home_alone_kwh.size > 0

    @property
    def bidding_cars(self) -> NDArray[np.int64]:
        """Places in the fleet of cars that bid, shape (car,): where there is a battery too, the car does not."""
        if not self.cars_bid:
            return np.empty(0, np.int64)
        return np.flatnonzero(~np.isin(self.fleet.homes, self.battery_homes))

    @property
    def traded_for_batteries(self) -> Array:
        """What batteries in homes sold (> 0) and what was bought for them (< 0), kWh, shape (step, store).

        What a home has to spare itself, and what its car lends, is sold before its battery's energy; what it needs itself is
        bought before what its battery takes.
        """
        if not self.batteries_bid:
            return np.zeros(self.outputs.home_moved_kwh.shape)
        return self._beyond_own(self.battery_homes, self.home_given_kwh - self.home_charged_kwh)

    @property
    def bought_for_cars(self) -> Array:
        """What was bought of neighbours for cars that bid, beyond what their homes needed, kWh, shape (step, ev)."""
        out, bids = self.outputs, self.bidding_cars
        bought = np.zeros(out.ev_charged_kwh.shape)
        if bids.size:
            gave = (out.ev_supplied_kwh - out.ev_charged_kwh)[:, bids]
            bought[:, bids] = np.maximum(-self._beyond_own(self.fleet.homes[bids], gave), 0.0)
        return bought

    def _beyond_own(self, homes: NDArray[np.int64], gave_kwh: Array) -> Array:
        """Return what homes sold (> 0) or bought (< 0) beyond what they had to spare or lacked without a store, kWh.

        Args:
            homes: Those with one, shape (store,).
            gave_kwh: What each gave (> 0) or took (< 0), shape (step, store).
        """
        traded = self.outputs.traded_kwh[:, homes]
        own = self._left_kwh(slice(None), ALL)[:, homes] + traded - gave_kwh
        sold = np.maximum(traded, 0.0) - np.clip(own, 0.0, np.maximum(traded, 0.0))
        bought = np.maximum(-traded, 0.0) - np.clip(-own, 0.0, np.maximum(-traded, 0.0))
        return np.asarray(sold - bought)

    def orders_between(self, first: int, last: int) -> Array:
        """Return what each trader brought to the market, kWh, shape (step, trader): what it offered > 0, what it wanted < 0.

        Of homes this is what they had to spare, with what EV or battery offered, or lacked. Rounding dust was no order, and is 0 here.
        """
        steps, out = slice(first, last), self.outputs
        if out.order_kwh.size:  # stores that bid, or that relieve the street's connection, move after the market
            orders = out.order_kwh[steps].copy()
        else:
            orders = self._left_kwh(steps, ALL) + out.traded_kwh[steps]
            orders[:, self.fleet.homes] += out.ev_offered_kwh[steps] - out.ev_lent_kwh[steps]
        orders[np.abs(orders) <= NOTHING_KWH] = 0.0
        return orders

    def __iter__(self) -> Iterator[str]:
        return iter(FLOWS)

    def __len__(self) -> int:
        return len(FLOWS)

    @property
    def traded_from(self) -> NDArray[np.int64]:
        """Place of each step's first trade in `trades`, shape (step,)."""
        until = self.outputs.trades_until
        return np.concatenate([[0], until[:-1]])

    def trades_between(self, first: int, last: int) -> NDArray[np.void]:
        """Return the trades of the steps first <= step < last, as records.

        Args:
            first: First step.
            last: The step after the last one.

        Returns:
            A view of the log, in the order made; buyers' prices with the network charge.
        """
        until = self.outputs.trades_until
        trades: NDArray[np.void] = self.trades[self._begin(first) : until[last - 1] if last else 0]
        return trades

    def step_of_trades(self, first: int, last: int) -> NDArray[np.int64]:
        """Return the step of each of these trades.

        Shape (trade,), in the order of `trades_between`.
        """
        until = self.outputs.trades_until[first:last]
        return np.repeat(np.arange(first, last), np.diff(until, prepend=self._begin(first)))

    def _begin(self, step: int) -> int:
        """Return the place of a step's first trade in the log."""
        return int(self.outputs.trades_until[step - 1]) if step else 0

    def _flow(self, flow: Flow, steps: slice, homes: slice) -> Array:
        """Return a flow as an array that cannot be written, kWh, shape (step, home); NaN behind a meter that does not see it."""
        found = flow.of(self._row(flow.row, steps, homes), self.outputs, steps)
        unknown = self.net_metered[homes]
        view = np.where(unknown, np.nan, found) if flow.behind_meter and unknown.any() else found.view()
        view.flags.writeable = False
        return view

    def _row(self, row: Row, steps: slice, homes: slice) -> Array:
        """Work a row out, as `rows.fill_rows` does for a step, shape (step, home)."""
        profiles, out, at = self.profiles, self.outputs, (steps, homes)

        def of_fleet(per_ev: Array, others: Array | None = None) -> Array:
            without = np.zeros_like(profiles.load_kwh[at]) if others is None else others[at]
            return self._with(self.fleet.homes, without, per_ev[steps], homes)

        def of_batteries(per_store: Array) -> Array:
            return self._with(self.battery_homes, np.zeros_like(profiles.load_kwh[at]), per_store, homes)

        worked_out: dict[Row, Callable[[], Array]] = {
            Row.GENERATION: lambda: profiles.generation_kwh[at],
            Row.LOAD: lambda: profiles.load_kwh[at],
            Row.EV_CHARGED: lambda: of_fleet(out.ev_charged_kwh, profiles.ev_kwh),
            Row.EV_SUPPLIED: lambda: of_fleet(out.ev_supplied_kwh),
            Row.EV_LENT: lambda: of_fleet(out.ev_lent_kwh),
            Row.HOME_CHARGED: lambda: of_batteries(self._charged_kwh(steps)),
            Row.HOME_GIVEN: lambda: of_batteries(self._given_kwh(steps)),
            Row.SOLD: lambda: np.maximum(out.traded_kwh[at], 0.0),
            Row.BOUGHT: lambda: np.maximum(-out.traded_kwh[at], 0.0),
            Row.SURPLUS: lambda: np.maximum(self._left_kwh(steps, homes), 0.0),
            Row.DEFICIT: lambda: np.maximum(-self._left_kwh(steps, homes), 0.0),
        }
        return worked_out[row]()

    def _with(self, owners: NDArray[np.int64], array: Array, each: Array, homes: slice) -> Array:
        """Add what lending EVs or batteries do to an array of homes.

        Args:
            owners: The home of each, shape (device,).
            array: Of these homes, kWh, shape (step, home).
            each: What each of them does, kWh, shape (step, device).
            homes: Which homes.

        Returns:
            The sum, shape (step, home); the array itself where none of these homes has one.
        """
        first, last, _ = homes.indices(self.profiles.load_kwh.shape[1])
        found = np.flatnonzero((owners >= first) & (owners < last))
        if not found.size:
            return array
        total = array.copy()
        total[:, owners[found] - first] += each[:, found]
        return total

    def _left_kwh(self, steps: slice, homes: slice) -> Array:
        """Return what the market left: surplus > 0, deficit < 0.

        Shape (step, home), before battery and grid.
        """
        profiles, out, at = self.profiles, self.outputs, (steps, homes)
        left = profiles.generation_kwh[at] - profiles.load_kwh[at] - profiles.ev_kwh[at]
        left = self._with(self.fleet.homes, left, out.ev_supplied_kwh[steps] - out.ev_charged_kwh[steps], homes)
        left = self._with(self.battery_homes, left, self._given_kwh(steps) - self._charged_kwh(steps), homes)
        left -= out.traded_kwh[at]
        return left
