"""The panel on the left: every widget is made from the scenario's own table of fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import streamlit as st
from annotated_types import Le

from jiran.app import links, state, upload
from jiran.app.fields import PLUGINS, bounds, default, has, info, meaning, names_plugin
from jiran.app.labels import KIND_LABELS, MORE, TOP
from jiran.app.showing import plain
from jiran.bids import strategies
from jiran.errors import JiranError, ScenarioError
from jiran.market import mechanisms
from jiran.scenario import Scenario
from jiran.scenario.files import presets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streamlit.delta_generator import DeltaGenerator

    from jiran.plugin import Parameter, Plugin


class _Panel:
    """Collects what the widgets say, and a place under each widget for what is wrong with it."""

    def __init__(self) -> None:
        self.base = state.base()
        self.given = state.changes()
        self.wanted: dict[str, Any] = {}
        self.places: dict[str, DeltaGenerator] = {}
        self.labels: dict[str, str] = {}

    def key(self, name: str) -> str:
        return f"{state.generation()}|{name}"

    def now(self, name: str) -> Any:
        """Return the current value of a field: changed, else the base's, else the default."""
        return self.given.get(name, self.start(name))

    def chosen(self, name: str) -> Any:
        """Return what a field will be: what its widget says if it has one."""
        return self.wanted.get(name, self.start(name) if name in self.places else self.now(name))

    def start(self, name: str) -> Any:
        """Return the base's value of a field."""
        value: Any = self.base.data
        for part in name.split("."):
            if isinstance(value, list) and part.isdigit() and int(part) < len(value):
                value = value[int(part)]
            elif isinstance(value, dict) and part in value:
                value = value[part]
            else:
                chosen = names_plugin(name)
                return default(name, "" if chosen is None else self.chosen(chosen))
        return value

    def say(self, name: str, value: Any) -> None:
        """Take a widget's value; only what differs from the base is a change."""
        self.places[name] = st.empty()
        if value != self.start(name):
            self.wanted[name] = value

    def number(
        self,
        name: str,
        label: str,
        least: Any,
        most: Any,
        step: Any,
        shown: str | None,
        help_text: str,
        *,
        slider: bool = False,
    ) -> None:
        """Draw a number: a slider where a range is known and holds the value, else a field to type in."""
        label = label.format(currency=plain(self.base.data.get("currency", "MYR")))
        self.labels[name] = label
        value = self.now(name)
        if isinstance(value, list | tuple):
            st.caption(f"{label}: {len(value)} values of the scenario")
            self.say(name, value)
            return
        kind = type(step)
        value = kind(value)
        if slider and least <= value <= most:
            chosen = st.slider(label, least, most, value, step, shown, key=self.key(name), help=help_text)
        else:
            chosen = st.number_input(label, least, most, value, step, shown, key=self.key(name), help=help_text)
        self.say(name, chosen)


def show() -> None:
    """Draw the panel, and make what it says the current scenario."""
    panel = _Panel()
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
    # What was changed and has no widget now stays changed, but for parameters of a rule that is no longer chosen.
    for name, value in panel.given.items():
        chosen = names_plugin(name)
        if name not in panel.places and (chosen is None or has(panel.chosen(chosen), name)):
            panel.wanted[name] = value
    try:
        state.keep(panel.wanted)
    except ScenarioError as error:
        said = f"{panel.labels[error.field]}: {error.allowed}" if error.field in panel.labels else str(error)
        panel.places.get(error.field, st.container()).error(plain(said), icon=":material/error:")
    except JiranError as error:
        st.error(plain(error), icon=":material/error:")
    # Only now is it known whether there is anything to take back.
    if panel.wanted and back.button("Back to the scenario's values", icon=":material/undo:", type="tertiary"):
        state.set_base(panel.base)
        st.rerun()
    with pin:
        _pin()


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


def _presets(panel: _Panel) -> None:
    names = list(presets())
    label = panel.base.label
    options = names if label in names else [label, *names]
    chosen = st.selectbox("Scenario", options, index=options.index(label), key=panel.key("preset"))
    if chosen != label:
        state.set_base(links.base_of_preset(chosen))
        st.rerun()
    st.caption(plain(panel.base.data.get("description", "")))


