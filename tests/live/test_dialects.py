"""Whatever comes over the network: never an exception, never a reading that was not said."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jiran.live.dialects import DIALECTS
from jiran.live.dialects.home_assistant import template
from jiran.live.ear import Ear
from jiran.live.message import Counters, Message
from jiran.live.meters import meters_of
from jiran.live.values import LARGEST

NOW_MS = 1_774_000_000_000
NAMES = ("S1", "E1", "home é")
ANY = st.sampled_from(list(DIALECTS))


def ear(dialect=None, most=100_000):
    return Ear(meters_of(NAMES, None, dialect), "Asia/Kuching", most)


def topics(dialect, device="S1"):
    said = [*DIALECTS[dialect].announce(device), *DIALECTS[dialect].produce(Counters(device, NOW_MS, 5, 7, "UTC"))]
    more = {"shelly": ["S1/events/rpc", "S1/status/em1data:0"]}
    return [one.topic for one in said] + more.get(dialect, [])


@given(
    ANY,
    st.sampled_from(NAMES),
    st.integers(0, LARGEST // 1_000),
    st.integers(0, LARGEST // 1_000),
    st.integers(-10_000, 10**9),
)
def test_what_a_dialect_says_it_also_hears(dialect, device, taken, given_, later):
    step = DIALECTS[dialect].resolution
    shown = Counters(device, NOW_MS + later * 1_000, taken // step * step, given_ // step * step, "Asia/Kuching")
    listening = ear(dialect)
    heard = []
    for one in (*DIALECTS[dialect].announce(device), *DIALECTS[dialect].produce(shown)):
        heard += listening.hear(one.topic, one.payload, shown.at_ms)
    sums = {
        side: sum(one.value for _, _, one in heard if one.register.startswith(side)) for side in ("import", "export")
    }
    assert sums == {"import": shown.import_value, "export": shown.export_value}
    assert sorted(one.register for _, _, one in heard) == sorted(DIALECTS[dialect].registers)
    assert {one.at_ms for _, _, one in heard} == {shown.at_ms}
    assert {home for home, _, _ in heard} == {device}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["Time", "ENERGY", "Total", "ExportActive", "total_act", "params", "ts", "emdata:0", "method", "n", "v", "bt",
                         "u", "electricitymeter", "energy", "import", "export", "cumulative", "timestamp", "device_class",
                         "state_topic", "value_template", "unique_id", "unit_of_measurement", "state_class", "~"]),
        inner, max_size=6),
    max_leaves=20,
)  # fmt: skip
DEEP = b"[" * 8_000 + b"]" * 8_000


@given(ANY, st.data(), st.binary(max_size=200) | JSON.map(lambda one: json.dumps(one).encode()))
@example("tasmota", None, DEEP)
@example("senml", None, b'[{"n":"import","u":"kWh","v":1e999999999}]')
@example("senml", None, b'[{"n":"import","u":"kWh","v":' + b"9" * 16_000 + b"}]")
@example("senml", None, b'[{"n":"import","u":"kWh","v":1,"bt":1e400}]')
@example("tasmota", None, b'{"Time":"9999-12-31T23:59:59","ENERGY":{"Total":1}}')
@example("tasmota", None, b'{"Time":"0001-01-01T00:00:00","ENERGY":{"Total":1}}')
@example("shelly", None, b'{"total_act":NaN}')
@example("dsmr-reader", None, "\u0661\u0662".encode())
def test_rubbish_is_no_exception_and_every_reading_is_a_register(dialect, data, payload):
    listening = ear(dialect)
    for topic in (
        topics(dialect) if data is None else [data.draw(st.sampled_from(topics(dialect)) | st.text(max_size=50))]
    ):
        for _, _, one in listening.hear(topic, payload, NOW_MS):
            assert 0 <= one.value <= LARGEST
            assert 0 < one.at_ms < 7_258_118_400_001
            assert one.register in DIALECTS[dialect].registers


@pytest.mark.parametrize(
    "number", ["-1", "true", '"x"', "null", "[]", "[1,null]", "1e16", "-0.001", '"1e5"', '"0x10"', '"\u0661"', "[[1]]"]
)
def test_what_is_no_register_is_not_heard(number):
    payload = f'{{"Time":"2026-03-21T07:00:00","ENERGY":{{"Total":{number}}}}}'.encode()
    assert ear("tasmota").hear("tele/S1/SENSOR", payload, NOW_MS) == []


def test_phases_are_added_and_numbers_are_exact():
    payload = b'{"Time":"2026-03-21T07:00:00","ENERGY":{"Total":[0.1,0.2,0.000001],"ExportActive":123456789.123456}}'
    found = {one.register: one.value for _, _, one in ear().hear("tele/S1/SENSOR", payload, NOW_MS)}
    assert found == {"import": 300_001, "export": 123_456_789_123_456}


@pytest.mark.parametrize(
    "text",
    ["{{ 7*7 }}", "{{ value_json.a.__class__.__mro__() }}", "{{ value_json['a'] | attr('x') }}", "{% for x in y %}{% endfor %}",
     "{{ value_json.a }}{{ value_json.b }}", "{{ value_json }}", "{{ states('x') }}", "{{ value_json.a + 1 }}", 7, None, "{{" * 200],
)  # fmt: skip
def test_a_template_that_is_more_than_a_path_is_refused(text):
    assert template(text) is None


def test_a_path_that_looks_like_an_attack_is_only_a_key():
    assert template("{{ value_json.__class__.a | float }}") == (("__class__", "a"), (("float", 0),))


def config(device="S1", register="import", **changes):
    content = json.loads(DIALECTS["home-assistant"].announce(device)[register == "export"].payload) | changes
    return Message(f"homeassistant/sensor/{device}_{register}/config", json.dumps(content).encode())


def test_a_sensor_can_be_taken_back_and_short_names_are_known():
    listening = ear("home-assistant")
    one = config(
        state_topic=None,
        stat_t="~/x",
        value_template=None,
        val_tpl="{{ value_json['a b'].c | round(1) }}",
        **{"~": "base"},
    )
    listening.hear(one.topic, one.payload, NOW_MS)
    assert "base/x" in listening.subscriptions
    ((_, _, heard),) = listening.hear("base/x", b'{"a b":{"c":"1.26"}}', NOW_MS)
    assert heard.value == 1_300_000
    listening.hear(one.topic, b"", NOW_MS)
    assert "base/x" not in listening.subscriptions
    assert listening.hear("base/x", b'{"a b":{"c":1.26}}', NOW_MS) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"state_topic": "#"},
        {"state_topic": "a/+"},
        {"unit_of_measurement": "kW"},
        {"device_class": "power"},
        {"value_template": "{{ 1 }}"},
        {"unit_of_measurement": []},
    ],
)
def test_a_sensor_that_is_not_understood_is_not_listened_to(changes):
    listening = ear("home-assistant")
    before = listening.subscriptions
    listening.hear(*config(**changes)[:2], NOW_MS)
    assert listening.subscriptions == before


def test_the_memory_holds_expected_meters_alone():
    listening = ear()
    for n in range(200):
        listening.hear(*config(f"stranger{n}")[:2], NOW_MS)
        listening.hear(*config(state_topic=f"t{n}")[:2], NOW_MS)
        listening.hear(f"homeassistant/sensor/other{n}/config", config(state_topic=f"u{n}").payload, NOW_MS)
        listening.hear(f"stranger{n}/reading/timestamp", b"2026-03-21T00:00:00Z", NOW_MS)
    assert sum(len(memory) for memory in listening._memory.values()) <= 3  # what, where, of whom
    assert len([one for one in listening.subscriptions if one[0] in "tu" and one[1:].isdigit()]) == 1


def test_a_meter_that_says_too_much_is_heard_only_so_often():
    listening = ear("senml", most=10)
    one = DIALECTS["senml"].produce(Counters("S1", NOW_MS, 5, 7, "UTC"))[0]
    assert sum(len(listening.hear(one.topic, one.payload, NOW_MS)) for _ in range(20)) == 10
    assert listening.counts["too many"] == 30
    assert len(listening.hear(one.topic, one.payload, NOW_MS + 3_600_000)) == 2
    listening.hear("x" * 300, b"", NOW_MS)
    listening.hear(one.topic, b" " * 20_000, NOW_MS)
    assert listening.counts["too long"] == 2
