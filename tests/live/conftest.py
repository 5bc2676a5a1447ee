"""A real broker for each test that asks for one; where the machine has none, the test says so."""

from __future__ import annotations

import os

import pytest

from brokers import PROGRAM, Mosquitto


@pytest.fixture
def mosquitto(tmp_path_factory):
    if PROGRAM is None:
        missing = (
            "no mosquitto on this machine: the live street was not tried over a real broker (apt-get install mosquitto)"
        )
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    brokers = []

    def begin(extra="", *, saves=True):
        brokers.append(Mosquitto(tmp_path_factory.mktemp("broker"), extra, saves=saves))
        return brokers[-1].start()

    yield begin
    for one in brokers:
        one.stop()
