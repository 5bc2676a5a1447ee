"""Plan: whether PV, battery and sharing pay, for whom, how sure that is, and what would make it pay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from jiran.app import state
from jiran.app.charts import plan as charts
from jiran.app.drawing import draw
from jiran.app.labels import by_labels, in_words
from jiran.app.showing import file_name, markdown_of, plain, show_text
from jiran.errors import JiranError
from jiran.explain import where
from jiran.report.plan import answer, lines, page, tables, warnings
from jiran.report.plan.doubtful import flat, sun
from jiran.report.plan.further import case, matters, tried
from jiran.scenario.files import as_data
from jiran.sentences import true_ones
from jiran.words import begun

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jiran.plan import Planned
    from jiran.report.plan.tables import Shown
    from jiran.sentences import Sentence


#: Streets that a plan can begin with: presets with the sun and the tariff of a place.
_STREETS = {
    "sarawak-nem": "Kuching, net metering 1:1", "klang-valley-atap": "Klang Valley, Solar ATAP", "singapore-block": "Singapore",
}  # fmt: skip


def show() -> None:
    """Draw the page: the answer, its figures, who pays; what takes longer is worked out when it is asked for."""
    try:
        planned = state.planned()
    except JiranError as error:
        said = in_words(error, as_data(state.scenario()))
        st.info(f"No plan can be made of this: {plain(said)}.", icon=":material/info:")
        return
    first, *rest = answer(planned)
    missing = {"place": true_ones(sun(planned)), "tariff": true_ones(flat(planned))}
    apart = true_ones(where.apart(planned.result))
    _no_place(missing)
    for sentence in apart:
        st.error(f"{plain(begun(by_labels(str(sentence), '')))}.", icon=":material/wrong_location:")
    show_text(first, heading=True)
    _setting(planned)
    _tiles(planned)
    st.markdown("\n".join(f"- {markdown_of(sentence)}" for sentence in rest))
    _doubts(planned, set(map(str, (*missing["place"], *missing["tariff"], *apart))))
    st.caption(f"{plain(str(lines.course(planned)))}.")
    draw(
        charts.course(planned), key="course", height=300,
        alt=f"What has come back of the investment of {lines.who_pays(planned)} by the end of each year.",
    )  # fmt: skip
    _people(planned)
    _further(planned)
    _page(planned)


def _no_place(missing: Mapping[str, Sequence[Sentence]]) -> None:
    """Say before the answer that sun or prices are those of no place, and offer streets that are somewhere.

    Args:
        missing: What is said of it, by what a street may lack.
    """
    lacking = [what for what, told in missing.items() if told]
    if not lacking:
        return
    lines = "\n".join(f"- {plain(by_labels(str(one), ''))}." for told in missing.values() for one in told)
    with st.container(border=True):
        lacks = "is nowhere" if len(lacking) > 1 else f"has no {lacking[0]}"
        st.markdown(f":material/warning: **This street {lacks} yet: its figures are no plan**\n\n{lines}")
        st.markdown(f"Choose a {' and a '.join(lacking)} on the left, or begin with a street that has both:")
        with st.container(horizontal=True):
            for name, title in _STREETS.items():
                st.page_link(
                    state.page("plan"), label=title, icon=":material/location_on:", query_params={"preset": name}
                )


def _doubts(planned: Planned, said: set[str]) -> None:
    """Say what must be known before the figures are used, of the plan and of its run, and is not said yet."""
    told = [begun(by_labels(one, "")) for one in warnings(planned) if one not in said]
    if told:
        lines = "\n".join(f"- {plain(one)}." for one in told)
        st.warning(f"**Before you use these figures**\n\n{lines}", icon=":material/warning:")


def _setting(planned: Planned) -> None:
    """Say what the street is, in a line."""
    told = [f"{plain(name)}: **{plain(value)}**" for name, value in lines.setting(planned).items()]
    st.caption(" · ".join(told))


def _tiles(planned: Planned) -> None:
    with st.grid(3, min_column_width=150, gap="xsmall"):
        for name, value in lines.tiles(planned).items():
            st.metric(plain(name), plain(value), border=True, height="stretch")


def _people(planned: Planned) -> None:
    """Draw who pays and who gains, by kind and home by home."""
    st.subheader("Who pays, and who gains", anchor="who")
    st.caption(
        f"A year, in {plain(planned.currency)}: the same homes without PV, batteries and sharing, and with them. By kind: means."
    )
    _table(tables.by_kind(planned), "plan kinds", "Table of the kinds of homes: what they invest, pay and save.")
    each = st.expander("Each home", on_change="rerun", key="plan each home")
    if each.open:
        with each:
            _table(tables.by_home(planned), "plan homes", "Table of the homes: what they invest, pay and save.")
    years = st.expander("Year by year", on_change="rerun", key="plan years")
    if years.open:
        with years:
            _table(
                tables.by_year(planned), "plan years table", "Table of the years: what those who invest get and pay."
            )


def _table(shown: Shown, key: str, alt: str) -> None:
    frame = pl.DataFrame(shown.rows, schema=list(shown.head), orient="row")
    columns = {name: st.column_config.Column(alignment="right") for name in shown.head[1:]}
    st.dataframe(
        frame, hide_index=True, height=38 + 35 * min(frame.height, 12), column_config=columns, key=key, alt=alt
    )


def _further(planned: Planned) -> None:
    """Draw how sure it is and what would make it pay, once that is asked for: it takes some sixty runs."""
    st.subheader("How sure is this, and what would make it pay?", anchor="sure")
    further = st.expander(
        "Try other yields, costs and prices", on_change="rerun", key="plan further", icon=":material/tune:"
    )
    if not further.open:
        return
    with further:
        try:
            ranges, found = state.looked_into(planned)
        except state.NotRunError:  # the page has said why
            return
        said = true_ones(case(planned, ranges), matters(planned, ranges), *(tried(planned, one) for one in found))
        st.markdown("\n".join(f"- {markdown_of(sentence)}" for sentence in said))
        swings = [one for one in ranges.swings if one.width > 0.0]
        if swings:
            draw(
                charts.tornado(planned, ranges), key="tornado", height=70 + 42 * len(swings),
                alt="How far each assumption moves the value of today, the one that matters most on top.",
            )  # fmt: skip
        if found:
            _table(tables.tried(found), "plan tried", "Table of the prices that were tried, and who loses at each.")


def _page(planned: Planned) -> None:
    """Offer the page for a council; its ranges and prices are worked out when it is asked for."""
    known = st.session_state.get("plan further")
    with st.container(horizontal=True):
        st.download_button(
            "Page to print", lambda: page(planned, *(state.looked_into(planned) if known else ())).encode(),
            file_name(f"jiran-plan-{planned.result.scenario.name}.html"), "text/html", key="plan page",
            icon=":material/article:", on_click="ignore",
            help="One page for a council, and an annex with method, sources and limits. What is tried above is in it once it is open.",
        )  # fmt: skip
