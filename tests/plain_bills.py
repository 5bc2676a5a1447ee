"""Bills in plain Python with exact fractions, written from what utilities publish: what tests hold `jiran.tariffs` against.

One function a tariff, each as a person would do the sum on paper. Nothing here knows how jiran holds a tariff.
"""

from __future__ import annotations

from fractions import Fraction as F  # noqa: N817  sums on paper: a short name lets each formula be read
from typing import NamedTuple


class Paid(NamedTuple):
    """What a month costs, and what it leaves for the next one."""

    due: F
    kwh: F = F(0)
    money: F = F(0)


class Month(NamedTuple):
    """What a home used: kWh from the grid and to it, how much of it at peak, and what earlier months left."""

    kwh: F
    given: F
    month: str
    peak: F
    before: Paid


def half_up(amount: F, step: str) -> F:
    """Return the multiple of a step next to an amount, the upper one of two."""
    return ((amount / F(step) * 2 + 1) // 2) * F(step)


def by_total(kwh: F, table: str) -> F:
    """Return the rate of the month's total, as "100:17.5 200:18.5 more:33", an upper edge with its tier."""
    for entry in table.split():
        edge, rate = entry.split(":")
        if edge == "more" or kwh <= F(edge):
            return F(rate)
    raise AssertionError(table)


def in_blocks(kwh: F, table: str) -> F:
    """Return what kWh cost where each pays the rate of its own block; a table as `by_total` has it."""
    cost, below = F(0), F(0)
    for entry in table.split():
        edge, rate = entry.split(":")
        upper = kwh if edge == "more" else min(kwh, F(edge))
        cost += max(upper - below, F(0)) * F(rate)
        below = max(upper, below)
    return cost


EEI = (
    "200:.25 250:.245 300:.225 350:.21 400:.17 450:.145 500:.12 550:.105 600:.09 650:.075 700:.055 750:.045 800:.04 850:.025 "
    "900:.01 1000:.005 more:0"
)
AFA = {
    "2025-07": "0", "2025-08": "-.0145", "2025-09": "-.0110", "2025-10": "-.0650", "2025-11": "-.0891", "2025-12": "-.0642",
    "2026-01": "-.0499",
}  # fmt: skip


class Tnb(NamedTuple):
    """The parts of a TNB bill of the fourth regulatory period."""

    energy: F
    capacity: F
    network: F
    afa: F
    eei: F
    retail: F
    kwtbb: F
    sst: F


def tnb(k: F, month: str, peak: F | None = None) -> Tnb:
    """Return the parts for k kWh from the grid; with a peak part by time of use."""
    if peak is None:
        energy = k * (F(".2703") if k <= 1500 else F(".3703"))
    else:
        high, low = (F(".2852"), F(".2443")) if k <= 1500 else (F(".3852"), F(".3443"))
        energy = peak * high + (k - peak) * low
    capacity, network = F(".0455") * k, F(".1285") * k
    afa = F(AFA.get(month, "0")) * k if k > 600 else F(0)
    eei = -by_total(k, EEI) * k
    varying = energy + capacity + network + afa + eei
    retail = F(10) if k > 600 else F(0)
    kwtbb = F(".016") * varying if k > 300 else F(0)
    sst = F(".08") * (varying * (k - 600) / k + retail) if k > 600 else F(0)
    return Tnb(energy, capacity, network, afa, eei, retail, kwtbb, sst)


def tnb_general(one: Month) -> Paid:
    return Paid(sum(tnb(one.kwh, one.month)))


def tnb_tou(one: Month) -> Paid:
    return Paid(sum(tnb(one.kwh, one.month, one.peak)))


def nem3(one: Month) -> Paid:
    """Export, and what was kept, cancels energy, capacity and network 1:1 and loses the incentive; taxes stay."""
    all_in = tnb(one.kwh, one.month)
    there = one.given + one.before.kwh
    off = min(one.kwh, there)
    rate = (F(".2703") if one.kwh <= 1500 else F(".3703")) + F(".0455") + F(".1285") - by_total(one.kwh, EEI)
    kept = F(0) if one.month.endswith("-12") else there - off
    return Paid(max(sum(all_in) - off * rate, F(0)), kwh=kept)


def atap(one: Month) -> Paid:
    """Export up to the month's import cancels the energy charge alone; the rest is forfeited."""
    rate = F(".2703") if one.kwh <= 1500 else F(".3703")
    return Paid(max(sum(tnb(one.kwh, one.month)) - min(one.kwh, one.given) * rate, F(0)))


def tnb_a(one: Month) -> Paid:
    """Tariff A of 2014: blocks, ICPT of June 2025 on all kWh, service tax of the blocks above 600 kWh, at least RM 3."""
    table = "200:.218 300:.334 600:.516 900:.546 more:.571"
    icpt = by_total(one.kwh, "600:-.02 1500:0 more:.10") if one.month == "2025-06" else F(0)
    above = max(one.kwh - 600, F(0))
    sst = F(".08") * (in_blocks(one.kwh, table) - in_blocks(min(one.kwh, F(600)), table) + icpt * above)
    return Paid(max(in_blocks(one.kwh, table) + icpt * one.kwh + sst, F(3)))


def sarawak(one: Month) -> Paid:
    """All kWh at the slab of the total; service tax on those above 600; a quarter off from April to December 2026; RM 5."""
    rate = by_total(one.kwh, "150:.18 200:.22 300:.25 400:.27 500:.295 700:.30 800:.305 1300:.31 more:.315")
    taxed = F(".08") * max(one.kwh - 600, F(0)) * rate if one.month >= "2024-03" else F(0)
    part = F(".75") if "2026-04" <= one.month <= "2026-12" else F(1)
    return Paid(max((one.kwh * rate + taxed) * part, F(5)))


def sarawak_nem(one: Month) -> Paid:
    """One kWh out for one in, before the slab is looked up; what is over waits for the next bill."""
    there = one.given + one.before.kwh
    off = min(one.kwh, there)
    return sarawak(one._replace(kwh=one.kwh - off))._replace(kwh=there - off)


def sabah(one: Month) -> Paid:
    energy = in_blocks(one.kwh, "100:.175 200:.185 300:.33 500:.445 1000:.45 more:.47")
    return Paid(max(energy * (F("1.016") if one.kwh > 300 else F(1)), F(5)))


def sabah_2026(one: Month) -> Paid:
    """The same blocks, 15 % higher."""
    energy = F("1.15") * in_blocks(one.kwh, "100:.175 200:.185 300:.33 500:.445 1000:.45 more:.47")
    return Paid(max(energy * (F("1.016") if one.kwh > 300 else F(1)), F(5)))


def singapore(one: Month) -> Paid:
    """27.43 cents until the next quarter that is known, 31.91 from July 2026; GST 8 %, since 2024 9 %."""
    rate = F(".3191") if one.month >= "2026-07" else F(".2743")
    return Paid(one.kwh * rate * (F("1.09") if one.month >= "2024-01" else F("1.08")))


def thailand(one: Month) -> Paid:
    energy = in_blocks(one.kwh, "150:3.2484 400:4.2218 more:4.4217")
    return Paid((energy + F("24.62") + F(".1623") * one.kwh) * F("1.07"))


def thailand_small(one: Month) -> Paid:
    energy = in_blocks(one.kwh, "15:2.3488 25:2.9882 35:3.2405 100:3.6237 150:3.7171 400:4.2218 more:4.4217")
    return Paid((energy + F("8.19") + F(".1623") * one.kwh) * F("1.07"))


def thailand_solar(one: Month) -> Paid:
    """2.20 baht for each kWh given, off the bill with its VAT; what is over is kept as money."""
    charge = thailand(one).due
    credit = one.before.money + F("2.20") * one.given
    return Paid(max(charge - credit, F(0)), money=max(credit - charge, F(0)))


def indonesia(one: Month) -> Paid:
    """Of what is paid 3 % are tax: kWh = paid x 0.97 / 1,444.70."""
    return Paid(one.kwh * F("1444.70") / F(".97"))


def vietnam(one: Month) -> Paid:
    return Paid(F("1.08") * in_blocks(one.kwh, "50:1984 100:2050 200:2380 300:2998 400:3350 more:3460"))


def meralco_2016(one: Month) -> Paid:
    """Each component with its own VAT, the franchise tax on all before it."""
    generation, transmission, loss, distribution = (
        F("3.8436") * one.kwh,
        F(".7484") * one.kwh,
        F(".4001") * one.kwh,
        F("1.6175") * one.kwh,
    )
    served = F(5) + F(".3377") * one.kwh + F("16.73") + F(".5085") * one.kwh
    subsidies = (F(".0798") + F(".0001")) * one.kwh
    franchise = F(".0065") * (generation + transmission + loss + distribution + served + subsidies)
    vat = (F(".1101") * generation + F(".01173") * transmission + F(".094") * loss
           + F(".12") * (distribution + served + subsidies + franchise))  # fmt: skip
    others = (F(".1561") + F(".0025") + F(".1938") + F(".124")) * one.kwh
    return Paid(generation + transmission + loss + distribution + served + subsidies + franchise + vat + others)


def meralco_2026(one: Month) -> Paid:
    return Paid(one.kwh * (F("13.1734") if one.month < "2026-03" else F("13.8161")))


#: Of each tariff: the sum on paper, what its bills are rounded to, months that differ, edges of its tiers and conditions.
TNB_EDGES = (200, 250, 300, 350, 400, 450, 500, 550, 600, 650, 700, 750, 800, 850, 900, 1000, 1500)
TNB_MONTHS = (*AFA, "2026-02", "2024-02")


class Published(NamedTuple):
    """A tariff with its sum on paper."""

    paid: object
    round: str
    months: tuple[str, ...]
    edges: tuple[int, ...]


PUBLISHED = {
    "my-tnb-rp4-domestic-general": Published(tnb_general, ".01", TNB_MONTHS, TNB_EDGES),
    "my-tnb-rp4-domestic-tou": Published(tnb_tou, ".01", TNB_MONTHS, TNB_EDGES),
    "my-tnb-rp4-domestic-nem3": Published(nem3, ".01", TNB_MONTHS, TNB_EDGES),
    "my-tnb-rp4-domestic-atap": Published(atap, ".01", ("2026-01", "2026-02", "2027-12"), TNB_EDGES),
    "my-tnb-a-2014-domestic": Published(tnb_a, ".01", ("2025-06", "2025-05", "2024-02"), (200, 300, 600, 900, 1500)),
    "my-seb-domestic": Published(
        sarawak, ".01", ("2025-07", "2024-02", "2024-03", "2026-03", "2026-04", "2026-12", "2027-01"),
        (150, 200, 300, 400, 500, 600, 700, 800, 1300),
    ),
    "my-seb-domestic-nem": Published(
        sarawak_nem, ".01", ("2025-12", "2026-03", "2026-04", "2026-12"), (150, 200, 300, 400, 500, 600, 700, 800, 1300)
    ),
    "my-sesb-2014-domestic": Published(sabah, ".01", ("2025-07", "2026-01"), (100, 200, 300, 500, 1000)),
    "my-sesb-2026-domestic": Published(sabah_2026, ".01", ("2026-02", "2028-02"), (100, 200, 300, 500, 1000)),
    "sg-sp-domestic": Published(
        singapore, ".01", ("2023-04", "2023-06", "2023-12", "2024-01", "2026-06", "2026-07", "2026-09"), ()
    ),
    "th-mea-1.1": Published(thailand_small, ".01", ("2026-05", "2026-08"), (15, 25, 35, 100, 150, 400)),
    "th-mea-1.2": Published(thailand, ".01", ("2026-05", "2026-08"), (150, 400)),
    "th-mea-1.2-net-billing": Published(thailand_solar, ".01", ("2026-05", "2026-12"), (150, 400)),
    "id-pln-prepaid-r1": Published(indonesia, "1", ("2026-03",), ()),
    "vn-evn-domestic": Published(vietnam, "1", ("2025-12",), (50, 100, 200, 300, 400)),
    "ph-meralco-residential-2016-12": Published(meralco_2016, ".01", ("2016-12",), ()),
    "ph-meralco-residential-2026": Published(meralco_2026, ".01", ("2026-02", "2026-03"), ()),
}  # fmt: skip
