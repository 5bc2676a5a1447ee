"""Controllers: their laws, and what each is worth against own use and against the best that can be."""

from __future__ import annotations

import numpy as np
import pytest

from jiran.control import controller, controllers, find_controller, find_forecast, forecast
from jiran.control.storage import Battery
from jiran.control.store import Store
from jiran.errors import ControllerError
from jiran.testing import check_controller
from jiran.testing.controllers import random_way
from jiran.testing.days import Days, Way, live

ALL = tuple(controllers())
DAY, MANY = 24, 21
BATTERY = Battery(10.0, 0.0, 5.0, 5.0, 0.95, 0.95)
STORE = Store(BATTERY, standby_kwh=0.0, wear_price=0.0, grid_charge=True, feed_in=True)


def way(name, expects="mean-of-days", store=STORE):
    chosen, guess = find_controller(name), find_forecast(expects)
    return Way(chosen, chosen.defaults, guess, guess.defaults, store)


def home(import_price, export_price, seed=0, noise=0.3, sun_kw=3.0):
    """Return days of a home with a roof: sun at noon, most need in the evening, and noise."""
    rng = np.random.default_rng(seed)
    hour = np.arange(DAY * MANY) % DAY
    sun = np.clip(np.sin((hour - 6) / 12 * np.pi), 0.0, None) * sun_kw * rng.uniform(0.4, 1.0, MANY).repeat(DAY)
    need = 0.3 + 1.2 * ((hour >= 18) & (hour < 23)) + rng.exponential(noise, hour.size) - sun
    prices = [np.resize(np.asarray(price, dtype=float), hour.size) for price in (import_price, export_price)]
    return Days(need, *prices, DAY, 0.0)


def cost(name, days, expects="mean-of-days", store=STORE):
    """Return what the days cost, with what is left in the store at the price of the cheapest hour."""
    found = live(way(name, expects, store), days)
    return found.cost(days, store) - found.stored_kwh[-1] * days.import_price.min()


FLAT = home(0.4443, 0.2703)
STRONG = home(np.where((np.arange(DAY) >= 8) & (np.arange(DAY) < 22), 0.60, 0.30), 0.20, sun_kw=1.5)
RNG = np.random.default_rng(7)
DYNAMIC = home(RNG.uniform(0.05, 0.8, DAY * MANY), 0.05)


def test_the_controllers_are_found_by_name_and_say_what_they_do():
    assert {"plan-ahead", "plan-scenarios", "self-consumption", "time-of-use"} <= {*ALL}
    assert all(found.description.endswith(".") and found.trusted for found in controllers().values())
    assert [name for name, found in controllers().items() if found.direct] == ["self-consumption"]
    assert [name for name, found in controllers().items() if found.forecasts] == [
        "cooperative", "peak-shaving", "plan-ahead", "plan-scenarios", "smart-charging", "v2g",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ALL)
def test_no_controller_breaks_a_law(name):
    report = check_controller(name, books=25)
    assert report.ok, str(report)


def test_with_a_perfect_forecast_it_does_peek(monkeypatch):
    def seeing(rng, chosen):
        known = random_way(rng, chosen)
        return known._replace(forecast=find_forecast("perfect"), forecast_values={})

    monkeypatch.setattr("jiran.testing.controllers.random_way", seeing)
    assert "nobody peeks" in check_controller("plan-ahead", books=10).broken


def saved(name, days, expects="mean-of-days"):
    """Return the share of what own use saves that is saved."""
    nothing = days.need_kwh @ np.where(days.need_kwh > 0, days.import_price, days.export_price)
    return (nothing - cost(name, days, expects)) / (nothing - cost("self-consumption", days))


def test_on_a_flat_tariff_nothing_beats_own_use_and_a_plan_does_as_well():
    assert saved("plan-ahead", FLAT) >= 0.995
    assert saved("plan-scenarios", FLAT) >= 0.995
    assert saved("plan-ahead", FLAT, "perfect") == pytest.approx(1.0, abs=0.002)
    assert saved("time-of-use", FLAT) == pytest.approx(1.0, abs=1e-9)


def test_for_one_future_a_plan_for_several_is_the_plan_but_for_its_cells():
    assert saved("plan-scenarios", DYNAMIC, "ewma") == pytest.approx(saved("plan-ahead", DYNAMIC, "ewma"), rel=0.03)


