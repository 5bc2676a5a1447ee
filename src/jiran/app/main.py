"""The frame of the dashboard: areas on top, panel on the left, the balance badge below every run."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from jiran.app import frame, sidebar, state
from jiran.app.areas import AREAS, MOVED, PLAN, START, STREET, Area, told_above
from jiran.app.labels import by_labels, in_words
from jiran.app.showing import plain
from jiran.errors import JiranError
from jiran.explain.bills import balanced
from jiran.scenario.files import as_data
from jiran.words import begun

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator
    from streamlit.navigation.page import StreamlitPage

_ICON = Path(__file__).parent / "icon.png"


def main() -> None:
    """Draw the dashboard once."""
    st.set_page_config(
        "jiran", page_icon=str(_ICON), layout="wide"
    )  # before the pages' icons, which come from elsewhere
    state.prepare()
    area, page = _open()
    state.enter(area.path)
    title = f"{area.title} · {state.scenario().name}" if area.runs else area.title
    st.set_page_config(f"{title} · jiran", page_icon=str(_ICON), layout="wide")
    frame.show(area)
    above = st.container(key="above")  # always there, so that what follows keeps its place on the page
    if not area.runs:
        if area.path != START:  # which is for those who have no scenario yet
            state.show_address()
        _notice(above)
        page.run()
        return
    if state.presents():
        state.show_address()
    else:
        with st.sidebar:
            sidebar.show(way=area.path == PLAN)
    _notice(above)
    try:
        with suppress(state.NotRunError):  # the page has said why
            _body(page, above, area)
    finally:
        state.let_go()


def _open() -> tuple[Area, StreamlitPage]:
    """Return the area that is open, and its page; what has moved, and a link that shows a scenario, is sent on."""
    by_path = {area.path: area for area in AREAS}
    pages = {
        area.path: st.Page(area.show, title=area.title, icon=area.icon, url_path=area.path, default=area.path == START)
        for area in AREAS
    }
    old = {path: st.Page(_nothing, title=path, url_path=path, visibility="hidden") for path in MOVED}
    state.remember_pages(pages)
    page = st.navigation([*pages.values(), *old.values()], position="top")
    path = next(path for path, one in (pages | old).items() if one is page)
    if path in MOVED:
        area, opened = MOVED[path]
        st.switch_page(pages[area], query_params=state.address() | opened)
    if path == START and state.has_scenario():
        st.switch_page(pages[STREET], query_params=state.address())
    return by_path[path], page


def _nothing() -> None:
    """Draw nothing: the viewer is sent on before this would be called."""


def _notice(above: DeltaGenerator) -> None:
    """Say what went wrong when the page was opened, once."""
    notice = state.take_notice()
    if notice:
        above.warning(plain(notice), icon=":material/link_off:")


def _body(page: StreamlitPage, above: DeltaGenerator, area: Area) -> None:
    """Run the scenario, and draw the area and the badge at its foot.

    Args:
        page: What draws the area.
        above: The place of what must be known first.
        area: Which area it is.
    """
    try:
        result = state.run(state.scenario())
    except JiranError as error:
        said = in_words(error, as_data(state.scenario()))
        st.error(plain(f"This scenario cannot be run: {said}"), icon=":material/error:")
        return
    for warning in told_above(area, result):
        said = by_labels(warning, "")
        above.warning(plain(f"{begun(said)}."), icon=":material/warning:")
    if result.data_report is not None:
        with above.expander("What was changed in the meter data", icon=":material/fact_check:"):
            st.markdown("\n".join(f"- {plain(line)}" for line in result.data_report.lines()))
    with st.container():
        page.run()
    st.caption(f":material/verified: {plain(str(balanced(result)))}")


main()
