"""Dotted names of a scenario's fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jiran.documents.model import model_of
from jiran.scenario.homes import HomeGroup, SingleHome

if TYPE_CHECKING:
    from pydantic import BaseModel

#: Tables whose keys depend on the rule or the strategy that they name.
_OF_PLUGINS = ("market", "bids")


def is_field(scenario: type[BaseModel], name: str) -> bool:
    """Tell whether a dotted name is that of a field, or of a parameter that some rule or strategy may have.

    Args:
        scenario: The model of a scenario.
        name: As ``grid.import_price`` or ``homes.groups.solar.count``.
    """
    model: Any = scenario
    *parents, last = name.split(".")
    if len(parents) == 1 and parents[0] in _OF_PLUGINS:
        return last.isidentifier()
    for part in parents:
        if model is None:
            return False
        if part in model.model_fields:
            model = model_of(model.model_fields[part].annotation)
        elif model not in (HomeGroup, SingleHome):  # before the field of an entry stands its number, kind or id
            return False
    return model is not None and last in model.model_fields
