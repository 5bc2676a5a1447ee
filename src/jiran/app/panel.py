"""What the panel's controls say: the changes on top of the base, by the dotted names of the scenario's fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from jiran.app import links, state
from jiran.app.fields import default, info, leaves, names_plugin
from jiran.app.labels import by_labels
from jiran.app.pins import flat
from jiran.app.showing import plain, plain_label
from jiran.errors import JiranError
from jiran.homes.meter.street import MEASURED
from jiran.scenario import validate
from jiran.scenario.files import as_data
from jiran.scenario.labels import CHOSEN
from jiran.scenario.overrides import is_place, with_overrides
from jiran.scenario.silent import silent

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator


class Panel:
    """Collects what the controls say, and a place under each control for what is wrong with it.

    Attributes:
        base: The scenario to start from.
        data: That scenario with every field spelled out.
        quiet: Fields that say nothing in it, and why.
        current: The scenario with the viewer's changes, the last that is allowed, likewise.
        given: These changes.
        wanted: The changes that the controls ask for now.
        moved: Fields that another control has changed in this run.
        places: A place under each control.
        labels: What each control is called.
        redraw: Whether the panel must be drawn anew, because a change needs other controls.
        restart: Whether all controls must start afresh, because a table of fields was changed as a whole.
    """

    def __init__(self, heeded: str = "") -> None:
        """Read the base and the changes.

        Args:
            heeded: A table that a run leaves alone, and that the page beside the panel reads.

        Raises:
            JiranError: The scenario cannot be read any more: a file that it names is gone.
        """
        self.base, self.given = state.base(), dict(state.changes())
        self.data = as_data(validate(self.base.data))
        now = validate(with_overrides(self.base.data, self.given))
        self.current = as_data(now)
        self.quiet = {name: why for name, why in silent(now).items() if name.partition(".")[0] != heeded}
        if not all(map(self._is_field, self.given)):
            self._spell_out()
        self.wanted: dict[str, Any] = {}
        self.moved: dict[str, Any] = {}
        self.places: dict[str, DeltaGenerator] = {}
        self.labels: dict[str, str] = {}
        self.redraw = self.restart = False
        for name in CHOSEN:  # their controls may be drawn after those of their parameters
            said = st.session_state.get(self.key(name))
            if said is not None:
                self.want(name, said)

    def _is_field(self, name: str) -> bool:
        """Tell whether a name is that of one field, as controls name it: not a table, not a group by its kind."""
        return names_plugin(name) is not None or name in _ONE_BY_ONE or name in dict(flat(self.current))

    def _spell_out(self) -> None:
        """Name changes as controls name them; a scenario that changes cannot describe becomes a base of its own."""
        before, after = dict(flat(self.data)), dict(flat(self.current))
        changes = {
            name: after.get(name)
            for name in dict.fromkeys((*before, *after))
            if before.get(name) != after.get(name) and (name in after or name in _ONE_BY_ONE)
        }
        try:
            same = as_data(validate(with_overrides(self.base.data, changes))) == self.current
        except JiranError:  # groups of homes that came or went are no changes of fields
            same = False
        if not same:
            whole = links.base_of_data(self.base.label, with_overrides(self.base.data, self.given))
            state.set_base(whole)
            self.base, self.data, changes = whole, as_data(validate(whole.data)), {}
            self.current = self.data
        self.given = changes

    def key(self, name: str) -> str:
        """Return the key of a field's control; a rule's parameter has one for each rule."""
        chosen = names_plugin(name)
        plugin = None if chosen is None else self.chosen(chosen)
        own = "" if chosen is None or plugin == at(self.data, chosen) else f"|{plugin}"
        return f"{state.generation()}|{name}{own}"

    def label(self, name: str, label: str) -> str:
        """Return what a field's control is called, as Markdown shows it, and remember it for messages."""
        currency = plain_label(self.current["currency"])
        self.labels[name] = label.format(currency=currency)
        return self.labels[name]

    def now(self, name: str) -> Any:
        """Return the current value of a field; None if it is not set."""
        if name in self.moved:
            return self.moved[name]
        return at(self.current, name) if self._of_plugin(name, self.current) else self.start(name)

    def start(self, name: str) -> Any:
        """Return the base's value of a field; a rule that is not the base's starts with its own defaults."""
        if self._of_plugin(name, self.data):
            return at(self.data, name)
        return default(name, self.chosen(str(names_plugin(name))))

    def chosen(self, name: str) -> Any:
        """Return what a field will be: what its control says if it has one."""
        return self.wanted.get(name, self.start(name) if name in self.places else self.now(name))

    def _of_plugin(self, name: str, data: dict[str, Any]) -> bool:
        """Tell whether scenario data have this field: a parameter only if they name the plug-in that is chosen."""
        chosen = names_plugin(name)
        return chosen is None or self.chosen(chosen) == at(data, chosen)

    def of_other_homes(self, name: str) -> bool:
        """Tell whether a field models what meters have measured: where it says nothing, a choice of fields leaves it out."""
        return "data" in self.current["homes"] and name in self.quiet and name.partition(".")[0] in MEASURED

    def say(self, name: str, value: Any) -> None:
        """Take a control's value; only what differs from the base is a change."""
        self.places[name] = st.empty()
        if name in self.quiet and (name in self.given or name in self.current.get("telling", ())):
            st.caption(f":material/info: {self.why_quiet(name)}")
        self.want(name, value)

    def why_quiet(self, name: str) -> str:
        """Return what is said of a field that says nothing, as Markdown; "" of any other."""
        return f"Changes nothing here, for {plain(by_labels(self.quiet[name], name))}." if name in self.quiet else ""

    def want(self, name: str, value: Any) -> None:
        """Take a value; only what differs from the base is a change."""
        self.wanted.pop(name, None)
        if value != self.start(name):
            self.wanted[name] = value

    def replace(self, name: str, value: Any) -> None:
        """Take a whole table; what was changed in it before, and its controls, go with the old one."""
        self.wanted = {other: one for other, one in self.wanted.items() if not other.startswith(f"{name}.")}
        self.given = {other: one for other, one in self.given.items() if not other.startswith(f"{name}.")}
        self.want(name, value)
        self.restart = True

    def keep_what_has_no_control(self) -> None:
        """Let changes stay whose control is not drawn now, but for parameters of a rule that is no longer chosen."""
        for name, value in self.given.items():
            if name not in self.places and name not in self.moved and self._of_plugin(name, self.current):
                self.wanted[name] = value


def at(data: Any, name: str) -> Any:
    """Return a value of nested data by its dotted name; None if it is not there."""
    for part in name.split("."):
        if isinstance(data, list | tuple) and is_place(part, len(data)):
            data = data[int(part)]
        else:
            data = data.get(part) if isinstance(data, dict) else None
    return data


#: Fields that are no tables or lists of homes.
_ONE_BY_ONE = frozenset(name for name in leaves() if info(name) and not name.startswith("homes."))
