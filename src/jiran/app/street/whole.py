"""The tab of the whole street: what trading did, what an hour did, the curves, and who pays what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from jiran.app import pins, state
from jiran.app.showing import markdown_of, plain, show_text
from jiran.app.street import cards, curves, devices, fair
from jiran.explain.against import against
from jiran.explain.battery import battery
from jiran.explain.exchange import exchange
from jiran.explain.run import beside, both_gained, grid, headline, street
from jiran.explain.step.run_step import step_label
from jiran.explain.step.told import tell

if TYPE_CHECKING:
    from jiran.result.result import Result


def show(result: Result, step: int) -> None:
    """Draw the tab, with a step told."""
    before = state.pinned()
    missing = None if before is None else pins.not_comparable(before, result)
    same = before if before is not None and pins.same_money(before, result) else None
    steps = result.timeline.steps
    far = state.presents()  # a projector has room for one sentence, and for figures
    if not far:
        st.caption(markdown_of(street(result) or ""))
    show_text(*headline(result), *(against(result, same) if same is not None else ()), heading=True)
    more = st.container()
    cards.show(result, same)
    with st.container() if far else more:
        show_text(*beside(result))
        show_text(both_gained(result))
    with st.container():  # always there, so that what follows keeps its place on the page
        if missing is not None:
            st.caption(plain(f"{missing}: mind this when you compare."))
    show_text(grid(result, 0, steps), exchange(result, 0, steps), *battery(result, 0, steps))
    _hour(result, step)
    curves.show(result, step)
    fair.show(result, before)


def _hour(result: Result, step: int) -> None:
    """Say what the street did in an hour."""
    told = tell(result, step, most=0)
    st.markdown(f"**{plain(step_label(result, step))}**")
    show_text(*told.market)
    show_text(*told.rest)
    devices.show(result, "", step)
