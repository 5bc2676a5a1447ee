"""Who pays what, whether it is fair, and who sells when: folded parts of the tab of the whole street."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from jiran.app import pins, state
from jiran.app.bills import sold_by_hour
from jiran.app.charts import home as home_charts
from jiran.app.charts import homes as charts
from jiran.app.charts.base import MOST_HOMES
from jiran.app.drawing import draw
from jiran.app.showing import markdown_of, plain, show_text
from jiran.app.street.sections import section
from jiran.explain.homes import bills_chart, fairness, half, kinds_chart, roles_chart, switched, verdict
from jiran.explain.nothing_traded import nothing_traded

if TYPE_CHECKING:
    import polars as pl

    from jiran.app.charts.base import Spec
    from jiran.result.result import Result

_BILLS_KEY = "bills"


def show(result: Result, before: Result | None) -> None:
    """Draw the folded parts."""
    for name, title, icon, part in (
        ("bills", "Who pays what", ":material/payments:", partial(_bills, result, before)),
        ("fair", "Is it fair?", ":material/balance:", partial(_fairness, result, before)),
        ("roles", "Who sells when", ":material/schedule:", partial(_roles, result)),
    ):
        place = section(name, title, icon)
        if place is not None:
            with place:
                part()


def _bills(result: Result, before: Result | None) -> None:
    """Draw every home's bill, and what a home of each kind saves."""
    homes, currency = result.homes, result.scenario.currency
    missing = None if before is None else pins.not_comparable(before, result)
    of_a = None if before is None or missing is not None else before.homes
    show_text(*verdict(result))
    which = "Every home's bill for the whole period."
    if homes.height > MOST_HOMES:
        which = (
            f"The 10 homes that save most and the 10 that save least, of {homes.height:,}: bills for the whole period."
        )
    notes = "" if missing is None else f" {plain(missing)}, so A's bills are not drawn."
    st.caption(
        f"{which} The line goes from the bill without trading to the bill with it. "
        f"{'' if of_a is None else 'A diamond is the bill in A. '}Click a home to look at it.{notes}"
    )
    spec, alt = charts.bills(homes, currency, of_a), str(bills_chart(result))
    height = 120 + 24 * charts.shown_bills(homes).height
    draw(spec, key=_BILLS_KEY, alt=alt, height=height, on_select=partial(_pick_clicked, spec))
    _kinds(result, of_a)


def _kinds(result: Result, of_a: pl.DataFrame | None) -> None:
    """Draw what a home of each kind saves, and of many homes how far they lie apart."""
    homes, currency = result.homes, result.scenario.currency
    alt, height = str(kinds_chart(result)), 70 + 52 * charts.saving_by_kind(homes).height
    mark = "" if of_a is None else " The thin mark: in A."
    st.caption(f"What a home of each kind saves by trading, on average.{mark}")
    draw(charts.kinds(homes, currency, of_a), key="kinds", alt=alt, height=height)
    if homes.height > MOST_HOMES:
        dashed = "" if of_a is None else " Dashed: A."
        st.caption(f"How the savings are spread: half of the homes lie in the box, all between the ends.{dashed}")
        draw(charts.spread(homes, currency, of_a), key="spread", alt=alt, height=height)


def _pick_clicked(spec: Spec) -> None:
    """Look at the home whose point was clicked."""
    event: Any = st.session_state.get(_BILLS_KEY)
    home = charts.picked(event["selection"]["selected"], spec) if event else None
    if home is not None:
        state.show_selected(home=home, tab="home")


def _fairness(result: Result, before: Result | None) -> None:
    """Draw how evenly the savings are shared."""
    for sentence in fairness(result):
        show_text(sentence)
    words = half(result)
    if words is not None:  # of losses, and of one home alone, the curve means nothing
        of_a = None if before is None or half(before) is None else before.homes
        draw(charts.lorenz_curve(result.homes, of_a), key="lorenz", alt=f"Lorenz curve. {words}", height=300)


def _roles(result: Result) -> None:
    """Draw who sells and who buys at which hour."""
    nothing = nothing_traded(result, 0, result.timeline.steps)
    if nothing is not None:
        st.caption(markdown_of(nothing))
        return
    by_hour = sold_by_hour(result)
    names, _ = home_charts.role_rows(result, by_hour)
    some = "" if result.community.size <= MOST_HOMES else " A mean home of each kind, and the homes that trade most."
    st.caption(f"kWh an hour of a mean day. {switched(result)}{some}")
    draw(
        home_charts.roles(result, by_hour),
        key="roles",
        alt=str(roles_chart(result)),
        height=130 + 22 * len(names),
    )
