"""What a broker keeps for a service that is away, also through a kill: the table of docs/live.md, measured."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from jiran.live.address import broker_at
from jiran.live.broker import listen
from jiran.live.dialects import DIALECTS
from jiran.live.message import Counters, Message
from jiran.live.rules import MINUTE_MS
from live_streets import scenario_of, street_of

MANY = 40
OPEN = "allow_anonymous true\n"
DOCS = Path(__file__).parents[2] / "docs" / "live.md"
#: By the words of the documentation: quality of service, what the broker is told, whether it is killed, and how many are heard.
CASES = {
    "QoS 1": (1, "", True, False, MANY),
    "QoS 0, as Tasmota publishes": (0, "", True, False, 0),
    "QoS 1, and the broker is killed, with `autosave_on_changes true`": (
        1,
        "autosave_on_changes true\n",
        True,
        True,
        MANY,
    ),
    "QoS 1, and the broker is killed, with `persistence false`": (1, "", False, True, 0),
}


#: Saving follows confirming: what was confirmed last may be lost, and this is sent last.
LAST = Message("something/else", b"1", retain=True)


def reading(street, number, home="S1"):
    at = street.calendar.first_ms + number * 7_000  # within what clocks may be ahead: the played one stands still
    return DIALECTS["senml"].produce(Counters(home, at, 10**9 + number * 1_000, 0, "UTC"))[0]


async def listens(broker, street, heard):
    """Listen until a condition holds, or for some minutes."""
    await asyncio.wait_for(listen(broker, street, None, lambda _line: None, stop=heard), 300)


async def publish(broker, messages, qos):
    async with broker.client("meters", keep=False) as client:
        for one in messages:
            await client.publish(one.topic, one.payload, qos=qos, retain=one.retain)


async def hear_also(broker, street, store, home):
    """Let the service hear what there is, and last a reading that comes while it is there."""
    serving = asyncio.create_task(listens(broker, street, lambda: home in store.last_heard()))
    while not serving.done():  # until it has subscribed
        await publish(broker, [reading(street, 1, home)], 1)
        await asyncio.wait({serving}, timeout=0.2)
    await serving


@pytest.mark.parametrize("case", CASES)
def test_what_is_sent_while_the_service_is_away(case, mosquitto, tmp_path):
    qos, told, saves, killed, expected = CASES[case]
    machine = mosquitto(f"{OPEN}{told}", saves=saves)
    broker = broker_at(f"127.0.0.1:{machine.port}")
    scenario = scenario_of("paper", steps=2)

    async def everything(street, store):
        await hear_also(broker, street, store, "S2")  # from now on the broker knows it
        await publish(broker, [reading(street, number) for number in range(MANY)], qos)
        await publish(broker, [LAST], 1)
        if killed:
            machine.kill()
            machine.start()
        await hear_also(broker, street, store, "S3")
        return len(store.series("S1", "import", street.calendar.first_ms, street.calendar.first_ms + 60 * MINUTE_MS))

    with street_of(scenario, tmp_path / "live", end=True) as (street, store):
        found = asyncio.run(everything(street, store))
        street.commit()
    assert found == expected


def test_what_a_broker_retains_without_a_time_is_not_dated_by_its_arrival(mosquitto, tmp_path):
    broker = broker_at(f"127.0.0.1:{mosquitto().port}")
    old = Message("S1/status/emdata:0", b'{"id":0,"total_act":5000.0,"total_act_ret":1.0}', retain=True)

    async def everything(street, store):
        await publish(broker, [old], 1)
        await hear_also(broker, street, store, "S2")

    with street_of(scenario_of("paper", steps=2), tmp_path / "live", end=True) as (street, store):
        asyncio.run(everything(street, store))
        street.commit()
        assert "S1" not in store.last_heard()
        assert store.totals()["of unknown time"] == 2


@pytest.mark.parametrize("saves", [True, False])
def test_what_homes_are_shown_outlives_a_kill_where_the_broker_saves(saves, mosquitto):
    machine = mosquitto(f"{OPEN}autosave_on_changes true" if saves else OPEN, saves=saves)
    broker = broker_at(f"127.0.0.1:{machine.port}")

    async def kept():
        async with broker.client("home", keep=False) as client:
            await client.publish("jiran/paper/S1/now", b"{}", qos=1, retain=True)
            await client.publish(LAST.topic, LAST.payload, qos=1, retain=True)
        machine.kill()
        machine.start()
        async with broker.client("home", keep=False) as client:
            await client.subscribe("jiran/paper/+/now", qos=1)
            await client.publish("jiran/paper/last/now", b"", qos=1)  # comes after what was kept
            return str((await asyncio.wait_for(anext(aiter(client.messages)), 100)).topic)

    assert asyncio.run(kept()) == ("jiran/paper/S1/now" if saves else "jiran/paper/last/now")


def test_the_documentation_says_what_was_measured():
    listed = dict(re.findall(r"^\| (QoS .+?) \| (all|none) \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE))
    assert listed == {what: "all" if of[-1] else "none" for what, of in CASES.items()}


def test_a_broker_that_is_killed_before_it_is_told_that_a_reading_is_kept_is_reached_again(mosquitto, tmp_path):
    machine = mosquitto(f"{OPEN}autosave_on_changes true")
    broker = broker_at(f"127.0.0.1:{machine.port}")
    killed = []

    async def everything(street, store):
        commit = street.commit

        def commits():
            commit()
            if "S1" in store.last_heard() and not killed:
                killed.append(True)
                machine.kill()
                machine.start()

        street.commit = commits
        await hear_also(broker, street, store, "S1")
        assert killed
        await hear_also(broker, street, store, "S2")

    with street_of(scenario_of("paper", steps=2), tmp_path / "live", end=True) as (street, store):
        asyncio.run(everything(street, store))
