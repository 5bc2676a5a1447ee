"""Ways to bid side by side: the same homes under one market rule, with several bidding strategies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from jiran.app import export, rule_tables, state
from jiran.app.showing import file_name, markdown_of, plain
from jiran.app.views.compare_parts import compared
from jiran.bids import find as find_strategy
from jiran.bids import strategies
from jiran.judge.comparison import by_strategy
from jiran.judge.spread import range_of
from jiran.market import find, mechanisms
from jiran.market.base import BASELINE
from jiran.report.bidding import say
from jiran.report.figures import ranked, whole_table

if TYPE_CHECKING:
    from jiran.judge.comparison import Comparison
    from jiran.scenario import Scenario

_TITLE = "How should homes bid?"
_NAME_WIDTH = 156
_ABOUT = (
    "What a kWh is worth to a home is part of how it bids: to some it is what the grid says for all, to others each home has a "
    "value of its own. So compare what homes save, and look at efficiency within a row."
)


def show(scenario: Scenario, seeds: int) -> None:
    """Draw this part of the page, once it is opened."""
    st.subheader("Ways to bid side by side", anchor="bidding")
    linked = state.opened_at_arrival("bidding") is not None
    more = st.expander(_TITLE, linked, on_change="rerun", key=f"bidding|{state.arrival()}", icon=":material/gavel:")
    for key in ("bidding", "under"):
        state.look_at(key, None)
    if more.open:
        with more:
            _inside(scenario, seeds)
    state.show_address()


def _inside(scenario: Scenario, seeds: int) -> None:
    """Let the viewer choose strategies and the rule; draw what comes of them."""
    own = scenario.bids.strategy
    options = list(strategies())
    options = options if own in options else [own, *options]
    names = _strategies(options, own)
    rule = _rule(scenario)
    state.look_at("bidding", "all" if set(names) == set(options) else ",".join(names) or "none")
    if not names:
        st.info("Choose at least one way to bid.", icon=":material/info:")
        return
    found = compared("bidding", by_strategy(scenario, names, rule), seeds)
    if found is not None:
        _draw(found, scenario)


def _strategies(options: list[str], own: str) -> list[str]:
    """Draw strategies to choose from; at first those of the link that the viewer came by, or all."""
    said = state.opened_at_arrival("bidding") or "all"
    default = options if said == "all" else [name for name in options if name in said.split(",")]
    return st.pills(
        "Ways to bid", options, selection_mode="multi", default=default, key=f"bidding ways|{own}|{state.arrival()}",
        persist_state="session", format_func=lambda name: plain(find_strategy(name).name),
    )  # fmt: skip


def _rule(scenario: Scenario) -> str:
    """Draw the rules that heed what homes bid, and return the one that is chosen."""
    own = scenario.market.mechanism
    options = [name for name in mechanisms() if name != BASELINE and find(name).heeds_limits]
    if own not in options and own != BASELINE and find(own).heeds_limits:
        options.append(own)
    telling = next((name for name in options if find(name).telling and find(name).needs_bids), options[0])
    first = own if own in options else telling
    said = state.opened_at_arrival("under")
    said = said if said in options else first
    rule: str = st.selectbox(
        "Under the market rule", options, options.index(said), key=f"bidding under|{own}|{state.arrival()}",
        persist_state="session", format_func=lambda name: find(name).name, width=360,
        help="Rules that look at what homes bid. Under all others every way to bid comes to the same.",
    )  # fmt: skip
    state.look_at("under", None if rule == first else rule)
    return rule


def _draw(found: Comparison, scenario: Scenario) -> None:
    """Draw what comes of it: sentences, the telling figures, what each strategy does, and a file."""
    st.markdown("\n".join(f"- {markdown_of(sentence)}" for sentence in say(found)))
    for fault in found.faults:
        st.warning(f"Left out: {plain(fault)}.", icon=":material/warning:")
    banded = len(found.seeds) > 1
    st.dataframe(
        rule_tables.rules(found, "Strategy"), hide_index=True, height=38 + 35 * len(found.cases),
        column_config=rule_tables.column_config(found, "Strategy", _NAME_WIDTH),
        placeholder="–", key=f"bidding_table|{banded}", alt="Table of ways to bid, what reaches most first.",
    )  # fmt: skip
    bands = f" Means of {len(found.seeds)} seeds; in brackets {range_of(len(found.seeds), 'seeds')}." if banded else ""
    st.caption(f"{_ABOUT} Amounts in {plain(found.currency)}, prices per kWh.{bands}")
    with st.grid(2, min_column_width=320, gap="small"):
        for name in ranked(found):
            chosen = find_strategy(found.cases[name].bids.strategy)
            st.markdown(f"**{plain(chosen.name)}**: {plain(chosen.description)}")
    st.download_button(
        "All ways to bid, CSV", lambda: export.csv_bytes(whole_table(found)),
        f"{file_name(f'jiran-bidding-{scenario.name}')}.csv", "text/csv",
        key="bidding_csv", icon=":material/download:", on_click="ignore", help="Every figure of every strategy.",
    )  # fmt: skip