def _main(panel: _Panel) -> None:
    """Draw what a viewer changes first."""
    modelled = panel.base.data.get("homes", {}).get("groups", [])
    left, right = st.columns(2)
    with left:
        _top(panel, "steps")
    with right:
        sizes = list(get_args(Scenario.model_fields["step_minutes"].annotation))
        place = sizes.index(panel.now("step_minutes"))
        help_text = meaning("step_minutes")
        panel.say(
            "step_minutes", st.selectbox("Step, minutes", sizes, place, key=panel.key("step_minutes"), help=help_text)
        )
    _top(panel, "grid.import_price")
    if modelled:
        _top(panel, "solar.pv_kwp")
    _plugin(panel, "market.mechanism", "Market rule", mechanisms())
    if has(panel.chosen("market.mechanism"), "market.fraction"):
        _top(panel, "market.fraction")
    _top(panel, "battery.capacity_kwh")
    if modelled:
        _kinds(panel, modelled)
    _top(panel, "seed")


def _top(panel: _Panel, name: str) -> None:
    """Draw a field of `TOP`."""
    label, least, most, step, shown = TOP[name]
    panel.number(name, label, least, most, step, shown, meaning(name), slider=most is not None)


def _kinds(panel: _Panel, groups: list[dict[str, Any]]) -> None:
    """Draw a count for each group of homes, two beside each other."""
    several = {group["kind"] for group in groups if sum(other["kind"] == group["kind"] for other in groups) > 1}
    columns = st.columns(2)
    for place, group in enumerate(groups):
        kind = group["kind"]
        detail = f" {place + 1}" if kind in several else ""
        with columns[place % 2]:
            panel.number(
                f"homes.groups.{place}.count",
                KIND_LABELS[kind] + detail,
                0,
                None,
                1,
                None,
                "Number of homes of this kind",
            )


def _more(panel: _Panel) -> None:
    st.markdown("**Market**")
    _parameters(panel, "market.mechanism")
    _plugin(panel, "bids.strategy", "What homes bid", strategies())
    _parameters(panel, "bids.strategy")
    for heading, fields in MORE.items():
        st.markdown(f"**{heading}**")
        for name, label in fields.items():
            _field(panel, name, label)


def _plugin(panel: _Panel, name: str, label: str, installed: Mapping[str, Plugin]) -> None:
    """Draw the choice of a rule or a strategy."""
    now = panel.now(name)
    options = list(installed) if now in installed else [now, *installed]
    does = "\n".join(f"- **{key}**: {plugin.description}" for key, plugin in installed.items())
    panel.say(name, st.selectbox(label, options, index=options.index(now), key=panel.key(name), help=does))


def _parameters(panel: _Panel, name: str) -> None:
    """Draw what the chosen rule or strategy does, and its parameters but those that stand on top."""
    section = name.partition(".")[0]
    plugin = PLUGINS[section][1](panel.chosen(name))
    st.caption(plain(f"{plugin.name}: {plugin.description}"))
    for key, parameter in plugin.parameters.items():
        if f"{section}.{key}" not in TOP:
            _parameter(panel, f"{section}.{key}", parameter)


def _parameter(panel: _Panel, name: str, parameter: Parameter) -> None:
    """Draw the widget of a plug-in's parameter."""
    label, now = name.partition(".")[2].replace("_", " "), panel.now(name)
    label = label.capitalize() if len(label) > 1 else label  # k is not K
    if parameter.choices:
        choices = list(parameter.choices)
        panel.say(
            name, st.selectbox(label, choices, choices.index(now), key=panel.key(name), help=parameter.description)
        )
        return
    panel.number(name, label, parameter.ge, parameter.le, 0.05, None, parameter.description)


def _field(panel: _Panel, name: str, label: str) -> None:
    """Draw the widget that fits a field's type and bounds."""
    field = info(name)
    now, key = panel.now(name), panel.key(name)
    if isinstance(now, bool):
        panel.say(name, st.toggle(label, value=now, key=key, help=meaning(name)))
        return
    choices = [
        option
        for part in (field.annotation, *get_args(field.annotation))
        for option in get_args(part)
        if isinstance(option, str)
    ]
    if choices:
        if now not in choices:
            choices.append(now)
        panel.say(name, st.selectbox(label, choices, index=choices.index(now), key=key, help=meaning(name)))
        return
    share = Le(1) in field.metadata
    step = 0.05 if share else 0.5 if field.json_schema_extra["unit"] in ("kW", "kWh") else 0.01
    least, most = bounds(field, step)
    panel.number(name, label, least, most, step, None, meaning(name), slider=share)
