"""The control of one field, whatever it is: its label, its bounds and its kind come from the scenario's own table."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

import streamlit as st

from jiran.app import controls
from jiran.app.controls import Control, Slider
from jiran.app.fields import PLUGINS, Values, has, info, leaves, meaning, names_plugin, parameter_values, values
from jiran.app.glossary import explained
from jiran.app.labels import SLIDERS, STEPS, by_labels, group_label, label_of
from jiran.app.settings import blocks, homes
from jiran.app.showing import plain
from jiran.bids import strategies
from jiran.control import controllers, forecasts
from jiran.market import mechanisms
from jiran.scenario.grid import REPLACED
from jiran.scenario.labels import CHOSEN
from jiran.scenario.model import MOST_TELLING
from jiran.tariffs import sharing, tariffs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from jiran.app.panel import Panel

_LONGEST_TEXT = 2_000
_MONTHS = 12
#: What a tariff says itself: prices, and in which currency.
_OF_TARIFF = ("currency", *(f"grid.{name}" for name in REPLACED))
#: Each of these says where the sun is that of a place.
_OF_PLACE = ("solar.place", "solar.latitude", "solar.longitude")


def draw(panel: Panel, name: str) -> bool:
    """Draw the control of a field; return False if the scenario as it is now has no such field.

    Args:
        panel: Takes what the control says.
        name: Dotted name of the field.
    """
    if name in CHOSEN:
        _plugin(panel, name)
    elif _is_left_out(panel, name):
        return False
    elif name in _OTHERS:
        _OTHERS[name](panel, name)
    elif names_plugin(name) is not None:
        return _parameter(panel, name)
    elif name.startswith(("homes.groups.", "homes.single.")):
        return _count(panel, name)
    else:
        _field(panel, name)
    return True


def _is_left_out(panel: Panel, name: str) -> bool:
    """Tell whether something else says what a field would: meter data, or a tariff."""
    roofless = name == "solar.pv_kwp" and "data" in panel.current["homes"] and name in panel.quiet
    return roofless or (name in _OF_TARIFF and panel.chosen("grid.tariff") is not None)


def _plugin(panel: Panel, name: str) -> None:
    """Draw the choice of a rule or a strategy."""
    installed = mechanisms() if name == "market.mechanism" else strategies()
    now = panel.now(name)
    options = list(installed) if now in installed else [now, *installed]
    does = "\n".join(f"- **{plain(key)}**: {plain(plugin.description)}" for key, plugin in installed.items())
    label = panel.label(name, CHOSEN[name])
    panel.say(name, st.selectbox(label, options, options.index(now), key=panel.key(name), help=does))
    chosen = PLUGINS[name.partition(".")[0]][1](panel.chosen(name))
    st.caption(plain(f"{chosen.name}: {chosen.description}"))


def _parameter(panel: Panel, name: str) -> bool:
    """Draw a parameter of the chosen rule or strategy, if it has it."""
    plugin = panel.chosen(str(names_plugin(name)))
    if not has(plugin, name):
        return False
    section, _, key = name.partition(".")
    parameter = PLUGINS[section][1](plugin).parameters[key]
    _widget(panel, name, plain(label_of(name)), parameter.description, parameter_values(parameter), 0.05)
    return True


def _count(panel: Panel, name: str) -> bool:
    """Draw the number of homes of a group; the group is named by its place or by its kind."""
    groups: Sequence[dict[str, Any]] = panel.current["homes"].get("groups", ())
    _, _, which, field = name.split(".")
    places = [place for place, group in enumerate(groups) if which in (str(place), group["kind"])]
    if field != "count" or len(places) != 1:
        return False
    own = f"homes.groups.{places[0]}.count"
    if own not in panel.places:
        _number(panel, own, group_label(groups, places[0]), f"{meaning(own)} of this kind", values(own), 1)
    return True


def _field(panel: Panel, name: str) -> None:
    """Draw the control that fits a field's type and bounds."""
    label = label_of(name)
    if isinstance(panel.now(name), bool):
        control = Control(panel.key(name), panel.label(name, label), plain(by_labels(meaning(name), name)))
        panel.say(name, st.toggle(control.label, panel.now(name), key=control.key, help=control.help))
        return
    takes, unit = values(name), info(name).json_schema_extra["unit"]
    step = 0.05 if takes.most == 1 else 0.5 if unit in ("kW", "kWh") else 1.0 if unit in ("h", "min") else 0.01
    _widget(panel, name, label, meaning(name), takes, STEPS.get(name, step))
    if takes.listed and not takes.optional and isinstance(panel.now(name), list | tuple):  # a price
        hourly(panel, name)


