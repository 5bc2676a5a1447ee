"""Random stores and what they find ahead, and two linear programmes that know nothing of pieces and merges."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import lil_matrix

from jiran.control.dispatch import dispatch
from jiran.control.plan import MISSING_PRICE, Ahead, connection_at, plan
from jiran.control.storage import Battery
from jiran.control.store import PIECES, Store, new_line
from strategies import number


class Coming(NamedTuple):
    """What is expected and known of coming steps, in one record."""

    need_kwh: np.ndarray
    import_price: np.ndarray
    export_price: np.ndarray
    most_import_kwh: np.ndarray
    peak_price: float
    present: np.ndarray | None = None
    target_kwh: np.ndarray | None = None

    @property
    def known(self):
        return Ahead(*self[1:4], self.there, self.wanted, self.peak_price)

    @property
    def there(self):
        return np.ones(self.need_kwh.size) if self.present is None else self.present

    @property
    def wanted(self):
        return np.zeros(self.need_kwh.size) if self.target_kwh is None else self.target_kwh

    def only(self, step):
        """Return one step of it."""
        return Coming(*(field[[step]] for field in self[:4]), self.peak_price)

    def at(self, step):
        return connection_at(step, self.need_kwh[step], self.known)


#: Enough for any plan: each step can add this many pieces, one of them for a departure, to those of the end.
ROOM = PIECES + 1


@st.composite
def stores(draw, *, standby=True):
    capacity = draw(number(0.5, 20))
    battery = Battery(
        capacity_kwh=capacity,
        minimum_kwh=draw(st.sampled_from([0.0, 0.1, 0.5])) * capacity,
        charge_step_kwh=draw(number(0, 6)),
        discharge_step_kwh=draw(number(0, 6)),
        charge_efficiency=draw(st.sampled_from([1.0, 0.95, 0.5])),
        discharge_efficiency=draw(st.sampled_from([1.0, 0.95, 0.6])),
    )
    return Store(
        battery=battery,
        standby_kwh=draw(st.sampled_from([0.0, 0.02])) if standby else 0.0,
        wear_price=draw(st.sampled_from([0.0, 0.03, 0.4])),
        grid_charge=draw(st.booleans()),
        feed_in=draw(st.booleans()),
        inverter_kwh=draw(st.sampled_from([np.inf, np.inf, 1.5])),
    )


@st.composite
def ahead(draw, *, longest=200, odd=False, caps=True):
    """Draw needs and prices: of many values or of few; `odd`: some are negative, and export may pay more than import."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    horizon = draw(st.integers(1, longest))
    need_kwh = rng.normal(0.0, draw(number(0.1, 4)), horizon).round(draw(st.sampled_from([1, 12])))
    steps_of_a_price = draw(st.sampled_from([1, 4, horizon]))
    prices = np.repeat(rng.uniform(0.0, 1.0, (2, horizon)), steps_of_a_price, axis=1)[:, :horizon]
    if odd:
        import_price, export_price = prices[0] - 0.25, prices[1] - 0.25
    else:
        import_price, export_price = prices[0], prices[0] * draw(st.sampled_from([1.0, 0.5, 0.0])) * prices[1]
    most = np.full(horizon, np.inf)
    if caps and draw(st.booleans()):  # one for all steps, or one for each: as a month that ends, or a limit by the hour
        drawn = rng.choice(draw(st.sampled_from([[0.3], [2.0], [0.3, 1.0, np.inf], [-0.5, 0.0, 1.5]])), horizon)
        most = np.repeat(drawn, steps_of_a_price)[:horizon]
    return Coming(need_kwh, import_price, export_price, most, draw(st.sampled_from([0.0, 0.5, 30.0])))


@st.composite
def ends(draw, store):
    """Draw what stored energy is worth after the last step: widths and falling values."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    pieces = draw(st.integers(1, 4))
    room = store.battery.capacity_kwh - store.battery.minimum_kwh
    widths = rng.dirichlet(np.ones(pieces)) * room
    values = np.sort(rng.uniform(0.0, 1.0, pieces))[::-1] * draw(st.sampled_from([0.0, 1.0]))
    return widths, values


def beside_surplus(store, need_kwh):
    """Return what an inverter leaves to a store beside its owner's surplus, kWh."""
    return np.maximum(store.inverter_kwh - np.maximum(-need_kwh, 0.0), 0.0)


