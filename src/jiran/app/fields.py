"""What the scenario's own table of fields says of a field: default, meaning, bounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel

from jiran.bids import find as find_strategy
from jiran.market import find as find_rule
from jiran.scenario import Scenario

if TYPE_CHECKING:
    from jiran.plugin import Plugin


def info(name: str) -> Any:
    """Return the declaration of a field by its dotted name."""
    model: Any = Scenario
    *parents, last = name.split(".")
    for part in parents:
        model = model.model_fields[part].annotation
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            return None
    return model.model_fields.get(last)


#: Tables of a scenario that name a plug-in: the key that does, and how to find it.
PLUGINS: dict[str, tuple[str, Callable[[str], Plugin]]] = {
    "market": ("mechanism", find_rule),
    "bids": ("strategy", find_strategy),
}


def names_plugin(name: str) -> str | None:
    """Return the field that names the plug-in to which a field belongs as a parameter, or None.

    Example:
        >>> names_plugin("market.fraction"), names_plugin("market.mechanism"), names_plugin("solar.derate")
        ('market.mechanism', None, None)
    """
    section, _, key = name.partition(".")
    if section not in PLUGINS or key == PLUGINS[section][0]:
        return None
    return f"{section}.{PLUGINS[section][0]}"


def has(plugin: str, name: str) -> bool:
    """Tell whether a rule or strategy has the parameter that a field names."""
    section, _, key = name.partition(".")
    return key in PLUGINS[section][1](plugin).parameters


def default(name: str, plugin: str) -> Any:
    """Return a field's default; a plug-in's own parameters have theirs from the plug-in of this name."""
    section, _, key = name.partition(".")
    parameters = PLUGINS[section][1](plugin).parameters if plugin else {}
    return parameters[key].default if key in parameters else info(name).default


def meaning(name: str) -> str:
    """Return what a field means, as the scenario or the market rule declares it."""
    if name == "market.fraction":
        return find_rule("grid-fraction").parameters["fraction"].description
    description = str(info(name).description)
    return description[0].upper() + description[1:]


def bounds(field: Any, step: float) -> tuple[float | None, float | None]:
    """Return the least and the greatest value of a number; from a bound that is itself left out, one step inside."""
    least, most = None, None
    for mark in field.metadata:
        match mark:
            case Ge():
                least = _number(mark.ge)
            case Gt():
                least = _number(mark.gt) + step
            case Le():
                most = _number(mark.le)
            case Lt():
                most = _number(mark.lt)
            case _:
                pass
    return least, most


def _number(bound: Any) -> float:
    return float(bound)
