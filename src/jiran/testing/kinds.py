"""Check a plug-in of any kind: which one it is, its name or its file tells."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from jiran.control.controlling import find_controller
from jiran.control.forecasting import find_forecast
from jiran.errors import PluginError
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
    """

    find: Callable[[str], Plugin]
    check: Callable[..., Report]
    does: str


KINDS = (
    Kind(find_rule, check_mechanism, "clears book"),
    Kind(find_forecast, check_forecast, "is asked about series"),
    Kind(find_controller, check_controller, "runs a store through stretch"),
)


def found(name: str) -> tuple[Kind, Any]:
    """Return what a name or a file stands for, and its kind.

    Raises:
        PluginError: It is of no kind; what is said is why it is no market rule.
    """
    first: PluginError | None = None
    for kind in KINDS:
        try:
            return kind, kind.find(name)
        except PluginError as error:
            first = first or error
    assert first is not None  # noqa: S101  there is more than one kind
    raise first
