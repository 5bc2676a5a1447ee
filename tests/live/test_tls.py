"""A real handshake with a broker that encrypts: who is trusted, who is let in, and that no secret is left anywhere."""

from __future__ import annotations

import datetime as dt
import gc
import os
import subprocess
import sys
import warnings
from contextlib import contextmanager
from pathlib import Path

import aiomqtt
import paho.mqtt.enums
import paho.mqtt.reasoncodes
import pytest
from paho.mqtt.packettypes import PacketTypes

from certificates import Authority, password_line
from jiran.live.address import broker_at
from jiran.live.refusal import why
from processes import heard
from terminal import call, refused

USER, PASSWORD = "street-1", "Gr\u00fcn-hush 7#x"
SHORT = ("--set", "steps=3", "--set", "start=2026-03-21T10:00")


@pytest.fixture
def street(mosquitto, tmp_path, monkeypatch):
    """Return what begins a broker that encrypts; this folder is where a user stands."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("JIRAN_MQTT_PASSWORD", PASSWORD)

    def begin(host="localhost", until=dt.timedelta(days=1)):
        authority, place = Authority("a street"), tmp_path / "broker"
        place.mkdir()
        (place / "passwords").write_text(password_line(USER, PASSWORD))
        authority.write(tmp_path / "ca.pem")
        Authority("a street").write(tmp_path / "other.pem")  # of the same name
        (tmp_path / "rubbish.pem").write_text("no certificate")
        says = authority.issue(place, host, until)
        return mosquitto(f"{says}allow_anonymous false\npassword_file {place}/passwords")

    yield begin
    with _garbage():
        pass


@contextmanager
def _garbage():
    """Let go of sockets at the end, and not in a test that knows nothing of them: paho leaves some to the garbage."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield
        gc.collect()


def refusal(*arguments):
    """Call a command that a broker refuses; the socket of a handshake that failed is garbage."""
    with _garbage():
        return call(*arguments)


@pytest.mark.parametrize(
    ("host", "until", "options", "said"),
    [
        ("localhost", 1, ("--tls", "--ca", "other.pem", "--user", USER), "signed by nobody whom --ca other.pem trusts"),
        ("localhost", 1, ("--tls", "--user", USER), "give what signed it with --ca FILE"),
        ("far.example.org", 1, ("--tls", "--ca", "ca.pem", "--user", USER), "not for localhost; give --broker the name"),
        ("localhost", -1, ("--tls", "--ca", "ca.pem", "--user", USER), "out of date"),
        ("localhost", 1, ("--tls", "--ca", "ca.pem", "--user", "somebody"), "does not let --user somebody in"),
        ("localhost", 1, ("--tls", "--ca", "ca.pem"), "give --user NAME"),
        ("localhost", 1, ("--tls", "--ca", "rubbish.pem", "--user", USER), "--ca rubbish.pem: holds no certificate"),
        ("localhost", 1, ("--tls", "--ca", "gone.pem", "--user", USER), "--ca gone.pem: cannot be read: No such file"),
    ],
)  # fmt: skip
def test_who_is_not_trusted_or_not_let_in_is_one_sentence(host, until, options, said, street):
    port = street(host, dt.timedelta(days=until)).port
    shown = refusal("live", "paper", "--broker", f"localhost:{port}", *options)
    refused(shown, said)
    assert PASSWORD not in shown.stderr
    assert not Path("jiran-live").exists()  # nothing is begun


def test_meters_that_are_played_say_the_same(street):
    there = ("--broker", f"localhost:{street().port}", "--tls", "--ca", "other.pem", "--user", USER)
    refused(refusal("meters", "simulate", "paper", *there, *SHORT), "signed by nobody whom --ca other.pem trusts")


def test_a_wrong_password_is_one_sentence_and_is_not_said(street, monkeypatch):
    monkeypatch.setenv("JIRAN_MQTT_PASSWORD", "not-this-one")
    shown = refusal(
        "live", "paper", "--broker", f"localhost:{street().port}", "--tls", "--ca", "ca.pem", "--user", USER
    )
    refused(shown, "in with this password")
    assert "not-this-one" not in shown.stderr


def test_a_day_goes_over_tls_and_no_secret_is_written_anywhere(street, tmp_path):
    """Both commands as a user calls them; the password by variable to one and by file to the other."""
    there = ("--broker", f"localhost:{street().port}", "--tls", "--ca", "ca.pem", "--user", USER)
    (tmp_path / "secret").write_text(f"{PASSWORD}\n", encoding="utf-8")
    (tmp_path / "secret").chmod(0o600)
    jiran = [sys.executable, "-m", "jiran"]
    live = subprocess.Popen(  # noqa: S603  our own
        [*jiran, "live", "paper", "--played", *there, *SHORT], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        begun = []
        with heard(live):
            while (line := live.stderr.readline()) and "Listening" not in line:
                begun.append(line)
        assert line, begun
        unset = {name: value for name, value in os.environ.items() if name != "JIRAN_MQTT_PASSWORD"}
        player = subprocess.run(  # noqa: S603  our own
            [*jiran, "meters", "simulate", "paper", "--speed", "0", *there, "--password-file", "secret", *SHORT],
            env=unset, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert player.returncode == 0, player.stderr
        out, rest = live.communicate(timeout=300)
    finally:
        live.kill()
        live.communicate()
    assert live.returncode == 0, rest
    assert out.count("12 of 12 heard") == 3
    said = [*begun, out, rest, player.stdout, player.stderr]
    assert not [line for line in said if PASSWORD in line]
    secret, found = PASSWORD.encode(), []
    for file in tmp_path.rglob("*"):
        if file.is_file():
            found += [file.name] * (secret in file.read_bytes())
    assert found == ["secret"]  # the one that the user wrote; store, ledger, key folder and the broker's log hold none
    assert (tmp_path / "jiran-live" / "jiran-ledger.sqlite").is_file()


def test_other_reasons_are_said_in_words_too():
    open_one, encrypted = broker_at("host"), broker_at("host", tls=True)
    assert "wants --tls" in why(open_one, TimeoutError())
    assert "--tls" not in why(encrypted, TimeoutError())
    assert "does not encrypt" in why(encrypted, ConnectionResetError())
    assert "Connection" in why(open_one, ConnectionResetError())


def test_a_connection_that_is_lost_is_not_called_a_wrong_password():
    """The library's own numbers 4 and 5 are those of a broker that lets somebody not in."""
    for code in (
        *paho.mqtt.enums.MQTTErrorCode,
        paho.mqtt.reasoncodes.ReasonCode(PacketTypes.DISCONNECT, identifier=128),
    ):
        assert why(broker_at("host"), aiomqtt.MqttCodeError(code, "")) == "the connection broke off"
    refused = aiomqtt.MqttCodeError(paho.mqtt.reasoncodes.ReasonCode(PacketTypes.CONNACK, identifier=134))
    assert "lets nobody in" in why(broker_at("host"), refused)
