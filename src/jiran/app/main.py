"""The frame of the dashboard: panel on the left, pages on top, the balance badge on every page."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from jiran.app import sidebar, state
from jiran.app.views import compare, day, homes, market, neighbourhood, paper, trades
from jiran.errors import JiranError

_ICON = Path(__file__).parent / "icon.png"

PAGES = (
    (neighbourhood.show, "Neighbourhood", ":material/holiday_village:", "neighbourhood"),
    (day.show, "Day", ":material/wb_sunny:", "day"),
    (market.show, "Market", ":material/storefront:", "market"),
    (trades.show, "Trades", ":material/swap_horiz:", "trades"),
    (homes.show, "Homes", ":material/home:", "homes"),
    (compare.show, "Compare", ":material/balance:", "compare"),
    (paper.show, "Paper", ":material/menu_book:", "paper"),
)


def main() -> None:
    """Draw the dashboard once."""
    st.set_page_config("jiran", page_icon=str(_ICON), layout="wide")
    state.prepare()
    pages = {
        path: st.Page(show, title=title, icon=icon, url_path=path, default=not place)
        for place, (show, title, icon, path) in enumerate(PAGES)
    }
    state.remember_pages(pages)
    page = st.navigation(list(pages.values()), position="top")
    with st.sidebar:
        sidebar.show()
    above = st.container()  # always there, so that what follows keeps its place on the page
    notice = state.take_notice()
    if notice:
        above.warning(notice, icon=":material/link_off:")
    try:
        result = state.run(state.scenario())
    except JiranError as error:
        st.error(f"This scenario cannot be run. {error}", icon=":material/error:")
        st.stop()
    for warning in result.warnings:
        above.warning(f"{warning[0].upper()}{warning[1:]}.", icon=":material/warning:")
    if result.data_report is not None:
        with above.expander("What was changed in the meter data", icon=":material/fact_check:"):
            st.markdown("\n".join(f"- {line}" for line in result.data_report.lines()))
    with st.container():
        page.run()
    if page.url_path == "market" and state.shows_own_orders():
        return  # these orders have a badge of their own
    worst = result.balance
    st.caption(
        f":material/verified: Every kWh and every {result.scenario.currency} is accounted for: the worst imbalance of "
        f"any step is {worst.kwh:.0e} kWh and {worst.money:.0e} {result.scenario.currency}."
    )


main()
