"""What can be billed, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from jiran.errors import TariffError
from jiran.tariffs import Usage, bill, bills, load_tariff

GENERAL, TOU = load_tariff("my-tnb-rp4-domestic-general"), load_tariff("my-tnb-rp4-domestic-tou")


@pytest.mark.parametrize(
    ("tariff", "usage", "sentence"),
    [
        (GENERAL, Usage(-1.0), "import_kwh = -1.0: must be from 0 to 1,000,000,000"),
        (GENERAL, Usage(float("nan")), "import_kwh = nan: must be from 0 to"),
        (GENERAL, Usage(1e10), "import_kwh = 10000000000.0: must be from 0 to"),
        (GENERAL, Usage(1.0, float("inf")), "export_kwh = inf: must be from 0 to"),
        (GENERAL, Usage(1.0, demand_kw=-2.0), "demand_kw = -2.0: must be from 0 to"),
        (
            GENERAL,
            Usage(1.0, 0.0, {"peak": 1.0}),
            "import_kwh of period peak: this tariff has no periods by time of use",
        ),
        (TOU, Usage(1.0, 0.0, {"peak": -1.0}), "import_kwh of period peak = -1.0: must be from 0 to"),
        (TOU, Usage(1.0, 0.0, {"night": 1.0}), "import_kwh of period night: must be of peak"),
        (
            TOU,
            Usage(1.0, 0.0, {"peak": 1.1}),
            "import_kwh of period peak = 1.1: must not be more than the whole import, 1 kWh",
        ),
    ],
)
def test_what_is_no_amount_of_energy_is_refused(tariff, usage, sentence):
    with pytest.raises(TariffError, match=f"^{sentence}"):
        bill(tariff, usage, "2025-07")


@pytest.mark.parametrize("months", [0.0, -1.0, float("nan"), 121.0, 1e-320, 1e-6])
def test_months_that_no_bill_has_are_refused(months):
    with pytest.raises(TariffError, match=r"^months = .*: must be from 0.00001 to 120$"):
        bill(GENERAL, Usage(1.0), "2025-07", months)


def test_arrays_that_do_not_fit_are_refused():
    with pytest.raises(TariffError, match=r"^import_kwh = \(2, 3\): must have the shape \(home, 2\)$"):
        bills(GENERAL, Usage(np.ones((2, 3))), ["2025-07", "2025-08"])
    with pytest.raises(TariffError, match=r"^export_kwh = \(4,\): must have the shape \(2, 3\)$"):
        bills(GENERAL, Usage(np.ones((2, 3)), np.ones(4)), ["2025-07", "2025-08", "2025-09"])
    with pytest.raises(TariffError, match=r"^export_kwh = -1.0: must be from 0"):
        bills(GENERAL, Usage(np.ones((1, 2)), np.array([[1.0, -1.0]])), ["2025-07", "2025-08"])


def test_what_all_homes_have_alike_may_be_one_number():
    found = bills(GENERAL, Usage(np.array([[300.0, 600.0]])), ["2025-07", "2025-07"])
    assert found.total.tolist() == [[65.79, 215.98]]