def months(result, more):
    """Return with which steps of a run, and so many after it, a month begins on its wall, shape (step,)."""
    zone, minutes = ZoneInfo(result.scenario.time_zone), timedelta(minutes=result.scenario.step_minutes)
    first = datetime.fromtimestamp(int(result.timeline.utc_s[0]), zone).astimezone(UTC)
    walls = [
        (first + step * minutes).astimezone(zone).replace(tzinfo=None) for step in range(result.timeline.steps + more)
    ]
    return np.array([wall.month != (wall - minutes).month for wall in walls], np.bool_)


def asked(controller, said, step_h):
    """Return a controller's parameters in a scenario, and what a kWh costs there that makes a peak."""
    values = {name: getattr(said, name) for name in controller.parameters if name == "peak_kw"}
    price = MISSING_PRICE if said.peak_price is None else said.peak_price / step_h
    return controller.numbers(controller.defaults | values), price


def planned(ahead, store, end=None):
    """Return the tables of a plan; without an end what is left at last is worth nothing."""
    horizon, (widths, values) = ahead.need_kwh.size, end or (np.zeros(1), np.zeros(1))
    upto = np.zeros((horizon + 1, ROOM * horizon + values.size))
    value = np.zeros_like(upto)
    upto[-1, : values.size] = store.battery.minimum_kwh + widths.cumsum()
    upto[-1, values.size - 1] = store.battery.capacity_kwh
    value[-1, : values.size] = values
    assert plan(ahead.need_kwh, ahead.known, store, upto, value)
    return upto, value


def followed(ahead, store, stored_kwh, upto, value):
    """Return what a store does that follows a plan and finds what was expected: charged, given, stored, shape (step,)."""
    line, moves = new_line(), []
    for step in range(ahead.need_kwh.size):
        move = dispatch(ahead.at(step), store, stored_kwh, upto[step + 1], value[step + 1], line)
        stored_kwh = move.stored_kwh
        moves.append(move)
    return np.array(moves).T


def cost_of(ahead, store, charged, given):
    """Return what these moves cost at the meter, with wear and peaks, shape (step,)."""
    met = ahead.need_kwh + store.standby_kwh + charged - given
    over = np.maximum(met - ahead.most_import_kwh, 0.0)
    priced = np.where(met > 0, ahead.import_price, ahead.export_price) * met
    return priced + over * ahead.peak_price + store.wear_price * given


def worth_of(stored_kwh, store, end):
    """Return what is left at last is worth."""
    widths, values = end
    filled = np.clip(stored_kwh - store.battery.minimum_kwh - (widths.cumsum() - widths), 0.0, widths)
    return float(filled @ values)


