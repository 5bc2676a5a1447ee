"""What a run says of the utility's bills, where rates below 0 make it pay."""

from __future__ import annotations

import pytest

import jiran
from jiran.explain.bills import on_bills
from truth.bills import on_bills as claimed
from truth.harness import differ

PAYS = """\
extends = "my-seb-domestic"
name = "pays"
title = "Pays"
status = "estimate"
[components.energy]
rate = -0.5
[components.minimum]
rate = {minimum}
"""


@pytest.mark.parametrize(("minimum", "says"), [(-1_000, "pays"), (5, "bills")])
def test_a_utility_that_pays_is_not_said_to_bill(minimum, says, tmp_path):
    file = tmp_path / "pays.toml"
    file.write_text(PAYS.format(minimum=minimum))
    result = jiran.simulate(jiran.load_scenario("paper", {"grid.tariff": str(file)}))
    now, alone = (float(result.bills[name].sum()) for name in ("amount", "amount_without_p2p"))
    assert (now < 0.0) is (says == "pays")
    sentence = on_bills(result)
    assert not differ(sentence, claimed(result))
    said = str(sentence)
    assert said.startswith(f"The utility {says} the homes MYR {abs(now):,.2f} in all, ")
    if says == "pays":  # a kWh less from the grid is half a ringgit less that it pays
        assert f"MYR {now - alone:,.2f} less than without trading: MYR 0." in said