@pytest.mark.parametrize("days", [STRONG, DYNAMIC], ids=["strong time of use", "a price for each hour"])
def test_where_prices_move_a_plan_saves_more_and_foresight_is_worth_little_beyond(days):
    plan, best = saved("plan-ahead", days), saved("plan-ahead", days, "perfect")
    assert plan > 1.05
    assert plan <= best + 1e-9
    assert plan > 0.85 * best  # the first of the 21 days is lost
    assert saved("plan-scenarios", days) > plan  # what comes now and then is thought of
    assert saved("time-of-use", days) < best


def test_without_the_right_to_the_grid_nothing_comes_from_it_and_nothing_goes_there():
    shy = STORE._replace(grid_charge=False, feed_in=False)
    found = live(way("plan-ahead", store=shy), DYNAMIC)
    assert (found.charged_kwh <= np.maximum(-DYNAMIC.need_kwh, 0.0) + 1e-12).all()
    assert (found.given_kwh <= np.maximum(DYNAMIC.need_kwh, 0.0) + 1e-12).all()
    assert live(way("plan-ahead"), DYNAMIC).charged_kwh.sum() > found.charged_kwh.sum()


def test_on_the_first_day_nothing_is_known_and_own_use_comes_first():
    planned, plain = (live(way(name), DYNAMIC) for name in ("plan-ahead", "self-consumption"))
    assert planned.stored_kwh[:DAY].tolist() == plain.stored_kwh[:DAY].tolist()
    assert planned.stored_kwh[DAY:].tolist() != plain.stored_kwh[DAY:].tolist()


def test_wear_that_costs_more_than_it_gains_stops_a_plan():
    dear = STORE._replace(wear_price=5.0)
    assert not live(way("plan-ahead", store=dear), DYNAMIC).given_kwh[DAY:].any()


PLAN = "need_kwh, ahead, day, store, parameters, upto_kwh, value"


def written(body, **declared):
    """Return a controller in plain Python with this body."""
    space = {"np": np, "controller": controller}
    exec(f"def wrong({PLAN}):\n    'Be wrong.'\n    {body}\n    return True\n", space)  # noqa: S102  a test writes it
    return controller("wrong", compiled=False, **declared)(space["wrong"])


FILL = "upto_kwh[:, 0] = store.battery.capacity_kwh; "


@pytest.mark.parametrize(
    ("body", "law"),
    [
        ("raise ValueError", "runs"),
        ("return False", "runs"),
        (FILL + "value[:, 0] = np.nan", "runs"),
        ("upto_kwh[:, 0] = 0.0; value[:, 0] = 1.0", "runs"),
        ("upto_kwh[:, :2] = [0.1, store.battery.capacity_kwh]; value[:, :2] = [0.2, 0.3]", "runs"),
        (FILL + "value[:, 0] = np.random.default_rng().random()", "repeats"),
        (FILL + "value[:, 0] = ahead.import_price[0]", None),
        (FILL + "value[:, 0] = 0.3", "heeds"),
    ],
)
def test_a_wrong_controller_is_caught(body, law):
    report = check_controller(written(body, forecasts=law == "heeds"), books=12)
    assert (law in report.broken) if law else report.ok, str(report)


def test_a_direct_controller_is_clipped_and_checked():
    @controller("greedy-for-power", direct=True, compiled=False)
    def all_in(need_kwh, stored_kwh, import_price, export_price, store, parameters):  # noqa: ARG001
        """Take all there is."""
        return 1e9

    found = live(Way(all_in, {}, find_forecast("yesterday"), {}, STORE), FLAT)
    assert found.stored_kwh.max() == 10.0
    assert found.charged_kwh.max() == 5.0
    assert check_controller(all_in, books=10).ok


def test_what_cannot_be_is_refused():
    def nothing():
        """Do nothing."""

    with pytest.raises(ControllerError, match="is direct"):
        controller("x", direct=True, forecasts=True)(nothing)
    with pytest.raises(ControllerError, match=r"horizon_h = 12 must be at least 24"):
        controller("x", horizon_h=12)(nothing)
    with pytest.raises(ControllerError, match="unknown; choose one of cooperative, peak-shaving, plan-ahead"):
        find_controller("crystal-ball")


def test_a_forecast_of_plain_python_serves_a_compiled_controller():
    @forecast("nothing-new", compiled=False)
    def nothing_new(past_kwh, day, parameters, need_kwh):  # noqa: ARG001
        """Expect what was."""
        need_kwh[0] = np.resize(past_kwh[-day:], need_kwh.shape[1])

    plan = find_controller("plan-ahead")
    mine = live(Way(plan, {}, nothing_new, {}, STORE), STRONG)
    theirs = live(way("plan-ahead", "yesterday"), STRONG)
    assert mine.stored_kwh.tolist() == theirs.stored_kwh.tolist()
