"""What a step comes to for each account: the sum over its trades, never the trades."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from jiran.errors import JiranError
from jiran.ledger.chain.calls import MOST_ACCOUNTS
from jiran.ledger.records import Record

#: The account of the operator: charges, and what rounding leaves.
OPERATOR = 0

#: What a step comes to, by account, millionths.
Net = dict[int, int]


class Settlements:
    """The settlements of a ledger in their order; knows which account is whose."""

    def __init__(self) -> None:
        """Begin with the operator's account alone."""
        self.accounts: dict[tuple[str, str], int] = {}
        self._booked: dict[tuple[str, str], list[Net]] = {}

    def of_day(self, head: dict[str, Any], records: Sequence[Record]) -> Iterator[list[int]]:
        """Yield what each settlement of a day comes to by account; of a correction the one difference to the run before.

        Args:
            head: Of the day.
            records: Its records.

        Raises:
            JiranError: There are more accounts than the contract takes.
        """
        of = head["market"], head["day"]
        for record in records:
            if record["kind"] == "total":
                self.accounts.setdefault((head["market"], record["home"]), len(self.accounts) + 1)
        if len(self.accounts) >= MOST_ACCOUNTS:
            raise JiranError(
                f"a settlement takes {MOST_ACCOUNTS - 1:,} homes, and the ledger has {len(self.accounts):,}"
            )
        steps = list(self._steps(record for record in records if record["kind"] == "trade"))
        if head["run"]:
            change = _sum([*steps, *({account: -net for account, net in one.items()} for one in self._booked[of])])
            yield self._row(change)
        else:
            yield from map(self._row, steps)
        self._booked[of] = steps

    def _steps(self, trades: Iterable[Record]) -> Iterator[Net]:
        found: dict[str, Net] = {}
        for trade in trades:
            net = found.setdefault(trade["step"], {})
            paid, received = trade["paid_millionths"], trade["received_millionths"]
            buyer, seller = (self.accounts[trade["market"], trade[side]] for side in ("buyer", "seller"))
            for account, amount in ((buyer, -paid), (seller, received), (OPERATOR, paid - received)):
                net[account] = net.get(account, 0) + amount
        yield from found.values()

    def _row(self, net: Net) -> list[int]:
        return [net.get(account, 0) for account in range(len(self.accounts) + 1)]


def _sum(nets: Iterable[Net]) -> Net:
    total: Net = {}
    for net in nets:
        for account, amount in net.items():
            total[account] = total.get(account, 0) + amount
    return total
