"""What a run knows: tables, figures, accounts and flows, and how it is saved."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import jiran
from jiran.errors import JiranError
from jiran.kpis import kpis
from jiran.scenario.files import to_toml
from jiran.tables import homes_frame, steps_frame, trades_frame

if TYPE_CHECKING:
    import polars as pl

    from jiran.community import Community
    from jiran.flows import Flows
    from jiran.profiles.meter.report import DataReport
    from jiran.scenario import Scenario
    from jiran.settlement import Balance, Prices, Settlement
    from jiran.timeline import Timeline


_REPORT = "data-report.txt"


@dataclass(frozen=True)
class State:
    """What goes out of a run and can come into the next: batteries, random numbers, what homes learned.

    Attributes:
        stored_kwh: In the community battery.
        ev_stored_kwh: In each EV that lends its battery, shape (ev,).
        rng: State of the rule's random numbers; None = seeded by the scenario.
        memory: What homes learned for their bids, see `bids.base`; None = nothing.
        bid_rng: State of the bidding strategy's random numbers; None = seeded by the scenario.
        strategy: Name of the bidding strategy that the memory is of; another one starts with nothing.
    """

    stored_kwh: float
    ev_stored_kwh: NDArray[np.float64]
    rng: dict[str, Any] | None = None
    memory: NDArray[np.float64] | None = None
    bid_rng: dict[str, Any] | None = None
    strategy: str = ""


@dataclass(frozen=True)
class Result:
    """A finished run.

    Attributes:
        scenario: What was asked.
        community: The homes.
        timeline: The steps.
        flows: Arrays of shape (step, home) by name, read-only, kWh.
        prices: Prices by step.
        settlement: Energy and money by home and by step.
        without_p2p: The same for the baseline: the same homes and battery without trades.
        start: State before the first step.
        state: State after the last step.
        warnings: What the user should know, one sentence each.
        data_report: What was filled, dropped or resampled in meter data, or None.
    """

    scenario: Scenario
    community: Community
    timeline: Timeline
    flows: Flows
    prices: Prices
    settlement: Settlement
    without_p2p: Settlement
    start: State
    state: State
    warnings: tuple[str, ...] = ()
    data_report: DataReport | None = None

    @cached_property
    def trades(self) -> pl.DataFrame:
        """The transaction log, one row a trade: step, time, seller, buyer, kwh, prices, paid, received."""
        return trades_frame(self.community, self.timeline, self.flows)

    @cached_property
    def homes(self) -> pl.DataFrame:
        """One row a home: energy, cost with and without P2P, saving, ratios."""
        return homes_frame(self.community, self.settlement, self.without_p2p)

    @cached_property
    def steps(self) -> pl.DataFrame:
        """One row a step: energy of the community, state of charge, trades, prices."""
        return steps_frame(self.timeline, self.flows, self.settlement, self.prices)

    @cached_property
    def kpis(self) -> dict[str, float | None]:
        """Key figures by name; definitions in `jiran.kpis.KPIS` and docs/nomenclature.md."""
        return kpis(
            self.scenario,
            self.settlement,
            self.without_p2p,
            self.timeline.step_h,
            self.start.stored_kwh,
            self.state.stored_kwh,
        )

    @property
    def accounts(self) -> dict[str, float]:
        """Money received less paid by homes, battery, network, market and grid; sums to zero."""
        return self.settlement.accounts

    @property
    def balance(self) -> Balance:
        """The worst imbalance of any step, in kWh and in money."""
        return self.settlement.balance

    @cached_property
    def digest(self) -> str:
        """SHA-256 of trades, states and bills: the same scenario gives the same digest on any run."""
        sha = hashlib.sha256()
        out, settled = self.flows.outputs, self.settlement
        for name in ("seller", "buyer", "kwh", "buyer_price", "seller_price"):
            sha.update(np.ascontiguousarray(self.flows.trades[name]).data)
        for array in (
            out.trades_until,
            out.soc_kwh,
            out.charge_share,
            out.draw_share,
            out.ev_stored_kwh,
            settled.cost,
        ):
            sha.update(np.ascontiguousarray(array).data)
        return sha.hexdigest()

    def save(self, folder: str | Path) -> Path:
        """Write trades.parquet, homes.csv, steps.csv, kpis.json, scenario.toml and manifest.json.

        All files are written to a temporary folder beside it first, so that a folder is either whole or not there. An
        existing folder is replaced only if it holds nothing but an earlier result.

        Raises:
            JiranError: The folder cannot be written, or holds other things.
        """
        target = Path(folder).resolve()
        files = self._files()
        try:
            _refuse_others(target, {*files, _REPORT})
            target.parent.mkdir(parents=True, exist_ok=True)
            fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        except OSError as error:
            raise JiranError(f"{target} cannot be written: {error.strerror}") from error
        try:
            for name, write in files.items():
                write(fresh / name)
            fresh.chmod(0o755)
            if target.exists():
                shutil.rmtree(target)
            fresh.rename(target)
        except OSError as error:
            raise JiranError(f"{target} cannot be written: {error.strerror}") from error
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        return Path(folder)

    def _files(self) -> dict[str, Callable[[Path], object]]:
        """Return what writes each file."""
        texts = {
            "kpis.json": _json(self.kpis),
            "scenario.toml": to_toml(self.scenario),
            "manifest.json": _json(self.manifest()),
        }
        if self.data_report is not None:
            texts[_REPORT] = "\n".join(self.data_report.lines()) + "\n"
        return {
            "trades.parquet": self.trades.write_parquet,
            "homes.csv": self.homes.write_csv,
            "steps.csv": self.steps.write_csv,
            **{name: partial(_write_text, text) for name, text in texts.items()},
        }

    def manifest(self) -> dict[str, Any]:
        """Return what is needed to get the same figures again."""
        return {
            "jiran": jiran.__version__,
            "scenario": self.scenario.name,
            "seed": self.scenario.seed,
            "homes": self.community.size,
            "steps": self.timeline.steps,
            "trades": len(self.flows.trades),
            "balance": {"kwh": self.balance.kwh, "money": self.balance.money},
            "accounts": self.accounts,
            "digest_sha256": self.digest,
        }


def _refuse_others(target: Path, known: set[str]) -> None:
    """Refuse to replace anything but an earlier result.

    Raises:
        JiranError: There is something else.
    """
    if target == Path.cwd():
        raise JiranError(f"{target} is not written: it is the current folder; name a folder for the result")
    if target.exists() and not target.is_dir():
        raise JiranError(f"{target} is not written: it is a file, not a folder")
    others = sorted({entry.name for entry in target.iterdir()} - known) if target.exists() else []
    if others:
        raise JiranError(f"{target} is not written: it holds {others[0]!r}, which is not a result of jiran")


def _write_text(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8")


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2) + "\n"
