"""Check a plug-in of any kind: which one it is, its name or its file tells."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from jiran.control.controlling import find_controller
from jiran.control.forecasting import find_forecast
from jiran.errors import JiranError, PluginError
from jiran.market.registry import find as find_rule
from jiran.testing.check import check_mechanism
from jiran.testing.controllers import check_controller
from jiran.testing.forecasts import check_forecast

if TYPE_CHECKING:
    from jiran.plugins.plugin import Plugin
    from jiran.testing.report import Report


class Kind(NamedTuple):
    """A kind of plug-in that can be checked.

    Attributes:
        find: Returns the plug-in of a name or a file.
        check: Tries to break it.
        does: What it does with each thing that it is tried on, before its number.
        decorator: What makes a function into one.
    """

    find: Callable[[str], Plugin]
    check: Callable[..., Report]
    does: str
    decorator: str


KINDS = (
    Kind(find_rule, check_mechanism, "clears book", "@mechanism"),
    Kind(find_forecast, check_forecast, "is asked about series", "@forecast"),
    Kind(find_controller, check_controller, "runs a store through stretch", "@controller"),
)


def found(name: str) -> tuple[Kind, Any]:
    """Return what a name or a file stands for, and its kind.

    Raises:
        PluginError: It is of no kind; what is said is why it is no market rule, or why not the kind that the file holds.
        JiranError: It is a file that holds none of the kinds.
    """
    errors: list[PluginError] = []
    for kind in KINDS:
        try:
            return kind, kind.find(name)
        except PluginError as error:
            errors.append(error)
    first = next((error for error in errors if error.holds is None), None)
    if first is None:
        *others, last = (kind.decorator for kind in KINDS)
        raise JiranError(
            f"{name}: must define one function decorated with {', '.join(others)} or {last}{errors[0].holds}"
        )
    raise first
