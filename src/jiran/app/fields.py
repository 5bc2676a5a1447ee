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


def default(name: str) -> Any:
    """Return a field's default; a market rule's own parameters have theirs from the rule."""
    if name.startswith("market.") and name != "market.mechanism":
        return None
    return info(name).default


def meaning(name: str) -> str:
    """Return what a field means, as the scenario or the market rule declares it."""
    if name == "market.fraction":
        return find("grid-fraction").parameters["fraction"].description
    description = str(info(name).description)
    return description[0].upper() + description[1:]


def bounds(field: Any) -> tuple[float | None, float | None]:
    """Return the least and the greatest value of a number; a bound that is left out counts as just inside."""
    least, most = None, None
    for mark in field.metadata:
        match mark:
            case Ge():
                least = _number(mark.ge)
            case Gt():
                least = _number(mark.gt) + 0.01
            case Le():
                most = _number(mark.le)
            case Lt():
                most = _number(mark.lt)
            case _:
                pass
    return least, most


def _number(bound: Any) -> float:
    return float(bound)
