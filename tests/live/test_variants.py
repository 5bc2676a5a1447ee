"""What meters really send, in the many ways in which they do: what each message comes to, or that it is nothing."""

from __future__ import annotations

import json

import pytest

from jiran.errors import JiranError
from jiran.live.ear import Ear
from jiran.live.meters import meters_of

#: 2026-03-20 17:46:40 in Kuching, 09:46:40 UTC.
NOW_MS = 1_774_000_000_000
LOCAL, UTC = "2026-03-20T17:46:40", "2026-03-20T09:46:40Z"


def j(**content):
    return json.dumps(content)


def energy(time=LOCAL, **content):
    return j(Time=time, ENERGY={"TotalStartTime": "2023-01-01T00:00:00", **content})


def senml(*records):
    return json.dumps(records)


def sensor(**changes):
    content = {
        "device_class": "energy",
        "state_class": "total_increasing",
        "unit_of_measurement": "kWh",
        "state_topic": "x/S1",
    }
    return json.dumps({name: one for name, one in (content | changes).items() if one is not None})


SHORT = {"dev_cla": "energy", "stat_cla": "total_increasing", "unit_of_meas": "Wh", "stat_t": "~/state", "~": "z/S1"}
FULL = {"id": 0, "a_total_act_energy": 100.0, "a_total_act_ret_energy": 1.0, "b_total_act_energy": 200.0, "b_total_act_ret_energy": 2.0,
        "c_total_act_energy": 300.25, "c_total_act_ret_energy": 3.5}  # fmt: skip


def notify(method="NotifyStatus", ts=NOW_MS / 1_000, **components):
    return j(src="shellypro3em-S1", dst="S1/events", method=method, params={"ts": ts, **components})


