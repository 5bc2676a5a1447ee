"""`jiran train`, `jiran compare --controllers` and `jiran forecasts --on` as a user types them."""

from __future__ import annotations

import json

import pytest

from terminal import call, refused

pytestmark = pytest.mark.compiled

SHORT = ("--set", "steps=168", "--set", "grid.import_price=[0.2,0.6,0.6,0.3,0.2,0.6,0.6,0.3,0.2,0.6,0.6,0.3,0.2,0.6,0.6,0.3,0.2,0.6,0.6,0.3,0.2,0.6,0.6,0.3]", "--set", "grid.export_price=0.1")  # fmt: skip


def test_a_policy_is_learned_shown_and_run(tmp_path):
    file = tmp_path / "policy.toml"
    done = call("train", "home-batteries", *SHORT, "--generations", "2", "-o", str(file), "--json")
    found = json.loads(done.stdout)
    assert list(found["trial"]) == ["self-consumption", "plan-ahead", "learned"]
    assert len(found["curve"]) == 2
    assert file.read_text().startswith("kind = ")
    again = call("train", "home-batteries", *SHORT, "--generations", "1", "-o", str(file))
    assert all(word in again.stdout for word in ("optimum (bound)", "Learning curve, 1 generation,", "own use first"))
    both = json.loads(call("compare", "home-batteries", *SHORT, "--controllers", "--json", "--set", f"home_battery.controller={file}").stdout)  # fmt: skip
    assert str(file) in [one["controller"] for one in both["runs"]]
    page = tmp_path / "page.html"
    assert "bound" in call("compare", "home-batteries", *SHORT, "--controllers", "-o", str(page)).stdout
    assert page.read_text().count("<tr>") == 1 + len(
        both["runs"]
    )  # without the file, and with the optimum and a heading


def test_what_cannot_be_is_refused(tmp_path):
    other = tmp_path / "other.toml"
    other.write_text("name = 'mine'\n")
    refused(call("train", "home-batteries", "-o", str(other)), "choose another name")
    assert other.read_text() == "name = 'mine'\n"
    refused(call("train", "home-batteries", "-o", str(tmp_path / "a.txt")), "must end in .toml")
    refused(call("train", "paper", "-o", str(tmp_path / "a.toml")), "at least")
    refused(
        call("train", "home-batteries", "--stores", "cars", "-o", str(tmp_path / "a.toml")),
        "must be home_battery or battery",
    )
    refused(call("compare", "paper", "--controllers", "--versus", "seed=2"), "takes one scenario")
    refused(call("compare", "paper", "--controller", "plan-ahead"), "belong to --controllers")
    refused(call("compare", "paper", "--controllers", "--whose", "bats"), "must be one of homes, community, cars")
    refused(call("compare", "paper", "--controllers", "--controller", "v2g"), "controller = 'v2g'")
    refused(call("compare", "paper", "--controllers", "--forecast", "crystal"), "forecast = 'crystal'")
    refused(call("compare", "paper", "--controllers", "--whose", "cars"), "ev.charging = 'blocks'")
    refused(call("compare", "paper", "--controllers", "-o", str(tmp_path / "a.pdf")), "must end in .csv or .html")
    refused(call("forecasts", "ewma", "--on", "paper"), "leave out the name")
    refused(call("forecasts", "--set", "seed=2"), "with --on")


def test_errors_of_forecasts_as_data_and_as_a_table():
    found = json.loads(call("forecasts", "--on", "home-batteries", "--json").stdout)
    assert {"forecast", "bound", "home", "street", "against_yesterday"} == set(found[0])
    assert "Against yesterday" in call("forecasts", "--on", "home-batteries").stdout
