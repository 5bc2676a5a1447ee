"""A ledger of the run that is shown, made in memory: receipts of homes, and the whole as a file; nothing is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran.app.selection import dates
from jiran.ledger import keys
from jiran.ledger.files import exported_text
from jiran.ledger.make import in_memory
from jiran.ledger.page import html
from jiran.ledger.receipt import receipt, receipt_text
from jiran.ledger.run import days_from
from jiran.result.tables import trades_frame

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from jiran.ledger.heads import SignedDay
    from jiran.ledger.receipt import Receipt
    from jiran.result.result import Result

#: Of a run with more trades each day becomes a ledger of its own, when it is asked for: all of them would take seconds.
MOST_TRADES = 30_000


class Proofs:
    """The ledger of one run, signed with a key that lives as long as the viewer's session."""

    def __init__(self, result: Result, private: Ed25519PrivateKey) -> None:
        """Keep run and key; days are made when they are asked for."""
        self.result = result
        self.public = keys.public_of(private)
        self.dates = [date.isoformat() for date in dates(result.timeline)]
        self.is_whole = len(result.flows.trades) <= MOST_TRADES
        self._private = private
        self._made: dict[str, list[SignedDay]] = {}
        self._texts: dict[str, bytes] = {}

    def ledger(self, date: str) -> list[SignedDay]:
        """Return the ledger that holds a day: that of the run, or of a large one that of the day alone."""
        key = "" if self.is_whole else date
        if key not in self._made:
            first, last = (0, self.result.timeline.steps) if self.is_whole else self._steps(date)
            scenario = self.result.scenario
            log = trades_frame(self.result.community, self.result.timeline, self.result.flows, first, last)
            of = self.dates if self.is_whole else [date]
            days = days_from(log, of, scenario.name, scenario.currency, scenario.step_minutes)
            self._made[key] = in_memory(days, self._private)
        return self._made[key]

    def receipt(self, home: str, date: str) -> Receipt:
        """Return the receipt of a home for a day of the run."""
        ledger = self.ledger(date)
        found = receipt(home, ledger[self.dates.index(date) if self.is_whole else 0])
        if found is None:
            raise KeyError(home)
        return found

    def receipt_json(self, home: str, date: str) -> bytes:
        """Return a receipt as a file for programs."""
        return f"{receipt_text(self.receipt(home, date))}\n".encode()

    def receipt_page(self, home: str, date: str) -> bytes:
        """Return a receipt as a page to print, which checks itself."""
        return html(self.receipt(home, date), self.public).encode()

    def export(self, date: str) -> bytes:
        """Return the ledger that holds a day as a file."""
        key = "" if self.is_whole else date
        if key not in self._texts:
            self._texts[key] = "".join(exported_text(iter(self.ledger(date)))).encode()
        return self._texts[key]

    def _steps(self, date: str) -> tuple[int, int]:
        """Return the first step of a day, and the one to stop before."""
        there = np.flatnonzero(self.result.timeline.local.astype("datetime64[D]") == np.datetime64(date))
        return int(there[0]), int(there[-1]) + 1
