"""What the scenario's own table of fields says of a field: default, meaning, bounds."""

from __future__ import annotations

from typing import Any

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel

from jiran.market import find
from jiran.scenario import Scenario


def info(name: str) -> Any:
    """Return the declaration of a field by its dotted name."""
    model: Any = Scenario
    *parents, last = name.split(".")
    for part in parents:
        model = model.model_fields[part].annotation
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            return None
    return model.model_fields.get(last)


def default(name: str, rule: str) -> Any:
    """Return a field's default; a market rule's own parameters have theirs from the rule."""
    parameters = find(rule).parameters if name.startswith("market.") and rule else {}
    parameter = parameters.get(name.removeprefix("market."))
    return info(name).default if parameter is None else parameter.default


def meaning(name: str) -> str:
    """Return what a field means, as the scenario or the market rule declares it."""
    if name == "market.fraction":
        return find("grid-fraction").parameters["fraction"].description
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
