"""What plans of batteries know ahead."""

from __future__ import annotations

from types import SimpleNamespace

from jiran.homes.timeline import timeline
from jiran.scenario import Scenario
from truth.harness import Claim, oracle


def of_batteries(drawn):
    """Yield the run, and the same with a battery in a home or not, run by any of those that come with jiran."""
    yield from ((drawn.result, one) for one in ("home_battery", "battery"))
    data, rng = drawn.scenario.model_dump(exclude_none=True), drawn.rng
    home = {"kind": "normal", "count": 1, "load_low_kw": 0.1, "load_high_kw": 0.9} | (
        {"battery_kwh": 5.0} if rng.random() < 0.8 else {}
    )
    names = {
        "controller": str(rng.choice(["plan-ahead", "plan-scenarios", "time-of-use", "self-consumption"])),
        "forecast": str(rng.choice(["perfect", "yesterday", "ewma"])),
    }
    changed = data | {"homes": {"groups": [home]}, rng.choice(["home_battery", "battery"]): names}
    scenario = Scenario.model_validate(changed | {"market": {"mechanism": "grid-fraction"}})
    yield from (
        (SimpleNamespace(scenario=scenario, timeline=timeline(scenario)), one) for one in ("home_battery", "battery")
    )


@oracle("assumed.foresight", of_batteries)
def foresight(run, section):
    data = run.scenario.model_dump(exclude_none=True)
    homes, asked = data["homes"], data[section]
    has_one = any(one.get("battery_kwh", 0.0) > 0.0 for one in (*homes["groups"], *homes["single"]))
    has_one = data["battery"]["capacity_kwh"] > 0.0 if section == "battery" else has_one
    plans = asked["controller"] not in ("self-consumption", "time-of-use")
    if not has_one or not plans or asked["forecast"] != "perfect":
        return None
    return Claim(
        {"section": section, "forecast": "perfect", "controller": asked["controller"]},
        (f'{section}.forecast = "perfect"', asked["controller"], "as a bound"),
    )
