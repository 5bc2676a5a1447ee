"""A scenario pinned as A: how the change is said, how the link carries it, and what the panel does with it."""

from __future__ import annotations

import pytest

import jiran
from jiran.app import links, pins
from jiran.app.links import Pin, base_of_data, base_of_preset, read_link, read_pin, write_link
from jiran.errors import JiranError
from jiran.explain.against import against
from jiran.scenario import validate
from opening import viewer
from pages import STREET, run, seen, show, text_of

B = {"solar.pv_kwp": 6.0, "battery.capacity_kwh": 40.0, "grid.export_price": 0.4}


@pytest.fixture(scope="module")
def a():
    return run()


@pytest.fixture(scope="module")
def b():
    return run(**B)


def pin(overrides=None, preset="paper"):
    return Pin(base_of_preset(preset), overrides or {}, jiran.load_scenario(preset, overrides or {}))


def opened(**link):
    at = viewer(**link).run()
    assert not at.exception
    return at


def link_of(at):
    return {name: value[0] if isinstance(value, list) else value for name, value in dict(at.query_params).items()}


def metrics(at):
    return {metric.label: metric for metric in at.metric}


def panel(at):
    return " ".join(text.value.replace("\\", "") for text in at.sidebar.caption)


def buttons(at):
    return {button.label for button in at.sidebar.button}


# --- what A is called -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"battery.capacity_kwh": 40}, "Community battery 20 kWh, now 40 kWh"),
        ({"grid.import_price": 0.6}, "Grid price MYR 0.5625 per kWh, now MYR 0.6 per kWh"),
        ({"grid.export_price": -0.05}, "Export price MYR 0.2 per kWh, now -MYR 0.05 per kWh"),
        ({"grid.co2_kg_per_kwh": 0.6}, "CO₂ of grid electricity 0.584 kg/kWh, now 0.6 kg/kWh"),
        ({"homes.groups.normal.count": 6}, "Normal homes 4, now 6"),
        ({"ev.supply.enabled": True}, "EVs supply neighbours in the evening off, now on"),
        ({"market.mechanism": "grid-only"}, "Market rule grid-fraction, now grid-only"),
        ({"load.low_kw": 0.2}, "Lower bound (household load) 0.15 kW, now 0.2 kW"),
        ({"grid.import_price": [0.5] * 24}, "Grid price MYR 0.5625 per kWh, now 24 values"),
        ({"seed": 2, "name": "other"}, "Scenario paper, now other"),
    ],
)
def test_the_change_is_said_in_plain_words(overrides, words):
    start = jiran.load_scenario("paper")
    assert pins.label(start, jiran.load_scenario("paper", overrides)) == words


def test_few_changes_are_said_one_by_one():
    start, many = jiran.load_scenario("paper"), jiran.load_scenario("paper", B | {"seed": 2, "steps": 48})
    assert pins.label(start, many) == (
        "Number of steps 24, now 48; Seed of chance 1, now 2; Solar capacity per home 5 kWp, now 6 kWp; and 2 changes more"
    )
    assert len(pins.differences(start, many)) == 5
    assert pins.differences(start, start) == []


def test_runs_of_another_time_or_money_are_apart(a):
    assert pins.not_comparable(a, run(**B, **{"homes.groups.normal.count": 9})) is None
    assert pins.not_comparable(a, run(steps=48)) == "A has 24 steps, this has 48"
    assert "60 minutes" in pins.not_comparable(a, run(steps=96, step_minutes=15))
    assert "starts on 21 Mar 2026" in pins.not_comparable(a, run(start="2026-06-21"))
    assert pins.not_comparable(a, run(currency="EUR")) == "A is in MYR, this in EUR"


# --- the link ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kept",
    [
        pin(),
        pin(B),
        pin({"seed": 7}, "kampung"),
        Pin(
            own := base_of_data("own", {"name": "own", "homes": {"groups": [{"kind": "solar", "count": 2}]}}),
            {"seed": 3},
            jiran.load_scenario("paper"),
        ),
    ],
    ids=["unchanged", "changed", "another preset", "a scenario of one's own"],
)
@pytest.mark.parametrize("start", [base_of_preset("paper"), own], ids=["on a preset", "on a scenario of one's own"])
def test_a_link_carries_a(kept, start):
    link = write_link(start, {"seed": 9}, kept)
    base, changes = read_link(link, None)
    assert (base.data, changes) == (start.data, {"seed": 9})
    again = read_pin(link, base)
    assert (again.base.data, again.changes) == (kept.base.data, kept.changes)


def test_a_that_cannot_be_shared_stays_out_of_the_link():
    local = Pin(base_of_preset("paper"), {}, jiran.load_scenario("paper"))
    local.base.link = {}
    assert write_link(base_of_preset("paper"), {}, local) == {"preset": "paper"}
    assert read_pin({"preset": "paper"}, base_of_preset("paper")) is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"homes.data.path": "/etc/passwd"}, "names a file"),
        ({"market.mechanism": "/tmp/rule.py"}, "names a file"),  # noqa: S108 - is never opened
        ({"steps": -1}, "steps"),
    ],
)
def test_a_link_whose_a_is_not_allowed_is_refused(changes, words):
    start = base_of_preset("paper")
    link = write_link(start, {}, Pin(start, changes, jiran.load_scenario("paper")))
    with pytest.raises(JiranError, match=words):
        read_pin(link, start)


def test_a_link_whose_a_holds_no_texts_is_refused():
    with pytest.raises(JiranError, match="damaged"):
        read_pin({"a": links.pack({"steps": 5})}, base_of_preset("paper"))


