"""What can be asked of homes that meters know, said before their files are used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiran.nothing import NOTHING_KWH
from jiran.sentences import Figures, form
from jiran.words import listed

if TYPE_CHECKING:
    from jiran.homes.meter.look import Look

#: So many homes are named.
_MOST = 3


def _no_plan_words(figures: Figures) -> str:
    homes, more = figures["homes"], figures["more"]
    named = listed([*homes, *([f"{more:,} more"] if more else [])])
    roofs = "its roof generates" if len(homes) + more == 1 else "their roofs generate"
    return (
        f"no plan can be made of these homes: of {named} only import and export are known, and what PV saves needs what {roofs}; "
        "the market, its trades and bills can be run"
    )


@form("data.no_plan", _no_plan_words)
def no_plan(found: Look) -> Figures | None:
    """Return homes of which only import and export are known and which export: no plan can tell what their roofs save.

    Returns:
        homes: The first of them.
        more: How many more there are.
    """
    hidden = [home for home in found.net_metered if found.totals.get(home, {}).get("export", 0.0) > NOTHING_KWH]
    return {"homes": hidden[:_MOST], "more": len(hidden[_MOST:])} if hidden else None
