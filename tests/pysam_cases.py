"""Bills by an independent program, and the tariffs of which they are."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path

from jiran.documents.check import checked
from jiran.errors import TariffError
from jiran.tariffs import Tariff

PYSAM = tomllib.loads((Path(__file__).parent / "tariffs" / "pysam.toml").read_text(encoding="utf-8"))
PEAK = {"rest": "off-peak", "periods": {"peak": {"days": ["mon", "tue", "wed", "thu", "fri"], "hours": [[14, 22]]}}}
FLAT = {"energy": {"kind": "energy", "rate": 0.4443}}
SOLD = FLAT | {"sold": {"kind": "credit", "unit": "exported-kWh", "rate": 0.2703}}
BLOCKS = {
    "energy": {
        "kind": "energy",
        "shape": "block",
        "bounds": [200, 300, 600, 900],
        "rate": [0.218, 0.334, 0.516, 0.546, 0.571],
    },
    "minimum": {"kind": "minimum", "unit": "month", "rate": 3.0},
}
DEMAND = {
    "energy": {"kind": "energy", "rate": 0.365},
    "demand": {"kind": "demand", "unit": "kW", "rate": 30.30},
    "fixed": {"kind": "retail", "unit": "month", "rate": 20},
    "minimum": {"kind": "minimum", "unit": "month", "rate": 600},
}
TOU = {"energy": {"kind": "energy", "periods": {"peak": 0.4592, "off-peak": 0.4183}}}
NET = {"basis": "net", "carry": "kwh"}
MONEY = {"carry": "money"}
CASES = {
    "nem_blocks": (BLOCKS, NET),
    "nem_blocks_reset_march": (BLOCKS, NET | {"expires_after_month": 3}),
    "nb2": (SOLD, {}),
    "nb3_next_month": (SOLD, MONEY | {"applied": "next-month"}),
    "nb3_current_month": (SOLD, MONEY),
    "demand": (DEMAND, {}),
    "tou": (TOU, {}),
}


def tariff(components, export):
    return checked(Tariff, {
        "name": "oracle", "title": "Oracle", "place": "Nowhere", "currency": "USD", "round": 0.0001, "known_to": "2018-12",
        "valid_from": dt.date(2018, 1, 1), "status": "measured", "sources": ["PySAM"], "components": components,
        "schedule": PEAK, "export": export,
    }, TariffError, "tariff")  # fmt: skip
