"""A rule's own parameters as widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from jiran.app.labels import label_of

if TYPE_CHECKING:
    from jiran.market import Mechanism, Parameter


def ask_parameters(rule: Mechanism, begin: dict[str, Any], place: str) -> dict[str, Any]:
    """Let the viewer set a rule's parameters.

    Args:
        rule: The rule.
        begin: What they start as; without it, their default.
        place: Of the dashboard; each has widgets of its own.
    """
    return {
        name: _ask(rule, name, parameter, begin.get(name, parameter.default), place)
        for name, parameter in rule.parameters.items()
    }


def _ask(rule: Mechanism, name: str, parameter: Parameter, begin: Any, place: str) -> Any:
    label, key = label_of(f"market.{name}"), f"{place}|{rule.name}|{name}|{begin}"
    if parameter.choices:
        choices = list(parameter.choices)
        return st.selectbox(label, choices, choices.index(begin), key=key, help=parameter.description)
    start = float(parameter.default)
    whole = start > 1.0 and start.is_integer()
    return st.number_input(
        label,
        parameter.ge if parameter.ge is not None else parameter.gt,
        parameter.le if parameter.le is not None else parameter.lt,
        float(begin),
        1.0 if whole else min(0.05, start),
        format="%.0f" if whole else "%g",
        key=key,
        help=parameter.description,
    )
