"""Measure gas by trade: what a day of trades costs to anchor, and to settle step by step; printed for docs/ledger.md."""

# ruff: noqa: T201  it prints its table

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from evm import InProcess

from jiran.ledger.chain.anchoring import anchor, deployed, settle
from jiran.ledger.chain.node import Account
from jiran.ledger.heads import digest
from jiran.ledger.records import Day, Trade
from tampering import ledger_of


@dataclass(frozen=True)
class Street:
    """A street whose homes trade in some steps of a day."""

    homes: int
    steps: int
    trades: int

    def day(self, date: str) -> Day:
        """Return a day of it, trades spread evenly over steps and homes."""
        draw = Random(date)  # noqa: S311  a day that can be drawn again
        names = [f"H{n}" for n in range(self.homes)]
        made = []
        for n in range(self.trades):
            minute = (n * self.steps // self.trades) * (1440 // self.steps)
            seller, buyer = draw.sample(names, 2)
            paid = draw.random()
            made.append(
                Trade(f"{date}T{minute // 60:02}:{minute % 60:02}:00+08:00", seller, buyer, paid * 2, paid, paid)
            )
        return Day("street", "MYR", date, 1440 // self.steps, tuple(names), tuple(made))


#: The paper's day has 12 homes and about 60 trades in 9 hours; the others are a busy street, by the hour and by the quarter.
STREETS = (Street(12, 24, 64), Street(20, 96, 300), Street(100, 96, 3000))


def main():
    """Print the table; of two days the second, when no account is new to the contract any more."""
    print("| homes | steps | trades a day | anchor, gas | anchor, gas a trade | settle, gas | settle, gas a trade |")
    print("|--:|--:|--:|--:|--:|--:|--:|")
    for street in STREETS:
        node = InProcess()
        operator = Account(node)
        days = ledger_of([street.day("2026-03-21"), street.day("2026-03-22")])
        hashes = [digest(day.head) for day in days]
        contract = deployed(node, operator)
        anchor(hashes[:1], node, contract, operator)
        settle(days[:1], node, contract, operator)
        anchored = anchor(hashes, node, contract, operator).gas
        settled = settle(days, node, contract, operator).gas
        numbers = (anchored, anchored / street.trades, settled, settled / street.trades)
        print(
            f"| {street.homes} | {street.steps} | {street.trades:,} | "
            + " | ".join(f"{n:,.0f}" for n in numbers)
            + " |"
        )


if __name__ == "__main__":
    main()
