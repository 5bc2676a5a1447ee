"""A scheme of sharing as a document: how shared kWh are allocated, and which part of a tariff they still pay.

Schemes differ in two things only: who gets a step's shared generation, and which components a shared kWh is spared.
Both are data here.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from jiran.documents.model import Price, quantity
from jiran.errors import TariffError
from jiran.tariffs.identity import Identity
from jiran.tariffs.model import Kind

Share = Annotated[float, Field(ge=0, le=1)]

Allocation = Literal["static", "static-uncapped", "pro-rata", "equal", "hierarchical", "ex-ante-hourly", "virtual"]

#: How a step's shared generation is divided, each in a sentence.
ALLOCATIONS: dict[Allocation, str] = {
    "static": "by fixed shares, each member at most what it needs",
    "static-uncapped": "by fixed shares of all that is generated; what a member does not need is its own surplus",
    "pro-rata": "in proportion to what each member needs in the step",
    "equal": "the same to each member, and what one does not need to the others again",
    "hierarchical": "to members in a fixed order of groups",
    "ex-ante-hourly": "by shares that are fixed beforehand for each hour",
    "virtual": "the lesser of all export and all import counts as shared; bills stay as they are",
}


class Sharing(Identity):
    """The rules under which members of a community share.

    A shared kWh pays ``pays[kind]`` of each component of a kind, ``pays_else`` of all others, the fee, and its price to
    the neighbour; the premium is what the state adds. 0 means nothing of it, 1 means as if it came from the grid. A tax or
    another share that ``pays`` does not name is one of what the kWh still pays, and ``pays_else`` of that.
    """

    allocation: Allocation = quantity("how a step's generation is divided")
    step_minutes: int = quantity("length of a step", "min", 60, ge=1, le=1440)
    pays: dict[Kind, Share] = quantity("part of each kind of component that a shared kWh still pays")
    pays_else: Share = quantity("part of every other kind that it pays", default=1.0)
    price: Price | None = quantity("price between members; none: they agree on it", "/kWh", None)
    fee: Price = quantity(
        "what a shared kWh pays for the use of the network, instead of network components", "/kWh", 0.0
    )
    premium: Price = quantity("what the state adds for a shared kWh", "/kWh", 0.0)
    premium_to_buyers: Share = quantity(
        "part of the premium that goes to who uses the kWh; the rest goes to who generates it", default=0.5
    )

    @property
    def counts_money(self) -> bool:
        """Whether it names amounts, which are in its own currency; what it says in parts holds in every currency."""
        return bool(self.price or self.fee or self.premium)

    def pays_of(self, kind: Kind) -> float:
        """Return which part of a component of a kind a shared kWh still pays."""
        return self.pays.get(kind, self.pays_else)

    @model_validator(mode="after")
    def _bills_stay(self) -> Self:
        """Refuse a virtual scheme that spares anything: its bills are those of all that crosses the meters."""
        if self.allocation == "virtual" and min((self.pays_else, *self.pays.values())) < 1.0:
            raise TariffError(
                "pays", dict(self.pays), "must be left out of a virtual scheme: its bills stay as they are"
            )
        return self
