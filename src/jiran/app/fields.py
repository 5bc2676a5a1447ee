"""What the scenario's own table of fields says of a field: default, meaning, what values it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel

from jiran.bids import find as find_strategy
from jiran.market import find as find_rule
from jiran.scenario import Scenario

if TYPE_CHECKING:
    from jiran.plugins.plugin import Parameter, Plugin


def info(name: str) -> Any:
    """Return the declaration of a field by its dotted name; None if there is none.

    Example:
        >>> info("homes.groups.0.count").description, info("solar.power")
        ('number of homes', None)
    """
    model: Any = Scenario
    *parents, last = name.split(".")
    for part in parents:
        if not part.isdigit():  # an entry of a list is what the list is made of
            declared = model.model_fields.get(part)
            model = None if declared is None else _table(declared.annotation)
        if model is None:
            return None
    return model.model_fields.get(last)


def _table(annotation: Any) -> Any:
    """Return the table of fields that a type is, or is a list of; None if it is a single value."""
    for kind in (annotation, *get_args(annotation)):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    return None


def leaves(model: type[BaseModel] = Scenario, before: str = "") -> Iterator[str]:
    """Yield the dotted names of all fields that hold a value, and not a table of further fields."""
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from leaves(inner, f"{before}{name}.")
        else:
            yield f"{before}{name}"


#: Tables of a scenario that name a plug-in: the key that does, and how to find it.
PLUGINS: dict[str, tuple[str, Callable[[str], Plugin]]] = {
    "market": ("mechanism", find_rule),
    "bids": ("strategy", find_strategy),
}


def names_plugin(name: str) -> str | None:
    """Return the field that names the plug-in to which a field belongs as a parameter, or None.

    Example:
        >>> names_plugin("market.fraction"), names_plugin("market.mechanism"), names_plugin("market")
        ('market.mechanism', None, None)
    """
    section, _, key = name.partition(".")
    if section not in PLUGINS or key in ("", PLUGINS[section][0]):
        return None
    return f"{section}.{PLUGINS[section][0]}"


def has(plugin: str, name: str) -> bool:
    """Tell whether a rule or strategy has the parameter that a field names."""
    section, _, key = name.partition(".")
    return key in PLUGINS[section][1](plugin).parameters


def default(name: str, plugin: str) -> Any:
    """Return the default of a plug-in's own parameter, from the plug-in of this name."""
    section, _, key = name.partition(".")
    return PLUGINS[section][1](plugin).parameters[key].default


def meaning(name: str) -> str:
    """Return what a field means, as the scenario declares it."""
    description = str(info(name).description)
    return description[0].upper() + description[1:]


@dataclass(frozen=True)
class Values:
    """What values a field takes: which control fits it follows from this.

    Attributes:
        number: `int` or `float` if it takes numbers, else None.
        choices: Names that it takes.
        optional: Whether it may be left out.
        listed: Whether it takes a list of numbers too.
        least: Least number; None if there is none.
        most: Greatest number; None if there is none.
        above: Whether the least number itself is left out.
        below: Whether the greatest number itself is left out.
    """

    number: type[int | float] | None = None
    choices: tuple[str, ...] = ()
    optional: bool = False
    listed: bool = False
    least: float | None = None
    most: float | None = None
    above: bool = False
    below: bool = False


def values(name: str) -> Values:
    """Return what values a field of the scenario's table takes.

    Example:
        >>> values("grid.export_price").listed, values("battery.buy_price").choices, values("solar.derate").most
        (True, ('export', 'import'), 1.0)
    """
    field = info(name)
    parts = [field.annotation, *get_args(field.annotation)]
    kinds = [get_args(part)[0] if hasattr(part, "__metadata__") else part for part in parts]
    marks = [*field.metadata, *(mark for part in parts for mark in _marks(part))]
    return Values(
        number=float if float in kinds else int if int in kinds else None,
        choices=tuple(
            option
            for kind in kinds
            if get_origin(kind) is Literal
            for option in get_args(kind)
            if isinstance(option, str)
        ),
        optional=type(None) in parts,
        listed=any(get_origin(kind) is tuple for kind in kinds),
        **_bounds(marks),
    )


def parameter_values(parameter: Parameter) -> Values:
    """Return what values a plug-in's parameter takes."""
    if parameter.choices:
        return Values(choices=parameter.choices)
    above, below = parameter.gt is not None, parameter.lt is not None
    return Values(
        number=float,
        least=parameter.gt if above else parameter.ge,
        most=parameter.lt if below else parameter.le,
        above=above,
        below=below,
    )


def _marks(part: Any) -> Iterator[Any]:
    """Yield the bounds that stand at a part of a type, as in ``Annotated[float, Field(ge=0)]``."""
    for mark in getattr(part, "__metadata__", ()):
        yield from getattr(mark, "metadata", [mark])


def _bounds(marks: list[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for mark in marks:
        match mark:
            case Ge():
                found |= {"least": _number(mark.ge)}
            case Gt():
                found |= {"least": _number(mark.gt), "above": True}
            case Le():
                found |= {"most": _number(mark.le)}
            case Lt():
                found |= {"most": _number(mark.lt), "below": True}
            case _:
                pass
    return found


def _number(bound: Any) -> float:
    return float(bound)
