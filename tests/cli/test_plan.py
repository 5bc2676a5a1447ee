"""`jiran plan`: what it prints and writes, and what it refuses."""

from __future__ import annotations

import json

import pytest

import jiran
from jiran.plan import plan
from terminal import call, refused

FEW = ("--set", "steps=48", "--tries", 2)


@pytest.fixture(autouse=True)
def wide_and_alone(monkeypatch, tmp_path):
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)


def test_the_answer_comes_first_then_the_figures_and_the_homes():
    done = call("plan", "paper", *FEW)
    assert done.exit_code == 0, done.output
    planned = plan(jiran.simulate(jiran.load_scenario("paper", {"steps": 48})))
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    assert lines[0] == "paper"
    assert lines[1].startswith("It pays for all homes together: MYR ")  # fewer steps: the preset's question is another
    assert f"MYR {planned.invested:,.0f}" in done.stdout
    assert sum(line.split()[0] in planned.ids for line in lines) == len(planned.ids)
    assert "multiplied by 182.50 to stand for a year" in done.stdout


def test_json_is_strict_and_nothing_else_is_printed():
    done = call("plan", "paper", *FEW, "--json")
    data = json.loads(done.stdout, parse_constant=pytest.fail)
    planned = plan(jiran.simulate(jiran.load_scenario("paper", {"steps": 48})))
    assert data["community"]["npv"] == pytest.approx(planned.together.npv)
    assert len(data["homes"]) == 12
    assert data["tried"][0]["field"] == "price"


def test_a_page_is_written_and_only_a_page_of_jiran_is_replaced(tmp_path):
    for _ in range(2):
        assert call("plan", "paper", *FEW, "-o", "plan.html").exit_code == 0
    assert (tmp_path / "plan.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    (tmp_path / "own.html").write_text("<p>mine</p>\n" * 20, encoding="utf-8")
    refused(call("plan", "paper", *FEW, "-o", "own.html"), "is not written")
    refused(call("plan", "paper", *FEW, "-o", "plan.pdf"), "must end in .html")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (["steps=23"], "steps = 23: must make whole days"),
        (["plan.pv_cost=-1"], "plan.pv_cost = -1"),
        (["plan.discount_rate=7"], "plan.discount_rate = 7"),
        (["plan.loan_share=0.5", "plan.loan_years=30"], "plan.loan_years = 30: must be at most plan.years = 20"),
        (["currency=EUR"], "plan.pv_cost: must be given in EUR/kWp"),
        (["plan.price=1"], "plan.price"),
    ],
)
def test_what_cannot_be_planned_is_refused_in_one_sentence(changes, said):
    words = [word for change in changes for word in ("--set", change)]
    refused(call("plan", "paper", *words), said)