def programme(ahead, store, stored_kwh, end):
    """Return the least cost less the worth of what is left, as a linear programme of flows; prices must be ordinary.

    Variables by step: charged, given, imported, exported, above the cap, missing at a departure, and stored; then what is left,
    by piece.
    """
    battery, steps = store.battery, ahead.need_kwh.size
    widths, values = end
    need = ahead.need_kwh + store.standby_kwh
    charged, given, bought, sold, over, short, stored = (np.arange(steps) + block * steps for block in range(7))
    left = 7 * steps + np.arange(widths.size)
    size = 7 * steps + widths.size
    price = np.zeros(size)
    price[given], price[bought], price[sold] = store.wear_price, ahead.import_price, -ahead.export_price
    price[over], price[left], price[short] = ahead.peak_price, -values, MISSING_PRICE
    high = np.full(size, np.inf)
    high[charged] = np.minimum(
        battery.charge_step_kwh * ahead.there, np.inf if store.grid_charge else np.maximum(-need, 0.0)
    )
    high[given] = np.minimum(
        np.minimum(battery.discharge_step_kwh * ahead.there, np.inf if store.feed_in else np.maximum(need, 0.0)),
        beside_surplus(store, ahead.need_kwh),
    )
    high[stored], high[left] = battery.capacity_kwh, widths
    low = np.zeros(size)
    low[stored] = battery.minimum_kwh
    equal, right = lil_matrix((2 * steps + 1, size)), np.zeros(2 * steps + 1)
    for step in range(steps):
        equal[step, bought[step]] = equal[step, given[step]] = 1.0
        equal[step, sold[step]] = equal[step, charged[step]] = -1.0
        right[step] = need[step]
        row = steps + step
        equal[row, stored[step]] = 1.0
        equal[row, charged[step]] = -battery.charge_efficiency
        equal[row, given[step]] = 1.0 / battery.discharge_efficiency
        if step:
            equal[row, stored[step - 1]] = -1.0
        else:
            right[row] = stored_kwh
    equal[-1, left] = 1.0
    equal[-1, stored[-1]] = -1.0
    right[-1] = -battery.minimum_kwh
    at_most = lil_matrix((2 * steps, size))
    at_most[np.arange(steps), bought], at_most[np.arange(steps), sold] = 1.0, -1.0
    at_most[np.arange(steps), over] = -1.0
    most = np.where(np.isinf(ahead.most_import_kwh), 1e6, ahead.most_import_kwh)
    # Before the first step nothing can be done about what is missing.
    for step in range(1, steps):
        at_most[steps + step, stored[step - 1]] = at_most[steps + step, short[step]] = -1.0
    most = np.concatenate([most, [0.0], -ahead.wanted[1:]])
    return _solved(price, equal, right, low, high, at_most, most)


def mixture(ahead, store, stored_kwh, end):
    """Return the same for any prices: each step is a mixture of its corners, as if it could divide its time among them."""
    battery, steps = store.battery, ahead.need_kwh.size
    widths, values = end
    prices, inside, owner = [], [], []
    for step in range(steps):
        need, most = ahead.need_kwh[step] + store.standby_kwh, ahead.most_import_kwh[step]
        beside = float(beside_surplus(store, ahead.need_kwh[step]))
        least = -min(battery.discharge_step_kwh, np.inf if store.feed_in else max(need, 0.0), beside)
        largest = min(battery.charge_step_kwh, np.inf if store.grid_charge else max(-need, 0.0))
        for corner in {least, largest, *(y for y in (0.0, -need, most - need) if least < y < largest)}:
            one = ahead.only(step)
            charged, given = max(corner, 0.0), max(-corner, 0.0)
            prices.append(cost_of(one, store, charged, given)[0])
            inside.append(charged * battery.charge_efficiency - given / battery.discharge_efficiency)
            owner.append(step)
    corners = len(prices)
    size = corners + steps + widths.size
    price = np.array([*prices, *np.zeros(steps), *-values])
    equal, right = lil_matrix((2 * steps + 1, size)), np.zeros(2 * steps + 1)
    for corner, step in enumerate(owner):
        equal[step, corner] = 1.0
        equal[steps + step, corner] = -inside[corner]
    right[:steps] = 1.0
    for step in range(steps):
        equal[steps + step, corners + step] = 1.0
        if step:
            equal[steps + step, corners + step - 1] = -1.0
    right[steps] = stored_kwh
    equal[-1, corners + steps :] = 1.0
    equal[-1, corners + steps - 1] = -1.0
    right[-1] = -battery.minimum_kwh
    low, high = np.zeros(size), np.full(size, np.inf)
    low[corners : corners + steps] = battery.minimum_kwh
    high[corners : corners + steps] = battery.capacity_kwh
    high[corners + steps :] = widths
    return _solved(price, equal, right, low, high)


def _solved(price, equal, right, low, high, at_most=None, most=None):
    tight = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
    found = linprog(
        price, A_ub=None if at_most is None else at_most.tocsr(), b_ub=most, A_eq=equal.tocsr(), b_eq=right,
        bounds=np.column_stack([low, high]), method="highs", options=tight,
    )  # fmt: skip
    assert found.status == 0, found.message
    return found.fun
