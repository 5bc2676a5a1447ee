"""Dotted names of a scenario's fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args, get_origin

from jiran.documents.model import model_of
from jiran.scenario.homes import KINDS, HomeGroup, SingleHome

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
    entry = False
    for part in parents:
        if model is None:
            return False
        if part in model.model_fields:
            model, entry = model_of(model.model_fields[part].annotation), False
        elif not entry and _names_entry(model, part):
            entry = True
        else:
            return False
    return model is not None and last in model.model_fields and not _is_table(model.model_fields[last].annotation)


def _is_table(annotation: Any) -> bool:
    """Tell whether a field is a table of further fields, and no value or list."""
    kinds = (annotation, *(() if get_origin(annotation) is tuple else get_args(annotation)))
    return model_of(annotation) is not None and model_of(annotation) in kinds


def _names_entry(model: Any, part: str) -> bool:
    """Tell whether a part of a dotted name, before the field of an entry of a list, is its number, kind or id."""
    if model is HomeGroup and part not in KINDS:
        return part.isascii() and part.isdigit()  # ² is a digit and no number
    return model in (HomeGroup, SingleHome) and bool(part.strip())