def test_a_link_whose_a_is_damaged_says_so_and_shows_the_rest():
    at = opened(preset="paper", seed="7", a="garbage")
    assert "damaged" in at.warning[0].value
    assert metrics(at)["All bills, MYR"].value == f"{run(seed=7).kpis['cost']:.2f}"
    assert buttons(at) >= {"Pin as A"}
    assert "Unpin" not in buttons(at)


# --- from the panel to the pages --------------------------------------------------------------------------------------


def test_pin_change_compare_go_back_and_unpin(a):
    at = opened()
    plain = {label: metric.delta for label, metric in metrics(at).items()}
    at.button(key="pin").click().run()
    assert "This is A." in panel(at)
    assert at.button(key="pin").disabled
    assert {label: metric.delta for label, metric in metrics(at).items()} == plain

    at.slider(key="0|grid.import_price").set_value(0.6).run()
    b = run(**{"grid.import_price": 0.6})
    assert "Compared with A: Grid price MYR 0.5625 per kWh, now MYR 0.6 per kWh." in panel(at)
    more = b.kpis["cost"] - a.kpis["cost"]
    assert metrics(at)["All bills, MYR"].delta == f"{more:+,.2f} vs A"
    assert metrics(at)["Saved, MYR"].delta == f"{b.kpis['saving'] - a.kpis['saving']:+,.2f} vs A"
    assert metrics(at)["Traded, kWh"].delta == "as in A"
    assert f"Against A the homes pay MYR {more:,.2f} more in all." in seen(at.markdown[0].value)
    assert at.get("metric")[1].proto.color == at.get("metric")[1].proto.MetricColor.RED

    link = link_of(at)
    there = opened(**link)
    assert metrics(there)["All bills, MYR"].delta == f"{more:+,.2f} vs A"

    at.button(key="to A").click().run()
    assert at.slider(key="1|grid.import_price").value == 0.5625
    assert metrics(at)["All bills, MYR"].value == f"{a.kpis['cost']:.2f}"
    assert "This is A." in panel(at)

    at.slider(key="1|grid.import_price").set_value(0.6).run()
    at.button(key="unpin").click().run()
    assert {"Back to A", "Unpin"}.isdisjoint(buttons(at))
    assert "a" not in link_of(at)
    assert not any("vs A" in str(metric.delta) for metric in at.metric)
    assert "Against A" not in at.markdown[0].value


def test_a_can_be_of_another_preset(a):
    at = opened()
    at.button(key="pin").click().run()
    at.selectbox(key="0|preset").set_value("kampung").run()
    assert "Compared with A: Scenario paper, now kampung." in panel(at)
    assert any("A's steps are 60 minutes long, these 15: mind this" in seen(text.value) for text in at.caption)
    at.button(key="to A").click().run()
    assert metrics(at)["All bills, MYR"].value == f"{a.kpis['cost']:.2f}"
    assert link_of(at)["preset"] == "paper"


def test_back_to_an_a_that_was_itself_changed():
    at = opened()
    at.slider(key="0|solar.pv_kwp").set_value(6.0).run()
    at.button(key="pin").click().run()
    at.number_input(key="0|battery.capacity_kwh").set_value(0.0).run()
    assert "Compared with A: Community battery 20 kWh, now 0 kWh." in panel(at)
    at.button(key="to A").click().run()
    assert metrics(at)["All bills, MYR"].value == f"{run(**{'solar.pv_kwp': 6.0}).kpis['cost']:.2f}"
    assert link_of(at)["solar.pv_kwp"] == "6.0"


def test_an_a_that_cannot_be_run_is_forgotten_with_a_word(b):
    data = {"name": "gone", "homes": {"data": {"path": "gone.csv"}}}
    broken = Pin(base_of_data("gone", data), {}, validate(data))
    at = show(STREET, b, pinned=broken)
    assert "A is no longer pinned" in at.session_state.notice
    assert at.session_state.pinned is None


def test_an_a_that_is_large_is_not_run_beside_what_is_shown(b):
    large = Pin(base_of_preset("paper"), {"steps": 900_000}, jiran.load_scenario("paper", {"steps": 900_000}))
    at = show(STREET, b, pinned=large)
    assert at.session_state.pinned == large
    at = viewer()
    at.session_state["base"], at.session_state["changes"] = base_of_preset("paper"), {}
    at.session_state["pinned"] = large
    at.run()
    assert any("too much to be run beside" in caption.value for caption in at.sidebar.caption)


# --- the sentence -----------------------------------------------------------------------------------------------------


def test_the_sentence_counts_homes_that_are_worse_off(a):
    losers = run(**{"grid.export_price": 0.5625})
    number = int((losers.homes["saving"] < -1e-6).sum())
    assert number > 1
    assert text_of(against(losers, a)).endswith(f" {number} homes more than in A pay more by trading than without it.")
    assert text_of(against(a, losers)).endswith(f" {number} homes fewer than in A pay more by trading than without it.")
    assert text_of(against(a, run(seed=1))) == "Against A the homes pay the same in all."


def test_with_other_homes_or_days_the_sentence_is_of_a_home_a_day(a):
    two = run(steps=48, **{"homes.groups.normal.count": 8})
    less = a.kpis["cost"] / 12 - two.kpis["cost"] / 16 / 2
    word = "less" if less > 0 else "more"
    assert f"Against A a home pays MYR {abs(less):.2f} {word} a day." in text_of(against(two, a))
