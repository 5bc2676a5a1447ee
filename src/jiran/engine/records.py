"""What the kernel is given and what it fills in: records, filled by name and compiled as they are annotated.

Each record is one argument of the compiled loop, filled by name; its type is derived from the annotations
(`annotations`). Units stand in names, shapes in remarks.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

from jiran.control import days, memory
from jiran.control.storage import Battery
from jiran.engine.annotations import Counts, Flags, Lots, Matrix, Trades, Vector


class Window(NamedTuple):
    """The steps first <= step < last.

    Part of a run: the loop may be called for some steps and go on later, from what it left.
    """

    first: int
    last: int


class Worth(NamedTuple):
    """What a kWh from and to the grid is worth to each home; no slots: to all what the grid takes and gives."""

    slot: Counts  # (step,): which row holds; months and time-of-use periods follow each other
    bought: Matrix  # (slot, home): what a kWh less from the grid saves
    sold: Matrix  # (slot, home): what a kWh to the grid earns


class Inputs(NamedTuple):
    """What a run is given, energy in kWh and prices per kWh.

    Nothing of it is changed by a run, so runs of several rules share it.
    """

    generation_kwh: Matrix  # (step, home)
    load_kwh: Matrix  # (step, home)
    ev_kwh: Matrix  # (step, home)
    import_price: Vector  # (step,)
    export_price: Vector  # (step,)
    network_charge: float
    worth: Worth
    parameters: Vector  # of the market rule
    keys: Vector  # (home,): of a rule with fixed sharing keys, which add up to 1; (0,) of the others
    bid_parameters: Vector  # of the bidding strategy
    traits: Matrix  # (home, 2): what the strategy knows of each home
    may_draw: Flags  # (step,): whether the community battery gives energy
    import_limit_kwh: Vector  # (step,): the most that the street takes from the grid; of no steps: no limit
    export_limit_kwh: Vector  # (step,): and gives to it, the same


class Fleet(NamedTuple):
    """EVs that lend their battery (see `homes.ev.EvPlan`); none: arrays of length 0 along ev.

    Place k of every array along ev is the EV of home ``homes[k]``; an array of a step is the same for all EVs, as they
    keep the same hours.
    """

    homes: Counts  # (ev,)
    step_kwh: Vector  # (ev,)
    parked: Flags  # (step,)
    supplying: Flags  # (step,)
    charging_steps_after: Counts  # (step,)
    trip_kwh: Matrix  # (step, ev)
    ev: Battery  # its limits of power are not used: they differ from EV to EV
    departure_kwh: float
    reserve_price: float  # the lowest price per kWh for which an EV sells to neighbours; NaN = what the grid gives


#: What batteries in homes hold and remember.
Memories = Annotated[memory.Memory, days.MEMORY]


class Devices(NamedTuple):
    """Stores that a controller runs; none: arrays of length 0 along store.

    Place k of them is at the meter of home ``homes[k]``; the community battery, which has none, is at place 0 of its own.
    """

    homes: Counts  # (store,)
    way: Annotated[days.Way, days.WAY]
    given: Annotated[days.Given, days.GIVEN]
    present: Matrix  # (step, store): share of the step in which it is there; of no steps where all stay
    trip_kwh: Matrix  # (step, store): what it used away from home, booked when it is back; the same
    leaving_kwh: Matrix  # (step, store): what it shall hold when it leaves in the step, or 0; the same
    pressed: Matrix  # (step, store): 1 where it shall be full now, whatever the plan says; of no steps if nowhere
    roof_kwh: Matrix  # (step, store): of the roof at an inverter that they share; of no steps where none is shared
    stores: Annotated[days.Stores, days.STORES]
    before: int  # steps of runs before this one, from which it goes on
    network_charge: float  # what a kWh from a neighbour costs on top, for those that bid


class Stores(NamedTuple):
    """What stores energy."""

    battery: Battery  # of the community
    fleet: Fleet
    cars: Devices  # cars that charge by plans
    at_home: Devices  # batteries in homes
    street: Devices  # the community battery, if it is not run by own use first
    reserve_price: float  # the lowest price per kWh for which it gives energy; NaN = none


class Start(NamedTuple):
    """What a step finds: what the one before left.

    It is both: taken from, and at the end the state from which the next steps go on.
    """

    stored_kwh: float  # in the community battery
    ev_stored_kwh: Vector  # (ev,); is changed to the state at the end
    cars: Memories  # of cars that charge by plans; is changed
    at_home: Memories  # is changed
    street: Memories  # of the community battery, if a controller runs it; is changed
    memory: Matrix  # (home, MEMORY), or of 0 homes for a strategy that does not learn; is changed
    rng: Lots  # random numbers of the rule
    bid_rng: Lots  # and of the strategy


class Outputs(NamedTuple):
    """What a run fills in, energy in kWh.

    Arrays of the whole run, of zeros where nothing was done; a call fills the steps of its window. What is 0 steps long is not wanted
    and not written. Traders are the homes, and behind them the community battery if it bids.
    """

    traded_kwh: Matrix  # (step, home): sold > 0, bought < 0
    charge_share: Vector  # (step,): share of the surplus left by the market that charged the battery
    draw_share: Vector  # (step,): share of the deficit left by the market that came from the battery
    soc_kwh: Vector  # (step,): at the end of the step
    battery_import_kwh: Vector  # (step,): what the battery itself took from the grid
    battery_export_kwh: Vector  # (step,): and gave to it
    battery_traded_kwh: Vector  # (step,): what it sold in the market (> 0) or bought there (< 0)
    curtail_share: Vector  # (step,): share of the surplus left by the market that roofs must leave out
    curtail_alone_share: Vector  # (step,): the same if the battery were not there
    ev_charged_kwh: Matrix  # (step, ev)
    ev_supplied_kwh: Matrix  # (step, ev): to the own home and to neighbours
    ev_lent_kwh: Matrix  # (step, ev): to neighbours
    ev_offered_kwh: Matrix  # (step, ev): to neighbours
    ev_driven_kwh: Matrix  # (step, ev): used on trips, of cars that charge by plans
    ev_missing_kwh: Vector  # (step,): by how much cars that left held less than they should
    ev_stored_kwh: Matrix  # (step, ev): at the end of the step
    home_moved_kwh: Matrix  # (step, store): taken by home batteries (> 0), without their standby, or given (< 0)
    home_stored_kwh: Matrix  # (step, store): at the end of the step
    home_alone_kwh: (
        Matrix  # (2 step, store): of those that bid: how they would move without a market, then what they would hold
    )
    order_kwh: Matrix  # (step, trader): what it brought to the market; no steps if no store moves after it
    value_price: Matrix  # (step, trader): what a kWh is worth to it; no steps if all have the tariff
    limit_price: Matrix  # (step, trader): what it bids or asks; no steps if all bid the tariff
    trades_until: Counts  # (step,): number of trades up to and with this step


class Log(NamedTuple):
    """Where trades go, from the front.

    If a step does not fit, the loop stops before it, and goes on when there is more room.
    """

    trades: Trades
    room: int  # how many trades a step must have room for; at least the number of traders


class Stop(NamedTuple):
    """How the kernel stopped.

    Attributes:
        step: The first that was not run.
        trades: How many were written.
        fault: A code of `market.booking`, or one of the loop's own.
        home: The trader at fault, where there is one.
    """

    step: int  # the first that was not run
    trades: int  # how many were written
    fault: int  # why
    home: int  # the trader in question
