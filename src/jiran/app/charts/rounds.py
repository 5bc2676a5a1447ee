"""Rounds of a class as pictures for a wall: the true curves of one, and the price from round to round."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from jiran import palette
from jiran.app.charts import book
from jiran.app.charts.base import amounts, chart, room, short
from jiran.classroom.words import amount
from jiran.explain.step.outcome import crossing
from jiran.report.points import span

#: Letters for a projector, px.
LETTERS = 20
if TYPE_CHECKING:
    from collections.abc import Sequence

    from jiran.app.charts.base import Spec
    from jiran.classroom.rounds import Round
    from jiran.explain.step.outcome import Outcome


def bids(one: Round) -> Spec:
    """Draw what was sent in a round, and what the rule made of it."""
    return _clearing(one.outcome)


def true_curves(one: Round) -> Spec:
    """Draw the curves that the cards say, with what was traded and at what price."""
    return _clearing(replace(one.outcome, book=one.true_book))


def _clearing(outcome: Outcome) -> Spec:
    """Draw curves and price; with play money there is no grid."""
    spec = book.clearing(outcome, amount)
    if outcome.book.currency:
        return spec
    frame, *others = spec["series"]
    return {**spec, "series": [{name: part for name, part in frame.items() if name != "markLine"}, *others]}


def prices(rounds: Sequence[Round], crossed: float | None) -> Spec:
    """Draw the price of each round.

    The axis goes at least from the least to the most that a card says, so that it stays as it is from round to round.

    Args:
        rounds: At least one.
        crossed: A price at which a dashed line is drawn; None: no line.
    """
    points = [
        {"value": [str(one.number), None if one.price is None else short(one.price, 4)]}
        | ({} if one.price is None else {"label": {"formatter": amount(one.price)}})
        for one in rounds
    ]
    line: dict[str, Any] = {
        "type": "line", "name": "Price", "color": palette.P2P, "symbolSize": 12, "data": points, "lineStyle": {"width": 3},
        "label": {"show": len(rounds) <= 12, "position": "top"},
    }  # fmt: skip
    if crossed is not None:
        level = {"yAxis": short(crossed, 4), "label": {"show": False}}
        style = {"color": palette.LOAD, "type": "dashed", "width": 1.5}
        line["markLine"] = {"silent": True, "symbol": "none", "precision": 6, "lineStyle": style, "data": [level]}
    deck_unit = f"{rounds[-1].outcome.book.currency} per kWh".strip()
    reached = np.array([one.price for one in rounds if one.price is not None])
    low, high = span([reached, *(one.true_book.limit_price for one in rounds)])
    return chart(
        "prices",
        grid=room(top=28),
        tooltip={"trigger": "axis"},
        xAxis={"type": "category", "name": "Round", "nameLocation": "middle", "nameGap": 28},
        yAxis=amounts(deck_unit, min=low, max=high, nameGap=44),
        series=[line],
    )


def prices_alt(rounds: Sequence[Round], crossed: float | None) -> str:
    """Say what `prices` shows."""
    told = ", ".join("no trade" if one.price is None else amount(one.price) for one in rounds)
    return f"Price by round: {told}{'' if crossed is None else f'; the true curves cross at {amount(crossed)}'}."


def crossed_at(one: Round) -> float | None:
    """Return the price at which the true curves of a round cross; None if they do not."""
    found = crossing(one.true_book)
    return None if found is None else found[1]


def larger(spec: Spec, size: int) -> Spec:
    """Return a specification with letters of a size that is read from the last row, px, and room for them."""
    letters = {"fontSize": size}
    larger_axes = {
        axis: {
            **spec[axis],
            "axisLabel": {**spec[axis].get("axisLabel", {}), **letters},
            "nameTextStyle": letters,
            "nameGap": 2 * size + 20 * (axis == "yAxis"),
        }
        for axis in ("xAxis", "yAxis")
    }
    series = [
        {**one, **{part: _with_label(one[part], letters) for part in ("markLine",) if part in one}}
        | ({"label": {**one["label"], **letters}} if "label" in one else {})
        for one in spec["series"]
    ]
    legend = {"legend": {**spec["legend"], "textStyle": letters}} if "legend" in spec else {}
    above = size if legend else 0  # a legend may need a second line
    grid = {
        "grid": {**spec["grid"], "left": 3 * size, "top": spec["grid"]["top"] + above}
    }  # the axis' name is left of its numbers
    return {**spec, **larger_axes, **legend, **grid, "series": series}


def _with_label(part: Spec, letters: Spec) -> Spec:
    data = [{**one, "label": {**one.get("label", {}), **letters}} for one in part["data"]]
    return {**part, "data": data, "label": {**part.get("label", {}), **letters}}
