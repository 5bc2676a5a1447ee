"""What a run knows: tables, figures, accounts and flows, and how it is saved."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

import jiran
from jiran.engine.energy import traders
from jiran.result.basis import Beside
from jiran.result.bills import bill_totals_frame, bills_frame
from jiran.result.devices import device_totals_frame, devices_frame, devices_of
from jiran.result.figures import kpis
from jiran.result.tables import homes_frame, steps_frame, trades_frame
from jiran.saving import refuse_folder, save_folder
from jiran.saving.formats import csv_bytes, finite, json_text
from jiran.scenario.files import input_files, to_toml_anywhere

if TYPE_CHECKING:
    import polars as pl

    from jiran.control.memory import Memory
    from jiran.engine.energy import Flows
    from jiran.engine.records import Worth
    from jiran.homes.community import Community
    from jiran.homes.meter.report import DataReport
    from jiran.homes.response import Response
    from jiran.homes.timeline import Timeline
    from jiran.money.balance import Balance
    from jiran.money.bills import Credits, StreetBills
    from jiran.money.demand import Peak
    from jiran.money.prices import Prices
    from jiran.money.settlement import Settlement
    from jiran.scenario import Scenario


@dataclass(frozen=True)
class State:
    """What goes out of a run and can come into the next: batteries, random numbers, what homes learned.

    Attributes:
        stored_kwh: In the community battery.
        ev_stored_kwh: In each EV that lends its battery, shape (ev,).
        rng: State of the rule's random numbers; None = seeded by the scenario.
        memory: What homes learned for their bids, see `bids.base`; None = nothing.
        bid_rng: State of the bidding strategy's random numbers; None = seeded by the scenario.
        strategy: Name of the bidding strategy that the memory is of; another one starts with nothing.
        cars: What cars that charge by plans hold, and what their plans go by; None = there are none, or they begin anew.
        at_home: What batteries in homes hold, and what their plans go by; None = there are none, or they begin anew.
        street: What a community battery that a controller runs holds, and what its plans go by; None = none does, or it
            begins anew.
        steps: How many steps there were until here, by which days of plans are counted.
        credits: What export left each home for later months, under tariffs that carry it; None = nothing.
        credits_without_p2p: The same of the run without trades.
        peak: The street's highest import of the month in which it ended, where `grid.demand_charge` asks for it; None = none.
        peak_without_p2p: The same of the run without trades.
    """

    stored_kwh: float
    ev_stored_kwh: NDArray[np.float64]
    rng: dict[str, Any] | None = None
    memory: NDArray[np.float64] | None = None
    bid_rng: dict[str, Any] | None = None
    strategy: str = ""
    cars: Memory | None = None
    at_home: Memory | None = None
    street: Memory | None = None
    steps: int = 0
    credits: Credits | None = None
    credits_without_p2p: Credits | None = None
    peak: Peak | None = None
    peak_without_p2p: Peak | None = None

    @property
    def at_home_kwh(self) -> float:
        """What all batteries in homes hold together."""
        return 0.0 if self.at_home is None else float(self.at_home.stored_kwh.sum())

    @property
    def all_kwh(self) -> float:
        """What all stores hold: the community battery, EVs that lend theirs or charge by plans, and batteries in homes."""
        return float(self.stored_kwh + self.ev_stored_kwh.sum()) + self.at_home_kwh


def tell_nothing(_result: Result) -> tuple[str, ...]:
    """Say nothing of a run."""
    return ()


@dataclass(frozen=True)
class Result:
    """A finished run.

    Attributes:
        scenario: What was asked.
        community: The homes.
        timeline: The steps.
        flows: Arrays of shape (step, home) by name, read-only, kWh.
        prices: Prices by step.
        settlement: Energy and money by home and by step.
        without_p2p: The same for the baseline: the same homes and battery without trades.
        start: State before the first step.
        state: State after the last step.
        tell: Says what the user should know; of runs whose figures alone are looked at nothing.
        data_report: What was filled, dropped or resampled in meter data, or None.
        worth: What a kWh was worth to each home by its own bill, or None where that was not kept.
        response: What homes changed in their load because of prices, and what they would have needed without; None: nothing, or
            it is not known, as of profiles that were given.
        overrides: How often a driver wanted a car full now that charges by a plan.
    """

    scenario: Scenario
    community: Community
    timeline: Timeline
    flows: Flows
    prices: Prices
    settlement: Settlement
    without_p2p: Settlement
    start: State
    state: State
    tell: Callable[[Result], tuple[str, ...]] = tell_nothing
    data_report: DataReport | None = None
    worth: Worth | None = None
    response: Response | None = None
    overrides: int = 0

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """What the user should know, one sentence each; found when first asked for, which takes as long as the day of a street."""
        return self.tell(self)

    @cached_property
    def trades(self) -> pl.DataFrame:
        """The transaction log, one row a trade: step, time, seller, buyer, kwh, prices, paid, received."""
        return trades_frame(self.community, self.timeline, self.flows)

    @cached_property
    def homes(self) -> pl.DataFrame:
        """One row a home: energy, cost with and without P2P, saving, ratios."""
        return homes_frame(self.community, self.settlement, self.without_p2p)

    @cached_property
    def steps(self) -> pl.DataFrame:
        """One row a step: energy of the community, state of charge, trades, prices."""
        return steps_frame(self.timeline, self.flows, self.settlement, self.prices)

    @cached_property
    def bills(self) -> pl.DataFrame:
        """One row a home, month and line of its bill, with and without P2P; no rows without a tariff."""
        return bills_frame(self.community, self._bills)

    @cached_property
    def bill_totals(self) -> pl.DataFrame:
        """One row a home and month: what crossed its meter and the bill as it is paid, with and without P2P."""
        return bill_totals_frame(self.community, self._bills)

    @cached_property
    def devices(self) -> pl.DataFrame:
        """One row a store and step: what it took, gave and held; community battery, EVs that lend, batteries in homes."""
        return devices_frame(self)

    @cached_property
    def device_totals(self) -> pl.DataFrame:
        """One row a store: what it took, gave, lost and wore over the run."""
        return device_totals_frame(self)

    @property
    def traders(self) -> tuple[str, ...]:
        """Names of who takes part in the market, as trades number them: the homes, and behind them the community battery if it bids."""
        return traders(self.community.ids, battery=self.flows.street_bids)

    @property
    def _bills(self) -> tuple[StreetBills, StreetBills] | None:
        run, without_p2p = self.settlement.bills, self.without_p2p.bills
        return None if run is None or without_p2p is None else (run, without_p2p)

    @cached_property
    def kpis(self) -> dict[str, float | None]:
        """Key figures by name; definitions in `jiran.result.figures.KPIS` and docs/nomenclature.md."""
        return kpis(
            self.scenario,
            self.settlement,
            self.without_p2p,
            self.timeline.step_h,
            self.start.stored_kwh,
            self.state.stored_kwh,
            self._beside,
        )

    @property
    def _beside(self) -> Beside:
        hours = self.flows.battery_homes.size * self.timeline.steps * self.timeline.step_h
        return Beside(
            gained_at_home_kwh=self.state.at_home_kwh - self.start.at_home_kwh,
            standby_at_home_kwh=self.scenario.home_battery.standby_kwh(hours),
            response=self.response,
            overrides=self.overrides,
            stored_beside_kwh=self.state.all_kwh - self.state.stored_kwh,
        )

    @property
    def accounts(self) -> dict[str, float]:
        """Money received less paid by homes, battery, network, market and grid, and by tax with a tariff; sums to zero."""
        return self.settlement.accounts

    @property
    def balance(self) -> Balance:
        """The worst imbalance of any step, and of all bills, in kWh and in money."""
        return self.settlement.balance

    @cached_property
    def digest(self) -> str:
        """SHA-256 of trades, states and bills: the same scenario gives the same digest on any run."""
        sha = hashlib.sha256()
        out, settled = self.flows.outputs, self.settlement
        for name in ("seller", "buyer", "kwh", "buyer_price", "seller_price"):
            sha.update(np.ascontiguousarray(self.flows.trades[name]).data)
        for array in (
            out.trades_until,
            out.soc_kwh,
            out.charge_share,
            out.draw_share,
            out.ev_stored_kwh,
            out.home_stored_kwh,
            settled.cost,
        ):
            sha.update(np.ascontiguousarray(array).data)
        return sha.hexdigest()

    def save(self, folder: str | Path) -> Path:
        """Write trades.parquet, homes.csv, steps.csv, kpis.json, scenario.toml, manifest.json, and the other `tables`.

        At every instant the folder holds the old or the new result, whole. An existing folder is replaced only if it is
        empty or holds an earlier result and nothing else; how this is done stands in docs/files.md.

        Raises:
            JiranError: The folder cannot be written, holds other things, or what this run has read.
        """
        target = Path(folder)
        refuse_folder(target, input_files(self.scenario))
        save_folder(target, self._files(), finite(self.manifest()))
        return target

    def tables(self) -> dict[str, Callable[[], pl.DataFrame]]:
        """Return what makes each table that a saved run and the dashboard's zip hold, by file; long ones are Parquet."""
        found: dict[str, Callable[[], pl.DataFrame]] = {
            "trades.parquet": lambda: self.trades, "homes.csv": lambda: self.homes, "steps.csv": lambda: self.steps,
        }  # fmt: skip
        if self.settlement.bills:
            found |= {"bills.csv": lambda: self.bills, "bill-totals.csv": lambda: self.bill_totals}
        if next(devices_of(self), None) is not None:
            found |= {"devices.parquet": lambda: self.devices, "device-totals.csv": lambda: self.device_totals}
        return found

    def _files(self) -> dict[str, Callable[[BinaryIO], object]]:
        """Return what writes each file."""
        texts = {"kpis.json": json_text(self.kpis) + "\n", "scenario.toml": to_toml_anywhere(self.scenario)}
        if self.data_report is not None:
            texts["data-report.txt"] = "\n".join(self.data_report.lines()) + "\n"
        return {
            **{name: partial(_write_table, name, make) for name, make in self.tables().items()},
            **{name: partial(_write_text, text) for name, text in texts.items()},
        }

    def manifest(self) -> dict[str, Any]:
        """Return what is needed to get the same figures again."""
        return {
            "jiran": jiran.__version__,
            "scenario": self.scenario.name,
            "seed": self.scenario.seed,
            "homes": self.community.size,
            "steps": self.timeline.steps,
            "trades": len(self.flows.trades),
            "balance": {"kwh": self.balance.kwh, "money": self.balance.money},
            "accounts": self.accounts,
            "digest_sha256": self.digest,
        }


def _write_table(name: str, make: Callable[[], pl.DataFrame], file: BinaryIO) -> None:
    """Write a table as its name says."""
    if name.endswith(".parquet"):
        make().write_parquet(file)
    else:
        file.write(csv_bytes(make()))


def _write_text(text: str, file: BinaryIO) -> None:
    """Write a text file."""
    file.write(text.encode())
