"""What an investment costs, how long it lasts and how years to come count: the assumptions of a plan, one field each."""

from __future__ import annotations

from typing import NamedTuple, Self

from pydantic import model_validator

from jiran.documents.model import Model, quantity
from jiran.errors import ScenarioError


class Costs(NamedTuple):
    """What things cost, installed.

    Attributes:
        pv: Of PV, a kWp.
        battery: Of a battery, a kWh.
    """

    pv: float
    battery: float


#: By currency, where nothing is given. Neither was read at a seller: PV is between what an installer asks (2,400) and what
#: people who plan systems say (up to 4,500), and a battery is what is said of it, 900 to 2,600.
USUAL: dict[str, Costs] = {"MYR": Costs(pv=3_500.0, battery=1_600.0)}


#: What each field is called where people read it; "{currency}" stands for the currency.
LABELS = {
    "pv_cost": "PV costs, {currency}/kWp",
    "battery_cost": "Battery costs, {currency}/kWh",
    "cost_low": "Lowest costs, part of these",
    "cost_high": "Highest costs, part of these",
    "yield_low": "Lowest yield, part of the simulated",
    "yield_high": "Highest yield, part of the simulated",
    "metered_yield": "Yield that tells the size of metered roofs, kWh/kWp",
    "upkeep": "Upkeep a year, share of the investment",
    "years": "Years that count",
    "degradation": "PV fades a year by",
    "inverter_share": "New inverters, share of PV costs",
    "inverter_years": "Life of an inverter, years",
    "battery_years": "Life of the battery, years",
    "loan_share": "Share that is borrowed",
    "loan_rate": "Interest of the loan",
    "loan_years": "Length of the loan, years",
    "discount_rate": "Discount rate a year",
    "export_years": "Export earns for, years",
    "escalation": "Bills rise a year by",
    "member_fee": "Fee of each home a month, {currency}",
}


class Plan(Model):
    """What PV and the battery cost, how long they last, and how years to come count.

    A plan reads it and a run does not. Money is of today: with escalation 0 tariffs rise as all prices do, and the
    discount rate is what is asked on top of that. Defaults that were not read at a seller or in a contract are marked
    unverified.
    """

    pv_cost: float | None = quantity(
        f"cost of PV with its installation; default, unverified: {USUAL['MYR'].pv:,.0f} in MYR, and none in other currencies",
        "/kWp", None, ge=0, le=1_000_000_000,
    )  # fmt: skip
    battery_cost: float | None = quantity(
        f"cost of the battery with its installation; default, unverified: {USUAL['MYR'].battery:,.0f} in MYR, and none in "
        "other currencies",
        "/kWh", None, ge=0, le=1_000_000_000,
    )  # fmt: skip
    cost_low: float = quantity("the lowest costs, as a part of these, unverified", "", 0.7, ge=0, le=1)
    cost_high: float = quantity("the highest costs, as a part of these, unverified", "", 1.3, ge=1, le=10)
    yield_low: float = quantity("the lowest yield of PV, as a part of what is simulated", "", 0.9, ge=0, le=1)
    yield_high: float = quantity("the highest yield of PV, as a part of what is simulated", "", 1.1, ge=1, le=10)
    metered_yield: float = quantity(
        "of meter data: what a kWp generates in a year, from which the size of roofs is told, unverified",
        "kWh/kWp", 1_250.0, ge=1, le=10_000,
    )  # fmt: skip
    upkeep: float = quantity(
        "operation and maintenance of a year, as a share of the investment, unverified", "", 0.015, ge=0, le=1
    )
    years: int = quantity("years that are counted: the life of PV", "years", 20, ge=1, le=60)
    degradation: float = quantity("part of its yield that PV loses each year", "", 0.005, ge=0, le=0.5)
    inverter_share: float = quantity(
        "cost of new inverters, as a share of that of PV, unverified", "", 0.15, ge=0, le=1
    )
    inverter_years: int = quantity("life of an inverter, unverified", "years", 12, ge=1, le=60)
    battery_years: int = quantity("life of the battery, unverified", "years", 12, ge=1, le=60)
    loan_share: float = quantity("share of the investment that is borrowed", "", 0.0, ge=0, le=1)
    loan_rate: float = quantity("interest of the loan, a year", "", 0.06, ge=0, le=1)
    loan_years: int = quantity("years in which it is paid back, in equal amounts each month", "years", 15, ge=1, le=60)
    discount_rate: float = quantity("by how much less money is worth a year later, unverified", "", 0.06, ge=0, le=1)
    export_years: int | None = quantity(
        "years in which export earns what it does in the run; after them it earns nothing; default: as long as the contract of "
        "each home's tariff lasts, and without an end where none is known",
        "years", None, ge=0, le=60,
    )  # fmt: skip
    escalation: float = quantity("by how much more bills rise each year than other prices", "", 0.0, ge=-0.5, le=0.5)
    member_fee: float = quantity(
        "what each home pays a month to whoever runs the sharing, unless nobody trades", "/month", 0.0,
        ge=0, le=1_000_000,
    )  # fmt: skip

    @model_validator(mode="after")
    def _loan_ends(self) -> Self:
        """Refuse a loan that outlives the years that are counted: what is still owed would be forgotten."""
        if self.loan_share > 0.0 and self.loan_years > self.years:
            raise ScenarioError("plan.loan_years", self.loan_years, f"must be at most plan.years = {self.years}")
        return self
