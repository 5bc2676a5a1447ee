"""Over a real broker: what is played is what is settled, in every dialect; and what is refused."""

# ruff: noqa: S106, S603  passwords that open nothing, and programs that are our own

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys

import pytest

import jiran
from jiran.errors import JiranError
from jiran.ledger.records import day_records
from jiran.live.address import broker_at
from jiran.live.broker import listen, play
from jiran.live.clearing import metered
from jiran.live.dialects import DIALECTS
from jiran.live.meters import meters_of
from jiran.live.opening import homes_of, played_span, street_in
from jiran.live.play import Player, ends_ms
from jiran.live.times import Pace
from live_streets import rounded_day, scenario_of
from processes import heard


def over_the_broker(broker, scenario, dialect, folder, *, every=60, also=()):
    """Play a scenario over a broker, and return the days that were settled."""
    made = []
    meters = list(meters_of(homes_of(scenario)).values())
    player = Player(scenario, meters, dialect, None, every)

    async def both():
        with street_in(folder, scenario, played_span(scenario), book=made.append) as street:
            ready = asyncio.Event()
            serving = asyncio.create_task(
                listen(
                    broker,
                    street,
                    None,
                    lambda line: line == "Listening." and ready.set(),
                    stop=lambda: street.is_settled,
                )
            )
            await asyncio.wait_for(ready.wait(), 60)
            async with broker.client("watcher", keep=False) as watcher:
                for one in also:
                    await watcher.publish(one[0], one[1], qos=1)
                await play(
                    broker, player, street.prefix, Pace(0), ends_ms(player, scenario.time_zone), lambda _line: None
                )
                await asyncio.wait_for(serving, 300)
            return street.told()

    return made, asyncio.run(both())


def expected_day(scenario, dialect):
    result = jiran.simulate(metered(scenario, homes_of(scenario)), profiles=rounded_day(scenario, dialect))
    return [
        (row["time"].isoformat(), row["seller"], row["buyer"], row["kwh"], row["paid"], row["received"])
        for row in result.trades.iter_rows(named=True)
    ]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_day_over_a_broker_is_the_simulation_of_its_rounded_registers(dialect, mosquitto, tmp_path):
    scenario = scenario_of(
        "paper",
        **{
            "homes.groups.solar.count": 2,
            "homes.groups.ev.count": 1,
            "homes.groups.normal.count": 1,
            "start": "2026-03-21T10:00",
            "steps": 4,
        },
    )
    rubbish = [
        ("tele/S1/SENSOR", b"\xff\x00"),
        ("jiran/senml/S1", b"[" * 9_000),
        ("tele/stranger/SENSOR", b"{}"),
        ("x", b""),
    ]
    broker = broker_at(f"127.0.0.1:{mosquitto().port}")
    made, told = over_the_broker(broker, scenario, dialect, tmp_path, also=rubbish)
    assert [tuple(one) for one in made[0].trades] == expected_day(scenario, dialect) != []
    assert day_records(made[0]) == day_records(made[1])  # provisional and final
    assert "nothing changed" in " ".join(told)


def test_what_homes_are_shown_stays_with_the_broker(mosquitto, tmp_path):
    scenario = scenario_of("paper", steps=2)
    broker = broker_at(f"localhost:{mosquitto().port}")
    over_the_broker(broker, scenario, "senml", tmp_path)

    async def kept():
        async with broker.client("later", keep=False) as client:
            await client.subscribe("jiran/paper/S1/now", qos=1)
            return await asyncio.wait_for(anext(aiter(client.messages)), 100)

    message = asyncio.run(kept())
    content = json.loads(message.payload)
    assert message.retain
    assert content["home"] == "S1"
    assert content["today"]["steps"] == 2
    assert set(content) == {"v", "home", "last", "today"}  # ids and figures, nothing personal


def test_a_broker_that_is_not_there_or_refuses_is_one_sentence(mosquitto, tmp_path):
    def tried(broker):
        scenario = scenario_of("paper")
        with street_in(tmp_path / "x", scenario, played_span(scenario)) as street:
            asyncio.run(listen(broker, street, None, lambda _line: None, stop=lambda: False))

    with pytest.raises(JiranError, match=r"127\.0\.0\.1:1: cannot be reached"):
        tried(broker_at("127.0.0.1:1"))
    strict = mosquitto("allow_anonymous false")
    with pytest.raises(JiranError, match=r"refuses.*lets nobody in without a name"):
        tried(broker_at(f"127.0.0.1:{strict.port}"))
    with pytest.raises(JiranError, match=r"refuses.*does not let --user me in") as caught:
        tried(broker_at(f"127.0.0.1:{strict.port}", user="me", password="s3cret-word"))
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("", {}, "HOST"), ("a b", {}, "HOST"), ("me:secret@host", {}, "HOST"), ("host:0", {}, "port"), ("host:70000", {}, "port"),
        ("host", {"user": "me", "password": "x"}, "--tls"), ("localhost", {"password": "x"}, "--user"),
        ("host", {"ca": "x.pem"}, "--tls"),
    ],
)  # fmt: skip
def test_a_broker_that_cannot_be_meant_is_refused(text, options, said):
    with pytest.raises(JiranError, match=said):
        broker_at(text, **options)


def test_a_password_is_never_shown():
    assert "word" not in repr(broker_at("localhost", user="me", password="word"))
    assert str(broker_at("[::1]:99")) == "::1:99"
    assert broker_at("host", tls=True).port == 8883


def test_the_two_commands_play_a_street(mosquitto, tmp_path):
    port = mosquitto().port
    environment = os.environ | {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    call = [sys.executable, "-m", "jiran"]
    ends = ["--set", "steps=3", "--set", "start=2026-03-21T10:00"]
    live = subprocess.Popen(
        [*call, "live", "paper", "--broker", f"localhost:{port}", "--played", *ends], cwd=tmp_path, env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        with heard(live):
            assert any("Listening" in line for line in live.stderr), live.stdout.read()
        player = subprocess.run(
            [*call, "meters", "simulate", "paper", "--broker", f"localhost:{port}", "--speed", "0", "--dialect", "tasmota", *ends],
            cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert player.returncode == 0, player.stderr
        out, _ = live.communicate(timeout=300)
    finally:
        live.kill()
        live.communicate()
    assert live.returncode == 0
    assert out.count("12 of 12 heard") == 3
    assert "2026-03-21 run 1 (final): nothing changed" in out
    checked = subprocess.run(
        [*call, "ledger", "verify", "jiran-live/jiran-ledger.sqlite"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout
    assert "a ledger of 1 day" in checked.stdout
