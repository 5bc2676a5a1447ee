"""The panel on the left: every widget is made from the scenario's own table of fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from jiran.app import controls, length, links, state, upload
from jiran.app.controls import Control, Slider
from jiran.app.fields import PLUGINS, Values, has, info, meaning, names_plugin, parameter_values, values
from jiran.app.labels import CHOSEN, TOP, by_labels, folded, group_label, in_words
from jiran.app.panel import Panel
from jiran.app.showing import plain
from jiran.bids import strategies
from jiran.errors import JiranError, ScenarioError
from jiran.market import mechanisms
from jiran.scenario.files import presets
from jiran.words import KIND_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from streamlit.delta_generator import DeltaGenerator

    from jiran.plugins.plugin import Plugin

_LONG_SEED = 10**9
#: Groups of homes that have a control of their own.
_MOST_GROUPS = 40
#: Single homes that are told.
_MOST_SINGLE = 12


def show() -> None:
    """Draw the panel, and make what it says the current scenario."""
    try:
        panel = Panel()
    except JiranError as error:  # a file that the scenario needs is gone
        st.error(plain(str(error)), icon=":material/error:")
        return
    _presets(panel)
    back, pin = st.container(), st.container()
    _main(panel)
    # Widgets cost time at every change, and most viewers never open these: they are drawn only when they are seen.
    more = st.expander("More", icon=":material/tune:", on_change="rerun", key="more")
    if more.open:
        with more:
            _more(panel)
    own = st.expander("Your own data", icon=":material/upload_file:", on_change="rerun", key="own data")
    if own.open:
        with own:
            upload.show()
    upload.show_offer()
    panel.keep_what_has_no_control()
    _keep(panel)
    # Only now is it known whether there is anything to take back.
    if panel.wanted and back.button("Back to the scenario's values", icon=":material/undo:", type="tertiary"):
        state.set_base(panel.base)
        st.rerun()
    with pin:
        _pin()


def _keep(panel: Panel) -> None:
    """Make what the panel says current, or say at its control what is not allowed."""
    try:
        state.keep(panel.wanted)
    except ScenarioError as error:
        # A control that is folded away is told with its heading; one that is seen has its own name beside it.
        said = plain(in_words(error, panel.current))
        if error.field in panel.places:
            said = f"{panel.labels[error.field]}: {plain(by_labels(error.allowed, error.field))}"
        _place(panel, error.field).error(said, icon=":material/error:")
    except JiranError as error:
        st.error(plain(str(error)), icon=":material/error:")
    else:
        if panel.redraw:
            st.rerun()


def _place(panel: Panel, field: str) -> DeltaGenerator:
    """Return the place of what is wrong with a field: its control, else the last one of its table that is drawn."""
    near = [name for name in panel.places if name == field or name.startswith(f"{field}.")]
    return panel.places[near[-1]] if near else st.container()


def _pin() -> None:
    """Draw what keeps a scenario as A, and how the current one differs from it."""
    words = state.pinned_words()
    st.button(
        "Pin as A",
        on_click=state.pin,
        disabled=words == "",
        icon=":material/push_pin:",
        key="pin",
        help="Keeps what you see now as A. Then change something: every page shows what it was like before.",
    )
    if words is None:
        return
    st.caption(f"Compared with A: {plain(words)}." if words else "This is A. Change something to compare it.")
    with st.container(horizontal=True):
        if words:
            st.button("Back to A", on_click=state.back_to_pinned, icon=":material/undo:", type="tertiary", key="to A")
        st.button("Unpin", on_click=state.unpin, icon=":material/keep_off:", type="tertiary", key="unpin")


def _presets(panel: Panel) -> None:
    names = list(presets())
    label = panel.base.label
    options = names if label in names else [label, *names]
    chosen = st.selectbox("Scenario", options, index=options.index(label), key=panel.key("preset"))
    if chosen != label:
        state.set_base(links.base_of_preset(chosen))
        st.rerun()
    st.caption(plain(str(panel.data["description"])))


def _main(panel: Panel) -> None:
    """Draw what a viewer changes first."""
    groups = panel.current["homes"].get("groups", ())
    modelled = "data" not in panel.current["homes"]
    length.show_period(panel)
    left, right = st.columns(2, gap="xsmall")
    with left:
        length.show_steps(panel)
    # A seed that is too long for half the width gets all of it.
    with right if max(panel.now("seed"), panel.start("seed")) < _LONG_SEED else st.container():
        _top(panel, "seed")
    length.show_remark()
    _top(panel, "grid.import_price")
    if modelled:
        _top(panel, "solar.pv_kwp")
    _plugin(panel, "market.mechanism", mechanisms())
    if has(panel.chosen("market.mechanism"), "market.fraction"):
        _top(panel, "market.fraction")
    _top(panel, "battery.capacity_kwh")
    _kinds(panel, groups)


def _top(panel: Panel, name: str) -> None:
    """Draw a field of `TOP`."""
    label, slider, step, form = TOP[name]
    section, _, key = name.partition(".")
    plugin = names_plugin(name)
    own = None if plugin is None else PLUGINS[section][1](panel.chosen(plugin)).parameters[key]
    takes, help_text = (values(name), meaning(name)) if own is None else (parameter_values(own), own.description)
    _number(panel, name, label, help_text, takes, step, None if slider is None else Slider(*slider, step, form))


def _number(
    panel: Panel, name: str, label: str, help_text: str, takes: Values, step: float, slider: Slider | None
) -> None:
    """Draw a number; a list of them is told, and changed further below."""
    label, value = panel.label(name, label), panel.now(name)
    if isinstance(value, list | tuple):
        st.caption(f"{label}: {_told(value)}")
        panel.say(name, value)
        return
    start = panel.start(name)
    control = Control(panel.key(name), label, plain(by_labels(help_text, name)))
    chosen = controls.number(control, value, value if isinstance(start, list | tuple) else start, takes, step, slider)
    panel.say(name, chosen)


def _told(prices: Sequence[float]) -> str:
    """Say what a list of prices holds."""
    how = "by the hour of the day" if len(prices) == 24 else "by the step"
    return f"{len(prices):,} values {how}, {controls.spelled(min(prices))} to {controls.spelled(max(prices))}"


def _kinds(panel: Panel, groups: Sequence[dict[str, Any]]) -> None:
    """Draw a count for each group of homes, two beside each other."""
    for first in range(0, min(len(groups), _MOST_GROUPS), 2):
        places = range(first, min(first + 2, len(groups), _MOST_GROUPS))
        for column, place in zip(st.columns(2, gap="xsmall", vertical_alignment="bottom"), places, strict=False):
            name = f"homes.groups.{place}.count"
            with column:
                _number(panel, name, group_label(groups, place), f"{meaning(name)} of this kind", values(name), 1, None)
        own = [_own(groups[place]) for place in places]
        if any(own):  # below both, so that the controls of a row stand side by side
            for column, words in zip(st.columns(2, gap="xsmall"), own, strict=False):
                column.caption(words)
    if len(groups) > _MOST_GROUPS:
        st.caption(f"… and {len(groups) - _MOST_GROUPS:,} more groups of homes, as the scenario's file has them.")


def _own(home: dict[str, Any]) -> str:
    """Say which values of its own a home or a group has."""
    own = [
        f"{name.replace('_', ' ')} {controls.spelled(value) if isinstance(value, float) else 'of its own'}"
        for name, value in home.items()
        if name not in ("kind", "count", "id") and value is not None
    ]
    return plain(", ".join(own))


def _singles(homes: Sequence[dict[str, Any]]) -> None:
    """Tell the homes that have a name and values of their own."""
    st.markdown("**Single homes**")
    lines = [f"- {plain(home['id'])}: {KIND_NAMES[home['kind']]}, {_own(home)}".rstrip(", ") for home in homes]
    rest = [f"- … and {len(lines) - _MOST_SINGLE:,} more"] if len(lines) > _MOST_SINGLE else []
    st.caption("\n".join(lines[:_MOST_SINGLE] + rest))


def _more(panel: Panel) -> None:
    st.markdown("**Market**")
    _parameters(panel, "market.mechanism")
    _plugin(panel, "bids.strategy", strategies())
    _parameters(panel, "bids.strategy")
    for heading, fields in folded().items():
        st.markdown(f"**{heading}**")
        if heading == "Prices":
            _hourly(panel, "grid.import_price", TOP["grid.import_price"][0])
        for name, label in fields.items():
            _field(panel, name, label)
    singles = panel.current["homes"].get("single", ())
    if singles:
        _singles(singles)


def _plugin(panel: Panel, name: str, installed: Mapping[str, Plugin]) -> None:
    """Draw the choice of a rule or a strategy."""
    now = panel.now(name)
    options = list(installed) if now in installed else [now, *installed]
    does = "\n".join(f"- **{plain(key)}**: {plain(plugin.description)}" for key, plugin in installed.items())
    label = panel.label(name, CHOSEN[name])
    panel.say(name, st.selectbox(label, options, options.index(now), key=panel.key(name), help=does))


def _parameters(panel: Panel, name: str) -> None:
    """Draw what the chosen rule or strategy does, and its parameters but those that stand on top."""
    section = name.partition(".")[0]
    plugin = PLUGINS[section][1](panel.chosen(name))
    st.caption(plain(f"{plugin.name}: {plugin.description}"))
    for key, parameter in plugin.parameters.items():
        if f"{section}.{key}" not in TOP:
            label = key.replace("_", " ")
            label = label.capitalize() if len(label) > 1 else label  # k is not K
            _widget(panel, f"{section}.{key}", plain(label), parameter.description, parameter_values(parameter), 0.05)


def _field(panel: Panel, name: str, label: str) -> None:
    """Draw the widget that fits a field's type and bounds."""
    if isinstance(panel.now(name), bool):
        control = Control(panel.key(name), panel.label(name, label), plain(by_labels(meaning(name), name)))
        panel.say(name, st.toggle(control.label, panel.now(name), key=control.key, help=control.help))
        return
    takes, unit = values(name), info(name).json_schema_extra["unit"]
    step = 0.05 if takes.most == 1 else 0.5 if unit in ("kW", "kWh") else 1.0 if unit in ("h", "min") else 0.01
    _widget(panel, name, label, meaning(name), takes, step)
    if takes.listed:
        _hourly(panel, name, label)


def _widget(panel: Panel, name: str, label: str, help_text: str, takes: Values, step: float) -> None:
    """Draw a choice, a share with a slider, or a number to type in."""
    if takes.choices:
        control = Control(panel.key(name), panel.label(name, label), plain(by_labels(help_text, name)))
        panel.say(name, controls.choice(control, panel.now(name), takes))
        return
    share = takes.most == 1 and takes.least is not None and 0 <= takes.least < step
    slider = Slider(step if takes.above or takes.least else 0.0, 1.0 - step * takes.below, step) if share else None
    _number(panel, name, label, help_text, takes, step, slider)


def _hourly(panel: Panel, name: str, label: str) -> None:
    """Draw a price that changes with the hour, or with each step; empty while one price holds."""
    label = panel.label(name, label)
    key = f"{panel.key(name)}|{panel.chosen('step_minutes')}|list"
    control = Control(
        key, f"{label}, by the hour", "Empty: one price holds. Otherwise 24 values by the hour of the day"
    )
    found = controls.numbers(control, panel.now(name))
    if found is not None:
        panel.want(name, found)
        panel.redraw = isinstance(found, list | tuple) != isinstance(panel.now(name), list | tuple)
