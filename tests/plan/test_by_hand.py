"""One home and one month of docs/plan.md, worked out again with a pocket calculator's sums and held against the run."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import jiran
from jiran.plan.stages import without_investment

PAGE = (Path(__file__).parents[2] / "docs" / "plan.md").read_text(encoding="utf-8")
ROWS = {
    cells[0].replace("*", ""): [cell.replace("*", "").replace("−", "-") for cell in cells[1:]]
    for cells in (
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in PAGE.split("## One home and one month by hand")[1].splitlines()
        if line.startswith("|")
    )
}


@pytest.fixture(scope="module")
def result():
    return jiran.simulate(jiran.load_scenario("klang-valley-atap"))


def of_the_page(begins):
    (cells,) = [cells for name, cells in ROWS.items() if name.startswith(begins)]
    return [float(cell) for cell in cells if cell]


def lines(kwh, given):
    """Return the lines of a bill, in the order of the page."""
    energy, capacity, network = 0.2703 * kwh, 0.0455 * kwh, 0.1285 * kwh
    eei = -(0.055 if kwh > 400 else 0.17) * kwh
    assert 350 < kwh <= 400 or 650 < kwh <= 700
    retail = 10.0 if kwh > 600 else 0.0
    by_kwh = energy + capacity + network + eei
    tax = 0.08 * (by_kwh * (kwh - 600) / kwh + retail) if kwh > 600 else 0.0
    return [energy, capacity, network, eei, retail, 0.016 * by_kwh, tax, -0.2703 * given]


def month_of(result):
    march = np.array([str(time)[:7] == "2026-03" for time in result.timeline.local])
    profiles, flows = result.flows.profiles, result.flows
    net = (profiles.generation_kwh - profiles.load_kwh)[march, 0]

    def sum_of(flow):
        return float(flows[flow][march, 0].sum())

    used = float(profiles.load_kwh[march, 0].sum())
    alone = (float(np.maximum(-net, 0).sum()), float(np.maximum(net, 0).sum()))
    shared = (sum_of("grid_import_kwh"), sum_of("grid_export_kwh"))
    return [(used, 0.0), alone, shared], sum_of("p2p_sold_kwh"), sum_of("p2p_bought_kwh")


def test_the_month_on_the_page_is_that_of_the_run(result):
    stages, sold, bought = month_of(result)
    assert of_the_page("import, kWh") == pytest.approx([kwh for kwh, _ in stages], abs=0.0051)
    assert of_the_page("export, kWh") == pytest.approx([kwh for _, kwh in stages], abs=0.0051)
    names = ("energy,", "capacity,", "network,", "EEI", "retail", "KWTBB", "SST", "export, −0.2703")
    written = [of_the_page(name) for name in names]
    found = [lines(*one) for one in stages]
    assert np.array(written).T.tolist() == [pytest.approx(one, abs=0.0051) for one in found]
    assert of_the_page("bill") == pytest.approx([sum(one) for one in found], abs=0.0051)
    assert re.search(rf"sold to neighbours, {sold:.2f} kWh at 0.8 × 0.4443", PAGE)
    assert re.search(rf"bought from them, {bought:.2f} kWh", PAGE)
    price = 0.8 * 0.4443
    paid = [sum(found[0]), sum(found[1]), sum(found[2]) - price * sold + price * bought]
    assert of_the_page("sold to") == [pytest.approx(-price * sold, abs=0.0051)]
    assert of_the_page("pays in all") == pytest.approx(paid, abs=0.0051)
    for words, saved in (("PV saves", paid[0] - paid[1]), ("and sharing", paid[1] - paid[2])):
        assert float(re.search(rf"{words} [\d.]+ − [\d.]+ = ([\d.]+)", PAGE)[1]) == pytest.approx(saved, abs=0.011)


def test_the_bills_of_the_plan_are_those_of_the_page(result):
    totals = result.bill_totals.filter((pl.col("home") == "S1") & (pl.col("month") == "2026-03"))
    dark = without_investment(result).bills
    assert dark is not None
    (place,) = [place for place, one in enumerate(dark.contracts.each) if 0 in one.homes]
    before = dark.each[place].total[0, dark.contracts.months.names.index("2026-03")]
    found = [before, totals["bill_without_p2p"].item(), totals["bill"].item()]
    assert of_the_page("bill") == pytest.approx(found, abs=1e-9)
