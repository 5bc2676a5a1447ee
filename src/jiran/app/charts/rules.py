"""What each of several rules gives to buyers, to sellers and to the market, as bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiran import palette
from jiran.app.charts.base import amounts, chart, names, room, short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jiran.app.charts.base import Spec
    from jiran.app.ownorders.judged import Judged


def gains(judged: Sequence[Judged]) -> Spec:
    """Draw what buyers and sellers gain under each rule that clears the orders, and what is left; the first on top."""
    parts = (
        ("Buyers gain", palette.BUYERS, [one.gain(sells=False) for one in judged]),
        ("Sellers gain", palette.SELLERS, [one.gain(sells=True) for one in judged]),
        ("Left with the market", palette.LOAD, [None if one.outcome is None else one.outcome.account for one in judged]),
    )  # fmt: skip
    return chart(
        "rules",
        legend={"top": 0},
        grid=room(top=32),
        tooltip={"trigger": "axis", "axisPointer": {"type": "shadow"}, "confine": True},
        xAxis=amounts("Gain against the own limit prices"),
        yAxis=names([one.rule.plain_name for one in judged], axisLabel={"interval": 0}),
        series=[
            {
                "type": "bar", "name": name, "color": colour, "stack": "gain", "barMaxWidth": 14,
                "data": [None if value is None else short(value, 4) for value in values],
            }
            for name, colour, values in parts
        ],
    )  # fmt: skip


def gains_alt(judged: Sequence[Judged]) -> str:
    """Say what `gains` shows."""
    return f"What buyers and sellers gain, and what is left, under {len(judged)} rules that clear these orders."
