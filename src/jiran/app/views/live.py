"""Live: the street that `jiran live` keeps, as its file says at this moment."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

from jiran.app import columns
from jiran.errors import JiranError
from jiran.live.lines import run_lines
from jiran.live.registers import MEANING
from jiran.live.store import FILE, looked_at
from jiran.live.values import local

if TYPE_CHECKING:
    from jiran.live.store import Store

#: Where `jiran live` keeps a street if nobody says otherwise.
_FOLDERS = ("jiran-live", "jiran-live-demo")
_MILLION = 1_000_000
_EVERY_S = 5
#: Two stand side by side on a phone, px.
_CARD = 168
#: A meter that was not heard for so long is late, ms.
_LATE_MS = 15 * 60_000


def show() -> None:
    """Draw the part."""
    st.subheader("Live", anchor="live")
    folder = st.text_input(
        "Folder of the street",
        _newest(),
        key="live_folder",
        max_chars=500,
        help="The folder of `jiran live`, on this machine.",
    )
    _street(folder)


def _newest() -> str:
    """Return the folder of the two usual ones that was written last."""
    there = [folder for folder in _FOLDERS if (Path(folder) / FILE).is_file()]
    return max(there, key=lambda folder: (Path(folder) / FILE).stat().st_mtime, default=_FOLDERS[0])


@st.fragment(run_every=_EVERY_S)
def _street(folder: str) -> None:
    """Draw the street, again and again."""
    try:
        with looked_at(Path(folder or ".")) as store:
            about, shown = store.about(), store.shown()
            if not shown:
                st.info(
                    "No step is closed yet: the first one closes some minutes after its end.",
                    icon=":material/schedule:",
                )
                return
            _summary(about, shown)
            for line in json.loads(about.get("beyond", "[]")):
                st.warning(line, icon=":material/electric_meter:")
            table = _table(about, shown, store)
            st.dataframe(table, hide_index=True, width="stretch", column_config=_digits(table))
            st.caption(
                "Quality of the last step: " + "; ".join(f"**{name}**: {what}" for name, what in MEANING.items()) + "."
            )
            _runs(store)
    except JiranError as error:
        st.info(str(error).replace("`", "'"), icon=":material/sensors_off:")


def _summary(about: dict[str, str], shown: dict[str, Any]) -> None:
    """Draw what all homes have together."""
    last, today = ([one[part] for one in shown.values()] for part in ("last", "today"))
    heard = sum(one["quality"] in ("measured", "interpolated") for one in last)
    begin = dt.datetime.fromisoformat(last[0]["step"])
    end = begin + dt.timedelta(minutes=last[0]["minutes"])
    cards = {
        f"Last step, {begin:%Y-%m-%d}": f"{begin:%H:%M}–{end:%H:%M}",
        "Meters heard": f"{heard} of {len(last)}",
        "Traded in it": f"{_sum(last, 'bought_kwh_millionths'):,.3f} kWh",
        "Traded today": f"{_sum(today, 'bought_kwh_millionths'):,.3f} kWh",
        "Paid today": f"{about['currency']} {_sum(today, 'paid_millionths'):,.2f}",
    }
    with st.container(horizontal=True):
        for label, value in cards.items():
            st.metric(label, value, border=True, width=_CARD)


def _sum(parts: list[dict[str, Any]], name: str) -> float:
    return float(sum(part[name] for part in parts)) / _MILLION


def _table(about: dict[str, str], shown: dict[str, Any], store: Store) -> pl.DataFrame:
    """Return a row a home: its last step, today so far, and whether its meter is late."""
    now_ms, zone = int(about["now_ms"]), about["zone"]
    heard = _last_heard(store.last_heard(), json.loads(about.get("meters", "{}")))
    rows = []
    for home in json.loads(about["homes"]):
        last, today = shown[home]["last"], shown[home]["today"]
        at = heard.get(home)
        rows.append({
            "Home": home,
            "Last heard": "never" if at is None else f"{local(at, zone):%H:%M:%S}",
            "Late": "late" if at is None or now_ms - at > _LATE_MS else "",
            "Quality": last["quality"],
            "In, kWh": last["import_kwh_millionths"] / _MILLION,
            "Out, kWh": last["export_kwh_millionths"] / _MILLION,
            "Bought, kWh": last["bought_kwh_millionths"] / _MILLION,
            "Sold, kWh": last["sold_kwh_millionths"] / _MILLION,
            "Today in, kWh": today["import_kwh_millionths"] / _MILLION,
            "Today out, kWh": today["export_kwh_millionths"] / _MILLION,
            f"Today paid, {about['currency']}": today["paid_millionths"] / _MILLION,
            f"Today got, {about['currency']}": today["received_millionths"] / _MILLION,
        })  # fmt: skip
    money = [name for name in rows[0] if name.endswith(about["currency"])]
    return pl.DataFrame(rows).with_columns(pl.col(pl.Float64).round(3)).with_columns(pl.col(money).round(2))


def _digits(table: pl.DataFrame) -> dict[str, Any]:
    """Return how numbers are written: energy to a Wh, money to a hundredth."""
    return {
        name: columns.digits(3 if name.endswith("kWh") else 2)(name)
        for name, kind in table.schema.items()
        if kind.is_float()
    }


def _last_heard(by_meter: dict[str, int], meters: dict[str, list[str]]) -> dict[str, int]:
    """Return when each home was heard last; of several meters the one counts that is silent longest."""
    return {home: min(by_meter[one] for one in of) for home, of in meters.items() if all(one in by_meter for one in of)}


def _runs(store: Store) -> None:
    """Draw what was settled, and what was not taken."""
    st.subheader("Settlement", anchor="settlement")
    st.caption(
        "A day is settled the next morning (run 0, provisional) and cleared again after a week (run 1, final); later only deviations."
    )
    for line in run_lines(store.runs(), store.totals())[-20:]:
        st.text(line)
