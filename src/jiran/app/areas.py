"""The areas of the dashboard by what people come for, and where the pages of earlier versions have gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jiran.app import start, street
from jiran.app.views import classroom, compare, data, plan
from jiran.explain.assumptions import region_taken, region_unknown
from jiran.sentences import true_ones

if TYPE_CHECKING:
    from collections.abc import Callable

    from jiran.result.result import Result


class Area(NamedTuple):
    """An area: the name that people read, its path, its icon, and what draws it.

    Attributes:
        title: What the navigation and the heading call it.
        path: Its path in a link; Start also opens at ``/``.
        icon: Name of its icon.
        show: Draws it.
        about: What the visitor is looking at, in a sentence or two.
        runs: Whether it shows a run: it has the panel, and the balance of the run at its foot.
    """

    title: str
    path: str
    icon: str
    show: Callable[[], None]
    about: str
    runs: bool = True


#: In the order of the navigation; the first opens at ``/``.
AREAS = (
    Area(
        "Start",
        "start",
        ":material/home:",
        start.show,
        "Ways in: doors by what people come for, and the ready scenarios as questions with the answer of their run.",
        runs=False,
    ),
    Area(
        "Street",
        "street",
        ":material/holiday_village:",
        street.show,
        "A street of homes through its day. Click a home or an hour: map, figures and market follow. The panel on the left "
        "changes the scenario.",
    ),
    Area(
        "Compare",
        "compare",
        ":material/balance:",
        compare.show,
        "The same homes, sun and load twice: A against B, and under several market rules. What differs comes from what was changed.",
    ),
    Area(
        "Class",
        "class",
        ":material/school:",
        classroom.show,
        "A room in which a class trades by phone, lessons that ask first, and orders of your own under every market rule.",
        runs=False,
    ),
    Area(
        "Plan",
        "plan",
        ":material/request_quote:",
        plan.show,
        "Whether PV, battery and sharing pay for this street: bills before and after, payback, what matters most. The panel on the "
        "left goes from the place to the costs.",
    ),
    Area(
        "Data & method",
        "data",
        ":material/table_view:",
        data.show,
        "Every table and file of the run, the lines that run it elsewhere, what the words mean, the equations and the limits.",
    ),
)
START, STREET, PLAN, DATA = AREAS[0].path, "street", "plan", "data"

#: Paths of earlier versions: the area that has taken over, and what is open in it.
MOVED: dict[str, tuple[str, dict[str, str]]] = {
    "neighbourhood": (STREET, {}),
    "day": (STREET, {}),
    "market": (STREET, {"tab": "market"}),
    "homes": (STREET, {"open": "bills"}),
    "trades": ("data", {"part": "trades"}),
    "paper": ("data", {"part": "paper"}),
}


def told_above(area: Area, result: Result) -> tuple[str, ...]:
    """Return what a run's warnings say on top of an area.

    Plan begins with an answer and says itself what is doubtful; by which emissions CO2 is counted stands beside it on its
    card, and on top of the data alone, which hold all figures.
    """
    if area.path == PLAN:
        return ()
    of_co2 = {str(one) for one in true_ones(region_taken(result), region_unknown(result))}
    return tuple(one for one in result.warnings if area.path == DATA or one not in of_co2)
