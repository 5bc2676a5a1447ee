"""The street's ledger: heads, who signed them and what was kept elsewhere; receipts; and a check in the browser itself."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

from jiran.app import repeat, state, stored_ledger
from jiran.app.columns import COUNTS
from jiran.app.components.ledger_check import ledger_check
from jiran.app.showing import file_name, plain
from jiran.app.views import data_files, prove
from jiran.errors import JiranError
from jiran.words import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jiran.app.proofs import Proofs
    from jiran.ledger.heads import SignedDay
    from jiran.result.result import Result

#: A longer ledger is not sent to the browser with each page: it is downloaded, and dropped there.
_MOST_RECORDS = 4_000
_COLUMNS: dict[str, Any] = {
    "day": "Day",
    "market": "Market",
    "run": COUNTS("Run", help="0, or which correction of this day."),
    "size": COUNTS("Records", help="Trades, a total of each home, and what closes the day at zero."),
    "root": st.column_config.TextColumn("Root", help="Hash over all records of the day.", width="medium"),
    "previous": st.column_config.TextColumn(
        "Previous", help="Hash of the head before it; of the first one the ledger's own number.", width="medium"
    ),
    "sha256": st.column_config.TextColumn(
        "Hash of the head", help="Keep it elsewhere: it is the anchor.", width="medium"
    ),
    "key_id": st.column_config.TextColumn(
        "Signed by key", help="The first 16 digits of the SHA-256 of the public key."
    ),
}


def show() -> None:
    """Draw the part."""
    result = state.result()
    made = state.proofs(result)
    date = _of_run(result, made)
    _check(made, date)
    _opened()


def _of_run(result: Result, made: Proofs) -> str:
    """Draw the ledger of this run, and offer receipts; return the day that is looked at."""
    st.subheader("The ledger of this run", anchor="ledger")
    st.markdown(
        "Each day is a list of exact records. One hash over them, the **root**, stands in the day's **head**, with the hash of the "
        "head before it; the head is signed. It is in memory: nothing is written."
    )
    with st.grid(2, min_column_width=200):
        date = st.selectbox("Day", made.dates, key="ledger_day")
        home = st.selectbox("Receipt of", result.community.ids, key="ledger_home")
    prove.offer(result, home, date, "ledger")
    st.caption(prove.WORTH)
    of = "" if made.is_whole else f" The run has many trades: this is the ledger of {date} alone."
    _heads(made.ledger(date), of, "run_heads")
    st.download_button(
        "The whole ledger, JSON" if made.is_whole else f"The ledger of {date}, JSON", lambda: made.export(date),
        file_name(f"jiran-{result.scenario.name}-ledger.json"), "application/json",
        key="ledger_all", icon=":material/download:", on_click="ignore",
    )  # fmt: skip
    st.markdown("The same with a key of your own, in a file to which days are added:")
    st.code("\n".join(_lines(result, home, None if date == made.dates[-1] else date)), language=None, wrap_lines=True)
    return str(date)


def _lines(result: Result, home: str, date: str | None) -> tuple[str, ...]:
    """Return the commands that make this ledger and a receipt of it elsewhere; a file that they run is offered first."""
    found = data_files.offer_scenario(result, "ledger scenario")
    of_day = [] if date is None else ["--day", date]
    return (
        f"{repeat.as_command(found)} -o out",
        "jiran ledger make out",
        shlex.join(["jiran", "ledger", "receipt", home, *of_day, "-o", "receipt.html"]),
    )


def _heads(days: Sequence[SignedDay], more: str, key: str) -> None:
    """Draw the heads of a ledger."""
    rows = stored_ledger.rows(days)
    frame = pl.DataFrame(rows, schema=list(_COLUMNS), orient="row")
    st.caption(plain(f"{counted(frame.height, 'day')}, {frame['size'].sum():,} records.{more}"))
    st.dataframe(
        frame, hide_index=True, height=min(38 + 35 * frame.height, 318), column_config=_COLUMNS, key=key,
        alt="Table of heads: day, market, run, records, root, hash of the head before, own hash, key.",
    )  # fmt: skip


def _check(made: Proofs, date: str) -> None:
    """Draw the check that the browser makes."""
    st.subheader("Check it in this browser", anchor="check")
    st.markdown(
        "The browser does the sums itself; a file that you choose is not sent anywhere. Take the public key from whom you trust, "
        "not from the file."
    )
    small = sum(len(day.records) for day in made.ledger(date)) <= _MOST_RECORDS
    if not small:
        st.caption("This ledger is long: download it above, and choose the file here.")
    about = "The ledger of this run" if made.is_whole else f"The ledger of {date}"
    ledger_check(made.export(date).decode() if small else "", about, made.public, key="ledger_check")


def _opened() -> None:
    """Ask for a ledger's file, and draw what it holds."""
    st.subheader("Open a ledger", anchor="open")
    file = st.file_uploader(
        "A ledger (.sqlite), or an exported one (.json)",
        type=["sqlite", "json"],
        key="ledger_file",
        max_upload_size=100,
    )
    if file is None:
        st.caption("The program that serves this page reads it, keeps no copy, and changes nothing.")
        return
    key = st.text_input(
        "Public key that is trusted; empty: this machine's own", key="ledger_key", placeholder="64 hexadecimal digits"
    )
    try:
        found = stored_ledger.opened(file.getvalue(), key)
    except JiranError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    if found.fault:
        st.error(plain(found.said), icon=":material/gpp_bad:")
    else:
        st.success(plain(found.said), icon=":material/verified_user:")
    st.caption(plain(f"Trusted: {found.trusted}. {found.anchored}"))
    if found.days:
        _heads(
            found.days, "" if not found.fault else " They are shown as they stand, whatever was found.", "file_heads"
        )
