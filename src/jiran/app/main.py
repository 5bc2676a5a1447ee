"""The frame of the dashboard: panel on the left, pages on top, the balance badge on every page."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from jiran.app import frame, sidebar, state
from jiran.app.labels import by_labels, in_words
from jiran.app.showing import plain
from jiran.app.views import classroom, compare, day, homes, market, neighbourhood, paper, trades
from jiran.errors import JiranError
from jiran.scenario.files import as_data

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator
    from streamlit.navigation.page import StreamlitPage

_ICON = Path(__file__).parent / "icon.png"

PAGES = (
    (neighbourhood.show, "Neighbourhood", ":material/holiday_village:", "neighbourhood"),
    (day.show, "Day", ":material/wb_sunny:", "day"),
    (market.show, "Market", ":material/storefront:", "market"),
    (trades.show, "Trades", ":material/swap_horiz:", "trades"),
    (homes.show, "Homes", ":material/home:", "homes"),
    (compare.show, "Compare", ":material/balance:", "compare"),
    (classroom.show, "Class", ":material/school:", "class"),
    (paper.show, "Paper", ":material/menu_book:", "paper"),
)


def main() -> None:
    """Draw the dashboard once."""
    st.set_page_config(
        "jiran", page_icon=str(_ICON), layout="wide"
    )  # before the pages' icons, which come from elsewhere
    state.prepare()
    pages = {
        path: st.Page(show, title=title, icon=icon, url_path=path, default=not place)
        for place, (show, title, icon, path) in enumerate(PAGES)
    }
    state.remember_pages(pages)
    presents = state.presents()
    page = st.navigation(list(pages.values()), position="hidden" if presents else "top")
    st.set_page_config(f"{page.title} · jiran", page_icon=str(_ICON), layout="wide")
    frame.show(page.title)
    if not presents:
        with st.sidebar:
            sidebar.show()
    above = st.container()  # always there, so that what follows keeps its place on the page
    notice = state.take_notice()
    if notice:
        above.warning(plain(notice), icon=":material/link_off:")
    try:
        with suppress(state.NotRunError):  # the page has said why
            _body(page, above)
    finally:
        state.let_go()


def _body(page: StreamlitPage, above: DeltaGenerator) -> None:
    """Run the scenario, and draw the page and the badge at its foot."""
    try:
        result = state.run(state.scenario())
    except JiranError as error:
        said = in_words(error, as_data(state.scenario()))
        st.error(plain(f"This scenario cannot be run: {said}"), icon=":material/error:")
        return
    for warning in result.warnings:
        said = by_labels(warning, "")
        above.warning(plain(f"{said[0].upper()}{said[1:]}."), icon=":material/warning:")
    if result.data_report is not None:
        with above.expander("What was changed in the meter data", icon=":material/fact_check:"):
            st.markdown("\n".join(f"- {plain(line)}" for line in result.data_report.lines()))
    with st.container():
        page.run()
    if page.url_path == "class":
        return  # a class plays with cards and orders of its own
    worst, currency = result.balance, plain(result.scenario.currency)
    st.caption(
        f":material/verified: Every kWh and every {currency} is accounted for: each step balances to "
        f"{worst.kwh:.0e} of its kWh and {worst.money:.0e} of its {currency}."
    )


main()