#: By dialect: messages in order, and registers in Wh that are heard of them.
CASES = {
    # Tasmota
    "tasmota-full": ("tasmota", [("tele/S1/SENSOR", energy(Total=1234.567, Yesterday=1.2, Today=0.3, Period=5, Power=120, ApparentPower=130,
        ReactivePower=50, Factor=0.92, Voltage=231, Current=0.56))], {"import": 1_234_567}),
    "tasmota-two-ways": ("tasmota", [("tele/S1/SENSOR", energy(Total=2, ExportActive=0.5, TodaySumImport=1, TodaySumExport=2))], {"import": 2_000, "export": 500}),
    "tasmota-phases": ("tasmota", [("tele/S1/SENSOR", energy(Total=[1, 2.5, 3], ExportActive=[0, 0.1, 0.2], Power=[1, 2, 3]))], {"import": 6_500, "export": 300}),
    "tasmota-tariffs": ("tasmota", [("tele/S1/SENSOR", energy(Total=3, TotalTariff=[1, 2], ExportActive=1, ExportTariff=[1, 0]))], {"import": 3_000, "export": 1_000}),
    "tasmota-offset": ("tasmota", [("tele/S1/SENSOR", energy("2026-03-20T10:46:40+01:00", Total=1))], {"import": 1_000}),
    "tasmota-z": ("tasmota", [("tele/S1/SENSOR", energy(UTC, Total=1))], {"import": 1_000}),
    "tasmota-no-clock-yet": ("tasmota", [("tele/S1/SENSOR", energy("1970-01-01T00:00:12", Total=1))], {}),
    "tasmota-no-time": ("tasmota", [("tele/S1/SENSOR", '{"ENERGY":{"Total":1}}')], {}),
    "tasmota-topic-first": ("tasmota", [("S1/tele/SENSOR", energy(Total=4))], {"import": 4_000}),
    "tasmota-status-8": ("tasmota", [("stat/S1/STATUS8", j(StatusSNS=json.loads(energy(Total=5))))], {"import": 5_000}),
    "tasmota-status-10": ("tasmota", [("stat/S1/STATUS10", j(StatusSNS=json.loads(energy(Total=5, ExportActive=1))))], {"import": 5_000, "export": 1_000}),
    "tasmota-state": ("tasmota", [("tele/S1/STATE", j(Time=LOCAL, ENERGY={"Total": 9})), ("tele/S1/LWT", "Online")], {}),
    "tasmota-today-alone": ("tasmota", [("tele/S1/SENSOR", energy(Today=9, Yesterday=8))], {}),
    "tasmota-text": ("tasmota", [("tele/S1/SENSOR", energy(Total="12.5"))], {"import": 12_500}),
    "tasmota-zero": ("tasmota", [("tele/S1/SENSOR", energy(Total=0, ExportActive=0))], {"import": 0, "export": 0}),
    "tasmota-other-sensors": ("tasmota", [("tele/S1/SENSOR", j(Time=LOCAL, DS18B20={"Temperature": 20}, ENERGY={"Total": 1}, TempUnit="C"))], {"import": 1_000}),
    # Shelly, second generation and later
    "shelly-3em": ("shelly", [("S1/status/emdata:0", j(**FULL, total_act=600.25, total_act_ret=6.5))], {"import": 600.25, "export": 6.5}),
    "shelly-3em-phases-alone": ("shelly", [("S1/status/emdata:0", j(**FULL))], {"import": 600.25, "export": 6.5}),
    "shelly-3em-a-phase-missing": ("shelly", [("S1/status/emdata:0", j(**{name: one for name, one in FULL.items() if name[0] != "b"}))], {}),
    "shelly-3em-null": ("shelly", [("S1/status/emdata:0", j(id=0, total_act=None, total_act_ret=None))], {}),
    "shelly-em1": ("shelly", [("S1/status/em1data:0", j(id=0, total_act_energy=10, total_act_ret_energy=2))], {"import": 10, "export": 2}),
    "shelly-power-alone": ("shelly", [("S1/status/em:0", j(id=0, total_act_power=500, a_act_power=100))], {}),
    "shelly-pm": ("shelly", [("S1/status/pm1:0", j(id=0, voltage=230.1, apower=10, aenergy={"total": 1234.567, "by_minute": [1, 2, 3], "minute_ts": 1}, ret_aenergy={"total": 8, "by_minute": [0, 0, 0]}))], {"import": 1234.567, "export": 8}),
    "shelly-switch": ("shelly", [("S1/status/switch:0", j(id=0, output=True, apower=8.9, aenergy={"total": 11.679, "by_minute": [0, 0, 0], "minute_ts": 1}))], {"import": 11.679}),
    "shelly-notified": ("shelly", [("S1/events/rpc", notify(**{"emdata:0": {**FULL, "total_act": 600.25, "total_act_ret": 6.5}}))], {"import": 600.25, "export": 6.5}),
    "shelly-notified-with-power": ("shelly", [("S1/events/rpc", notify(**{"em:0": {"total_act_power": 1}, "emdata:0": {"total_act": 7, "total_act_ret": 0}}))], {"import": 7, "export": 0}),
    "shelly-notified-in-full": ("shelly", [("S1/events/rpc", notify("NotifyFullStatus", **{"sys": {}, "emdata:0": {"total_act": 7, "total_act_ret": 0}}))], {"import": 7, "export": 0}),
    "shelly-notified-em1": ("shelly", [("S1/events/rpc", notify(**{"em1data:0": {"id": 0, "total_act_energy": 7, "total_act_ret_energy": 1}}))], {"import": 7, "export": 1}),
    "shelly-notified-pm": ("shelly", [("S1/events/rpc", notify(**{"pm1:0": {"id": 0, "aenergy": {"total": 7}, "ret_aenergy": {"total": 2}}}))], {"import": 7, "export": 2}),
    "shelly-event": ("shelly", [("S1/events/rpc", notify("NotifyEvent", events=[{"component": "emdata:0", "event": "data"}]))], {}),
    "shelly-power-notified": ("shelly", [("S1/events/rpc", notify(**{"em:0": {"id": 0, "a_act_power": 25}}))], {}),
    "shelly-notified-without-what-stays": ("shelly", [
        ("S1/events/rpc", notify(ts=NOW_MS / 1_000 - 60, **{"emdata:0": {"total_act": 7, "total_act_ret": 2}})),
        ("S1/events/rpc", notify(**{"emdata:0": {"id": 0, "total_act": 8}}))], {"import": 8, "export": 2}),
    "shelly-never-said": ("shelly", [("S1/events/rpc", notify(**{"emdata:0": {"id": 0, "total_act": 8}}))], {"import": 8}),
    # Shelly, first generation
    "gen1": ("shelly-gen1", [("shellies/S1/emeter/0/total", "12345.6"), ("shellies/S1/emeter/0/total_returned", "0.0")], {"import_0": 12345.6, "export_0": 0}),
    "gen1-else": ("shelly-gen1", [("shellies/S1/emeter/0/energy", "55"), ("shellies/S1/emeter/0/power", "20.5"), ("shellies/S1/emeter/0/pf", "0.9"), ("shellies/S1/online", "true"), ("shellies/S1/relay/0", "on"), ("shellies/announce", "{}")], {}),
    "gen1-strange-phase": ("shelly-gen1", [("shellies/S1/emeter/7/total", "1"), ("shellies/S1/emeter/x/total", "1")], {}),
    "gen1-words": ("shelly-gen1", [("shellies/S1/emeter/0/total", "nan"), ("shellies/S1/emeter/0/total", "-1"), ("shellies/S1/emeter/0/total", "")], {}),
    # DSMR-reader
    "dsmr": ("dsmr-reader", [("S1/reading/id", "7"), ("S1/reading/timestamp", UTC), ("S1/reading/electricity_delivered_1", "1234.567"), ("S1/reading/electricity_returned_1", "1.5"), ("S1/reading/electricity_delivered_2", "2"), ("S1/reading/electricity_returned_2", "0"), ("S1/reading/electricity_currently_delivered", "0.3")],
        {"import_1": 1_234_567, "export_1": 1_500, "import_2": 2_000, "export_2": 0}),
    "dsmr-offset": ("dsmr-reader", [("S1/reading/timestamp", "2026-03-20T10:46:40+01:00"), ("S1/reading/electricity_delivered_1", "000001.000")], {"import_1": 1_000}),
    "dsmr-values-alone": ("dsmr-reader", [("S1/reading/electricity_delivered_1", "1")], {}),
    "dsmr-bad-time": ("dsmr-reader", [("S1/reading/timestamp", UTC), ("S1/reading/timestamp", "now"), ("S1/reading/electricity_delivered_1", "1")], {}),
    "dsmr-json": ("dsmr-reader", [("S1/json", j(id=7, timestamp=UTC, electricity_delivered_1="1234.567", electricity_returned_1="0.000", electricity_delivered_2="2", electricity_returned_2="3", electricity_currently_delivered="0.5", phase_currently_delivered_l1=None))],
        {"import_1": 1_234_567, "export_1": 0, "import_2": 2_000, "export_2": 3_000}),
    "dsmr-json-without-time": ("dsmr-reader", [("S1/json", j(electricity_delivered_1="1"))], {}),
    "dsmr-day": ("dsmr-reader", [("S1/reading/timestamp", UTC), ("S1/day-consumption/electricity1", "3.1"), ("S1/meter-stats/electricity_tariff", "1")], {}),
    # Home Assistant's discovery
    "ha-plain": ("home-assistant", [("homeassistant/sensor/S1_import/config", sensor()), ("x/S1", "12.5")], {"import": 12_500}),
    "ha-short": ("home-assistant", [("homeassistant/sensor/S1_import/config", j(**SHORT, val_tpl="{{ value_json.total }}")), ("z/S1/state", '{"total":12.5}')], {"import": 12.5}),
    "ha-unique": ("home-assistant", [("homeassistant/sensor/0x00158d/energy/config", sensor(unique_id="S1_export", device={"identifiers": ["x"]}, availability=[{"topic": "y"}])), ("x/S1", " 3\n")], {"export": 3_000}),
    "ha-node": ("home-assistant", [("homeassistant/sensor/S1/import/config", sensor(value_template="{{ value_json['a']['b'] | float }}")), ("x/S1", '{"a":{"b":"7.25"}}')], {"import": 7_250}),
    "ha-object-in-payload": ("home-assistant", [("homeassistant/sensor/abc/config", sensor(object_id="S1_import", unique_id="abc")), ("x/S1", "1")], {"import": 1_000}),
    "ha-same-object-of-two": ("home-assistant", [
        ("homeassistant/sensor/n1/energy/config", sensor(unique_id="S1_import", state_topic="a")),
        ("homeassistant/sensor/n2/energy/config", sensor(unique_id="E1_import", state_topic="b")), ("a", "1"), ("b", "2")], {"import": 1_000, "E1 import": 2_000}),
    "ha-device": ("home-assistant", [("homeassistant/device/box/config", j(dev={"ids": "box"}, o={"name": "fw"}, state_topic="box/state", cmps={
        "a": {"p": "sensor", "dev_cla": "energy", "stat_cla": "total_increasing", "unit_of_meas": "kWh", "val_tpl": "{{ value_json.in }}", "uniq_id": "S1_import"},
        "b": {"p": "sensor", "device_class": "energy", "state_class": "total", "unit_of_measurement": "Wh", "value_template": "{{ value_json.out }}", "unique_id": "S1_export"},
        "c": {"p": "switch", "unique_id": "E1_import"}})), ("box/state", '{"in":1.5,"out":20}')], {"import": 1_500, "export": 20}),
    "ha-device-long": ("home-assistant", [("homeassistant/device/n/box/config", j(device={}, origin={}, components={
        "a": {"platform": "sensor", "device_class": "energy", "state_class": "total_increasing", "unit_of_measurement": "kWh", "state_topic": "q", "unique_id": "S1_import"}})), ("q", "4")], {"import": 4_000}),
    "ha-device-removed": ("home-assistant", [("homeassistant/device/box/config", j(state_topic="q", cmps={"a": {"p": "sensor", **json.loads(sensor(state_topic=None)), "unique_id": "S1_import"}})), ("homeassistant/device/box/config", ""), ("q", "4")], {}),
    "ha-device-a-part-removed": ("home-assistant", [("homeassistant/device/box/config", j(state_topic="q", cmps={"a": {"p": "sensor", **json.loads(sensor(state_topic=None)), "unique_id": "S1_import"}})), ("homeassistant/device/box/config", j(state_topic="q", cmps={"a": {"p": "sensor"}})), ("q", "4")], {}),
    "ha-moved": ("home-assistant", [("homeassistant/sensor/S1_import/config", sensor()), ("homeassistant/sensor/S1_import/config", sensor(state_topic="new")), ("x/S1", "1"), ("new", "2")], {"import": 2_000}),
    "ha-removed": ("home-assistant", [("homeassistant/sensor/S1_import/config", sensor()), ("homeassistant/sensor/S1_import/config", ""), ("x/S1", "1")], {}),
    "ha-megajoule": ("home-assistant", [("homeassistant/sensor/S1_import/config", sensor(unit_of_measurement="MJ")), ("x/S1", "36")], {"import": 10_000}),
    "ha-round": ("home-assistant", [("homeassistant/sensor/S1_import/config", sensor(value_template="{{ value_json.a|float|round(1) }}")), ("x/S1", '{"a":1.26}')], {"import": 1_300}),
    "ha-measured": ("home-assistant", [("homeassistant/sensor/S1_import/config", sensor(state_class="measurement")), ("x/S1", "1")], {}),
    "ha-power": ("home-assistant", [("homeassistant/sensor/S1_import/config", sensor(device_class="power", unit_of_measurement="W")), ("x/S1", "1")], {}),
    "ha-states": ("home-assistant", [("homeassistant/sensor/S1_import/config", sensor()), *(("x/S1", word) for word in ("unavailable", "unknown", "", "None", "1 kWh", "1,5", "0x1", "-2", "1e3"))], {}),
    **{f"ha-template-{n}": ("home-assistant", [("homeassistant/sensor/S1_import/config", sensor(value_template=template)), ("x/S1", '{"a":1}')], {})
       for n, template in enumerate(("{{ value_json.a | float / 1000 }}", "{{ value_json.a | default(5) }}", "{% if true %}5{% endif %}", "{{ states.sensor.x }}",
                                     "{{ (value_json.a) }}", "{{ value_json.a | float(default=0) }}", "{{ value_json.a ~ '1' }}", "5", ""))},
    # SenML
    "senml-base": ("senml", [("jiran/senml/S1", senml({"bn": "urn:dev:mac:0024befffe804ff1/", "bt": NOW_MS / 1_000, "bu": "kWh"}, {"n": "import", "v": 1.5}, {"n": "export", "v": 0}))], {"import": 1_500, "export": 0}),
    "senml-name-alone": ("senml", [("jiran/senml/S1", senml({"bn": "S1:import", "bt": NOW_MS / 1_000, "u": "Wh", "v": 7}))], {"import": 7}),
    "senml-own-unit": ("senml", [("jiran/senml/S1", senml({"bn": "S1/", "bu": "kWh", "n": "import", "u": "Wh", "v": 7}, {"n": "export", "v": 7}))], {"import": 7, "export": 7_000}),
    "senml-offset-of-time": ("senml", [("jiran/senml/S1", senml({"bt": NOW_MS / 1_000 + 60, "bu": "Wh", "n": "import", "t": -60, "v": 7}))], {"import": 7}),
    "senml-underscore": ("senml", [("jiran/senml/S1", senml({"bt": NOW_MS / 1_000, "bu": "Wh", "n": "energy_import", "v": 7}, {"n": "meter.export", "v": 8}))], {"import": 7, "export": 8}),
    "senml-other-word": ("senml", [("jiran/senml/S1", senml({"bt": NOW_MS / 1_000, "bu": "Wh", "n": "reimport", "v": 7}))], {}),
    "senml-base-value": ("senml", [("jiran/senml/S1", senml({"bt": NOW_MS / 1_000, "bu": "Wh", "bv": 100, "n": "import", "v": 7}, {"n": "export", "v": 0.5}))], {"import": 107, "export": 100.5}),
    "senml-bad-base-value": ("senml", [("jiran/senml/S1", senml({"bu": "Wh", "bv": "100", "n": "import", "v": 7}))], {}),
    "senml-base-value-alone": ("senml", [("jiran/senml/S1", senml({"bu": "Wh", "bv": 100, "n": "import"}))], {}),
    "senml-text": ("senml", [("jiran/senml/S1", senml({"bu": "Wh", "n": "import", "vs": "7"}, {"n": "export", "vb": True}))], {}),
    "senml-sum": ("senml", [("jiran/senml/S1", senml({"bu": "Wh", "n": "import", "s": 7}))], {}),
    "senml-joule": ("senml", [("jiran/senml/S1", senml({"bu": "J", "n": "import", "v": 3_600_000}))], {"import": 1_000}),
    "senml-power": ("senml", [("jiran/senml/S1", senml({"bu": "W", "n": "import", "v": 500}))], {}),
    "senml-version": ("senml", [("jiran/senml/S1", senml({"bver": 10, "bu": "Wh", "n": "import", "v": 7}))], {"import": 7}),
    "senml-secondary-units": ("senml", [("jiran/senml/S1", senml({"bver": 26, "bu": "Wh", "n": "import", "v": 7}))], {"import": 7}),
    "senml-of-tomorrow": ("senml", [("jiran/senml/S1", senml({"bver": 11, "bu": "Wh", "n": "import", "v": 7}))], {}),
    "senml-must-understand": ("senml", [("jiran/senml/S1", senml({"bu": "Wh", "n": "import", "v": 7, "scale_": 1_000}))], {}),
    "senml-may-understand": ("senml", [("jiran/senml/S1", senml({"bu": "Wh", "n": "import", "v": 7, "ut": 60, "quality": 1}))], {"import": 7}),
    "senml-object": ("senml", [("jiran/senml/S1", j(n="import", u="Wh", v=7))], {}),
    "senml-no-unit": ("senml", [("jiran/senml/S1", senml({"n": "import", "v": 7}))], {}),
    # Glow
    "glow": ("glow", [("glow/S1/SENSOR/electricitymeter", j(electricitymeter={"timestamp": UTC, "energy": {"export": {"cumulative": 0.0, "units": "kWh"}, "import": {"cumulative": 6613.405, "day": 13.252, "week": 50.1, "month": 99, "units": "kWh", "mpan": "1", "supplier": "x", "price": {"unitrate": 0.28}}}, "power": {"value": 0.951, "units": "kW"}}))],
        {"import": 6_613_405, "export": 0}),
    "glow-gas": ("glow", [("glow/S1/SENSOR/gasmeter", j(gasmeter={"timestamp": UTC, "energy": {"import": {"cumulative": 1, "units": "kWh"}}}))], {}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_a_meter_really_sends(case):
    dialect, messages, expected = CASES[case]
    listening = Ear(meters_of(("S1", "E1"), None, dialect), "Asia/Kuching", 1_000)
    found = {}
    for topic, payload in messages:
        for meter, _, one in listening.hear(topic, payload.encode(), NOW_MS):
            found["" if meter == "S1" else f"{meter} ", one.register] = (one.value, one.at_ms)
    assert {"".join(name): value for name, (value, _) in found.items()} == {
        name: round(wh * 1_000) for name, wh in expected.items()
    }
    assert {at for _, at in found.values()} <= {NOW_MS}


DEVICE = CASES["ha-device"][1]


def test_what_a_device_announced_is_known_after_the_service_starts_again():
    listening = Ear(meters_of(("S1", "E1"), None, "home-assistant"), "Asia/Kuching", 1_000)
    for topic, payload in (*DEVICE[:1], (DEVICE[0][0], "rubbish")):
        listening.hear(topic, payload.encode(), NOW_MS)
    again = Ear(meters_of(("S1", "E1"), None, "home-assistant"), "Asia/Kuching", 1_000)
    for topic, payload in listening.announced.items():
        again.hear(topic, payload, NOW_MS)
    assert again.subscriptions == listening.subscriptions
    assert [one.value for _, _, one in again.hear(*DEVICE[1][:1], DEVICE[1][1].encode(), NOW_MS)] == [1_500_000, 20_000]
    again.hear(DEVICE[0][0], b"", NOW_MS)
    assert "box/state" not in again.subscriptions
    assert again.announced == {}


SENSORS = """
[home.S1]
dialect = "home-assistant"
import_sensor = "0x00158d0001_energy_zigbee2mqtt"
[home.E1]
dialect = "home-assistant"
device = "gate"
import_sensor = "218FF9_ENERGY_Total"
export_sensor = "produced"
"""


def test_sensors_of_other_makers_are_named(tmp_path):
    (tmp_path / "meters.toml").write_text(SENSORS)
    meters = meters_of(("S1", "E1"), tmp_path / "meters.toml")
    assert [one.expected(one.dialect) for one in meters.values()] == [("import",), ("import", "export")]
    listening = Ear(meters, "Asia/Kuching", 1_000)
    for topic, content in (
        (
            "0x00158d0001/energy",
            sensor(
                unique_id="0x00158d0001_energy_zigbee2mqtt", state_topic="z", value_template="{{ value_json.energy }}"
            ),
        ),
        ("218FF9_ENERGY_Total", sensor(unique_id="218FF9_ENERGY_Total", state_topic="t")),
        ("node/produced", sensor(unique_id="x", state_topic="p")),
        ("strange/energy", sensor(unique_id="0x00158d0002_energy_zigbee2mqtt", state_topic="strange")),
    ):
        listening.hear(f"homeassistant/sensor/{topic}/config", content.encode(), NOW_MS)
    said = (("z", '{"energy":1.5}'), ("t", "2"), ("p", "3"), ("strange", "4"))
    found = [
        (home, one.register, one.value)
        for topic, text in said
        for home, _, one in listening.hear(topic, text.encode(), NOW_MS)
    ]
    assert found == [("S1", "import", 1_500_000), ("E1", "import", 2_000_000), ("E1", "export", 3_000_000)]


@pytest.mark.parametrize(("changed", "said"), [
    (("home-assistant", "tasmota"), 'need dialect = "home-assistant"'),
    (("produced", "0x00158d0001_energy_zigbee2mqtt"), "is named twice"),
    (('"produced"', "7"), "export_sensor"),
])  # fmt: skip
def test_sensors_that_cannot_be_are_refused(changed, said, tmp_path):
    (tmp_path / "meters.toml").write_text(SENSORS.replace(*changed))
    with pytest.raises(JiranError, match=said):
        meters_of(("S1", "E1"), tmp_path / "meters.toml")
