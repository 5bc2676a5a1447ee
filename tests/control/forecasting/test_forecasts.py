"""Each forecast by hand, its laws, and whether it is worth its name."""

from __future__ import annotations

import numpy as np
import pytest

from jiran.control import find_forecast, forecasts
from jiran.control.forecasting import forecast
from jiran.errors import ForecastError, ScenarioError
from jiran.plugins.plugin import Parameter
from jiran.testing import check_forecast

ALL = tuple(forecasts())


def ask(name, past, horizon, day=4, **given):
    found = find_forecast(name)
    values = found.values(given)
    need = np.full((found.rows(values), horizon), np.nan)
    found.code(np.array(past, dtype=np.float64), day, found.numbers(values), need)
    return need


def test_the_forecasts_are_found_by_name_and_say_what_they_do():
    assert {"ewma", "mean-of-days", "perfect", "ridge", "yesterday"} <= {*ALL}
    assert all(found.description.endswith(".") and found.trusted for found in forecasts().values())
    assert [name for name, found in forecasts().items() if found.foresight] == ["perfect"]


def test_yesterday_comes_again_and_again_from_the_time_of_day_that_it_is_now():
    past = [9, 1, 2, 3, 4]  # a day of four steps, and one step of the day before
    assert ask("yesterday", past, 6).tolist() == [[1, 2, 3, 4, 1, 2]]


def test_the_last_days_are_as_many_scenarios_the_newest_first():
    past = np.concatenate([np.full(4, day) for day in (1.0, 2.0, 5.0)])
    assert ask("mean-of-days", past, 5, days=2).tolist() == [[5.0] * 5, [2.0] * 5]
    assert ask("mean-of-days", past, 5, days=7).mean() == pytest.approx((5 + 2 + 1 + 5 + 2 + 1 + 5) / 7)


def test_a_weighted_mean_halves_the_weight_of_each_day_before():
    past = np.concatenate([np.full(4, day) for day in (1.0, 2.0, 5.0)])
    assert ask("ewma", past, 5, weight=0.5)[0] == pytest.approx([(4 * 5 + 2 * 2 + 1) / 7] * 5)
    assert ask("ewma", past, 3, weight=1.0)[0] == pytest.approx([5.0] * 3)


def test_ridge_learns_that_the_mean_of_days_tells_more_than_yesterday():
    rng = np.random.default_rng(0)
    shape = np.sin(np.arange(24) / 24 * 2 * np.pi) * 2
    past = np.tile(shape, 28) + rng.normal(0.0, 1.0, 28 * 24)
    error = {
        name: np.abs(ask(name, past, 48, day=24).mean(axis=0) - np.tile(shape, 2)).mean()
        for name in ALL
        if name != "perfect"
    }
    assert error["ridge"] < 0.5 * error["yesterday"]
    assert error["mean-of-days"] < 0.6 * error["yesterday"]
    assert error["ewma"] < 0.6 * error["yesterday"]


def test_ridge_repeats_what_repeats():
    shape = np.array([1.0, -2.0, 0.5, 3.0])
    assert ask("ridge", np.tile(shape, 20), 8)[0] == pytest.approx(np.tile(shape, 2), abs=0.02)
    assert ask("ridge", shape, 8)[0] == pytest.approx(np.tile(shape, 2))


@pytest.mark.parametrize("name", ALL)
def test_no_forecast_breaks_a_law(name):
    report = check_forecast(name, books=60)
    assert report.ok, str(report)


def peeking(past_kwh, day, parameters, need_kwh):  # noqa: ARG001
    """Look at what comes after the past in memory."""
    need_kwh[:] = past_kwh.base[past_kwh.size]


def deaf(past_kwh, day, parameters, need_kwh):  # noqa: ARG001
    """Expect nothing."""
    need_kwh[:] = 0.0


def idle(past_kwh, day, parameters, need_kwh):
    """Say no number."""


def moody(past_kwh, day, parameters, need_kwh):  # noqa: ARG001
    """Say something else each time."""
    need_kwh[:] = past_kwh[-1] + np.random.default_rng().random()


def writing(past_kwh, day, parameters, need_kwh):  # noqa: ARG001
    """Write into the past."""
    need_kwh[:] = past_kwh[-day:].sum()
    past_kwh[0] = 7.0


def failing(past_kwh, day, parameters, need_kwh):  # noqa: ARG001
    """Divide by nothing."""
    raise ZeroDivisionError


@pytest.mark.parametrize(
    ("function", "law"),
    [
        (peeking, "nobody peeks"),
        (deaf, "learns"),
        (idle, "numbers"),
        (moody, "repeats"),
        (writing, "inputs"),
        (failing, "runs"),
    ],
)
def test_a_wrong_forecast_is_caught(function, law):
    report = check_forecast(forecast("wrong", compiled=False)(function), books=20)
    assert law in report.broken
    assert f"{law} is broken:" in str(report)


def test_one_that_sees_what_comes_must_say_so_and_one_that_says_so_must_see():
    honest = forecast("truth", compiled=False, foresight=True)(find_forecast("perfect").function)
    blind = forecast("blind", compiled=False, foresight=True)(deaf)
    assert check_forecast(honest, books=20).ok
    assert set(check_forecast(blind, books=20).broken) == {"nobody peeks"}


def test_scenarios_that_nothing_counts_are_refused():
    with pytest.raises(ForecastError, match="no parameter"):
        forecast("x", scenarios="days")(deaf)
    with pytest.raises(ScenarioError, match=r"forecast.days = 40: must be a number at least 1 and at most 28"):
        find_forecast("mean-of-days").values({"days": 40})


def test_a_forecast_of_a_file_is_checked_by_its_laws(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(
        "from jiran.control import Parameter, forecast\n"
        "@forecast('last-step', share=Parameter(1.0, 'of it', gt=0, le=1))\n"
        "def last_step(past_kwh, day, parameters, need_kwh):\n"
        "    need_kwh[:] = parameters[0] * past_kwh[-1]\n"
    )
    assert find_forecast(str(path)).name == "last-step"
    assert not find_forecast(str(path)).trusted
    assert check_forecast(str(path), books=30).ok


def test_a_forecast_needs_a_parameter_that_is_one():
    with pytest.raises(ForecastError, match="must be declared with Parameter"):
        forecast("x", days=3)(deaf)
    assert forecast("x", days=Parameter(3, "days"), scenarios="days")(deaf).rows({"days": 3}) == 3
