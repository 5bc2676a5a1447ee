"""The areas of the dashboard by what people come for, and where the pages of earlier versions have gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jiran.app import start
from jiran.app.views import compare, data, day, homes, market, neighbourhood

if TYPE_CHECKING:
    from collections.abc import Callable


class Area(NamedTuple):
    """An area: the name that people read, its path, its icon, and what draws it.

    Attributes:
        title: What the navigation and the heading call it.
        path: Its path in a link; Start also opens at ``/``.
        icon: Name of its icon.
        show: Draws it.
        runs: Whether it shows a run: it has the panel, and the balance of the run at its foot.
    """

    title: str
    path: str
    icon: str
    show: Callable[[], None]
    runs: bool = True


#: In the order of the navigation; the first opens at ``/``.
AREAS = (
    Area("Start", "start", ":material/home:", start.show, runs=False),
    Area("Street", "street", ":material/holiday_village:", neighbourhood.show),
    Area("Day", "day", ":material/wb_sunny:", day.show),
    Area("Market", "market", ":material/storefront:", market.show),
    Area("Homes", "homes", ":material/home:", homes.show),
    Area("Compare", "compare", ":material/balance:", compare.show),
    Area("Data & method", "data", ":material/table_view:", data.show),
)
START, STREET = AREAS[0].path, "street"

#: Paths of earlier versions: the area that has taken over, and what is open in it.
MOVED: dict[str, tuple[str, dict[str, str]]] = {
    "neighbourhood": (STREET, {}),
    "trades": ("data", {"part": "trades"}),
    "paper": ("data", {"part": "paper"}),
}
