"""A pinned or a ready scenario A against the current one, B: what changes, and by how much."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from jiran.app import rule_tables, state
from jiran.app.pins import label
from jiran.app.showing import markdown_of, plain
from jiran.app.views.compare_parts import compared, files
from jiran.report import is_pair, versus
from jiran.scenario.files import load_scenario, presets

if TYPE_CHECKING:
    from jiran.scenario import Scenario


_PINNED = "What is pinned"


def show(current: Scenario, seeds: int) -> None:
    """Compare another scenario with the current one."""
    st.subheader("A against B", anchor="pair")
    pinned = _other(current)
    if pinned is None:
        st.caption("B is what is shown now. For A pin it in the panel and then change something, or choose a scenario.")
        return
    if pinned == current:
        st.caption("A is what is shown now. Change something in the panel on the left: that is B.")
        return
    st.caption(f"{plain(label(pinned, current))}.")
    comparison = compared("pair", {"A": pinned, "B": current}, seeds)
    if comparison is None or not is_pair(comparison):
        return
    st.markdown("\n".join(f"- {markdown_of(sentence)}" for sentence in versus(comparison)))
    bands = f" Means of {len(comparison.seeds)} seeds; the difference is taken seed by seed." if seeds > 1 else ""
    st.caption(f"B is what is shown now. A - B: above 0, A has more.{bands}")
    first = rule_tables.pair(comparison, first=True)
    st.dataframe(
        first,
        hide_index=True,
        height=38 + 35 * first.height,
        column_config={name: st.column_config.Column(alignment="right") for name in first.columns[1:]},
        key="pair_table",
        alt="Table of A, B and their difference.",
    )
    more = st.expander("More figures of A and B", on_change="rerun", key="more of A and B")
    if more.open:
        with more:
            st.caption("Those that differ.")
            others = rule_tables.pair(comparison, first=False)
            st.dataframe(others, hide_index=True, key="pair_rest", alt="Table of more figures of A and B.")
    files(comparison, "pair", f"jiran-compare-{pinned.name}-{current.name}", "A against B")


def _other(current: Scenario) -> Scenario | None:
    """Let the viewer choose A: what is pinned, or a ready scenario; None as long as nothing is chosen."""
    pinned = state.pinned_scenario()
    ready = [name for name in presets() if name != current.name]
    options = ready if pinned is None else [_PINNED, *ready]
    wanted = state.opened_at_arrival("against") or _PINNED
    chosen = st.selectbox(
        "A", options, options.index(wanted) if wanted in options else None, width=360, placeholder="Choose a scenario",
        key=f"A|{pinned is not None}|{current.name}|{state.arrival()}", persist_state="session",
    )  # fmt: skip
    state.look_at("against", None if chosen == _PINNED else chosen)
    state.show_address()
    return pinned if chosen in (None, _PINNED) else load_scenario(chosen)