def _widget(panel: Panel, name: str, label: str, help_text: str, takes: Values, step: float) -> None:
    """Draw a choice, a share with a slider, a number or a text to type in."""
    control = Control(panel.key(name), panel.label(name, label), _help(panel, name, label, help_text))
    if takes.choices:
        panel.say(name, controls.choice(control, panel.now(name), takes))
    elif takes.number is None:
        panel.say(
            name, st.text_input(control.label, panel.now(name), _LONGEST_TEXT, key=control.key, help=control.help)
        )
    else:
        _number(panel, name, label, help_text, takes, step)


def _number(panel: Panel, name: str, label: str, help_text: str, takes: Values, step: float) -> None:
    """Draw a number, with a slider where one is handier; a list of them is told, and changed below."""
    label, value = panel.label(name, label), panel.now(name)
    if value is None and not takes.optional:  # a tariff has said it until now
        value = info(name).default
    if isinstance(value, list | tuple):
        by_month = takes.optional and len(value) == _MONTHS != panel.chosen("steps")
        st.caption(f"{label}: {_told(value, by_month=by_month)}")
        panel.say(name, value)
        return
    start = panel.start(name)
    control = Control(panel.key(name), label, _help(panel, name, label, help_text))
    start = value if start is None or isinstance(start, list | tuple) else start
    panel.say(name, controls.number(control, value, start, takes, step, _slider(panel, name, takes, step)))


def _help(panel: Panel, name: str, label: str, meaning: str) -> str:
    """Return what a control's field means, whether it says anything now, and what the words in its label mean."""
    said = "\n\n".join(filter(None, (plain(by_labels(meaning, name)), panel.why_quiet(name))))
    words = explained(label)
    return said if words is None else f"{said}\n\n{words}"


def _slider(panel: Panel, name: str, takes: Values, step: float) -> Slider | None:
    """Return the slider of a number: its own, that of a share, or none; that of a price goes as far as ringgit do."""
    if name in SLIDERS:
        is_money = "{currency}" in label_of(name)
        return None if is_money and panel.chosen("currency") != info("currency").default else Slider(*SLIDERS[name])
    share = takes.most == 1 and takes.least is not None and 0 <= takes.least < step
    return Slider(step if takes.above or takes.least else 0.0, 1.0 - step * takes.below, step) if share else None


def _told(numbers: Sequence[float], *, by_month: bool) -> str:
    """Say what a list of numbers holds: one a month, or prices by the hour or step."""
    how = "by the month" if by_month else "by the hour of the day" if len(numbers) == 24 else "by the step"
    return f"{len(numbers):,} values {how}, {controls.spelled(min(numbers))} to {controls.spelled(max(numbers))}"


def hourly(panel: Panel, name: str) -> None:
    """Draw a price that changes with the hour, or with each step; empty while one price holds."""
    label = panel.label(name, label_of(name))
    key = f"{panel.key(name)}|{panel.chosen('step_minutes')}|list"
    control = Control(
        key, f"{label}, by the hour", "Empty: one price holds. Otherwise 24 values by the hour of the day"
    )
    found = controls.numbers(control, panel.now(name))
    if found is not None:
        panel.want(name, found)
        panel.redraw = isinstance(found, list | tuple) != isinstance(panel.now(name), list | tuple)


def _long_text(panel: Panel, name: str) -> None:
    """Draw a text of several lines."""
    label = panel.label(name, label_of(name))
    panel.say(name, st.text_area(label, panel.now(name), max_chars=_LONGEST_TEXT, key=panel.key(name)))


def _time_zone(panel: Panel, name: str) -> None:
    """Draw the choice of a time zone."""
    now, known = panel.now(name), _zones()
    options = known if now in known else [now, *known]
    label = panel.label(name, label_of(name))
    panel.say(name, st.selectbox(label, options, options.index(now), key=panel.key(name), help=meaning(name)))


@cache
def _zones() -> list[str]:
    return sorted(available_timezones())


def _place(panel: Panel, name: str) -> None:
    """Draw what says where the street is; a place that is chosen has its sun, which the paper's half sine knows nothing of."""
    _field(panel, name)
    said = panel.chosen(name)
    if said is not None and said != panel.now(name) and panel.chosen("solar.model") == "sine":
        panel.want("solar.model", "site")
        panel.restart = True


def _currency(panel: Panel, name: str) -> None:
    """Draw the currency, which stands in the labels of all that is money."""
    _field(panel, name)
    panel.redraw |= panel.chosen(name) != panel.now(name)


def _tariff(panel: Panel, name: str) -> None:
    """Draw the choice of a tariff, which takes the place of prices and brings its currency."""
    chosen = _of_documents(panel, name, tariffs())
    panel.redraw |= chosen != panel.now(name)
    if chosen is not None:
        for own in _OF_TARIFF:
            panel.wanted.pop(own, None)
            panel.given.pop(own, None)


def _sharing(panel: Panel, name: str) -> None:
    """Draw the choice of a scheme of sharing."""
    _of_documents(panel, name, sharing())


def _of_documents(panel: Panel, name: str, known: Iterable[str]) -> str | None:
    """Draw the choice of one of those that come with jiran, and of a file that the scenario names already."""
    control = Control(panel.key(name), panel.label(name, label_of(name)), plain(by_labels(meaning(name), name)))
    chosen: str | None = controls.choice(control, panel.now(name), Values(choices=tuple(known), optional=True))
    panel.say(name, chosen)
    return chosen


def _start(panel: Panel, name: str) -> None:
    """Draw the start of the run as text, which keeps its seconds."""
    shown = f"{panel.now(name):%Y-%m-%d %H:%M:%S}".removesuffix(":00")
    typed = st.text_input(panel.label(name, label_of(name)), shown, 40, key=panel.key(name), help=plain(meaning(name)))
    panel.say(name, panel.now(name) if typed == shown else typed)


def _blocks(panel: Panel, name: str) -> None:
    """Draw times of charging as text."""
    now = panel.now(name)
    shown = blocks.written(now)
    typed = st.text_input(
        panel.label(name, label_of(name)), shown, _LONGEST_TEXT, key=panel.key(name),
        help=plain("Hours of the day, and behind them the share of days: 6-9, 18-22 0.75"),
    )  # fmt: skip
    panel.say(name, now if typed == shown else blocks.read(typed))


def _telling(panel: Panel, name: str) -> None:
    """Draw the choice of what is shown first."""
    now = list(panel.now(name))
    options = list(dict.fromkeys((*now, *(field for field in leaves() if info(field) is not None))))
    chosen = st.multiselect(
        panel.label(name, label_of(name)), options, now, key=panel.key(name), max_selections=MOST_TELLING,
        help=f"At most {MOST_TELLING}, called as in a scenario's file",
    )  # fmt: skip
    panel.say(name, tuple(chosen))


def _names(panel: Panel, name: str) -> None:
    """Draw names of homes as text."""
    now = tuple(panel.now(name))
    typed = st.text_input(
        panel.label(name, label_of(name)), ", ".join(now), _LONGEST_TEXT, key=panel.key(name),
        help=plain(f"{meaning(name)}; names with commas between"),
    )  # fmt: skip
    given = tuple(part.strip() for part in typed.split(",") if part.strip())
    panel.say(name, now if typed == ", ".join(now) else given)


def _homes(panel: Panel, name: str) -> None:
    """Draw the table of groups or of single homes."""
    if "data" not in panel.current["homes"]:
        homes.show(panel, name, label_of(name))


def _who_runs(panel: Panel, name: str) -> None:
    """Draw the choice of a controller or a forecast."""
    installed = controllers() if name.endswith(".controller") else forecasts()
    does = "\n".join(f"- **{plain(key)}**: {plain(plugin.description)}" for key, plugin in installed.items())
    # A policy that was learned stands beside them, by the name of its file.
    label, now = panel.label(name, label_of(name)), panel.now(name)
    options = list(dict.fromkeys([*installed, now]))
    panel.say(name, st.selectbox(label, options, options.index(now), key=panel.key(name), help=does))


#: Fields whose control does not follow from their type.
_OTHERS: dict[str, Callable[[Panel, str], None]] = {
    **{
        f"{battery}.{plugin}": _who_runs
        for battery in ("battery", "home_battery")
        for plugin in ("controller", "forecast")
    },
    "ev.forecast": _who_runs,
    "question": _long_text,
    "description": _long_text,
    "time_zone": _time_zone,
    **dict.fromkeys(_OF_PLACE, _place),
    "currency": _currency,
    "grid.tariff": _tariff,
    "grid.sharing": _sharing,
    "start": _start,
    "ev.blocks": _blocks,
    "telling": _telling,
    "live.control": _names,
    "homes.groups": _homes,
    "homes.single": _homes,
}
