"""The panel on the left: every widget is made from the scenario's own table of fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import streamlit as st
from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel

from jiran.app import state, upload
from jiran.errors import JiranError, ScenarioError
from jiran.market import find, mechanisms
from jiran.scenario import Scenario
from jiran.scenario_files import presets

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from jiran.market import Parameter

KIND_LABELS = {"solar": "Solar homes", "ev": "EV homes", "hybrid": "Solar + EV homes", "normal": "Normal homes"}

#: Fields with a label of their own and a handy range: (label, least, most, step).
_FIELDS = {
    "steps": ("Number of steps", 1, None, 1),
    "grid.import_price": ("Grid price", 0.0, 2.0, 0.0125),
    "solar.pv_kwp": ("Solar capacity per home", 0.0, 20.0, 0.5),
    "market.fraction": ("P2P price, share of grid price (α)", 0.05, 0.95, 0.05),
    "battery.capacity_kwh": ("Community battery", 0.0, None, 5.0),
    "seed": ("Seed of chance", 0, None, 1),
}
#: What is folded away, by heading; the widgets come from the fields' own types and bounds.
_MORE = {
    "Prices": ("grid.export_price", "grid.network_charge", "battery.buy_price", "battery.sell_price", "battery.fund_share"),
    "Battery": (
        "battery.charge_kw",
        "battery.discharge_kw",
        "battery.charge_efficiency",
        "battery.discharge_efficiency",
        "battery.start_soc",
        "battery.min_soc",
    ),
    "Sunshine and load": (
        "solar.derate",
        "solar.clouds",
        "load.low_kw",
        "load.high_kw",
        "load.evening_factor",
        "load.fluctuation",
    ),
    "Electric vehicles": (
        "ev.kw",
        "ev.supply.enabled",
        "ev.supply.capacity_kwh",
        "ev.supply.reserve_soc",
        "ev.supply.departure_soc",
        "ev.supply.trip_kwh",
    ),
    "Climate": ("grid.co2_kg_per_kwh",),
}


class _Panel:
    """Collects what the widgets say, and a place under each widget for what is wrong with it."""

    def __init__(self) -> None:
        self.base = state.base()
        self.given = state.changes()
        self.wanted: dict[str, Any] = {}
        self.places: dict[str, DeltaGenerator] = {}

    def key(self, name: str) -> str:
        return f"{state.generation()}|{name}"

    def now(self, name: str) -> Any:
        """Return the current value of a field: changed, else the base's, else the default."""
        return self.given.get(name, self.start(name))

    def start(self, name: str) -> Any:
        """Return the base's value of a field."""
        value: Any = self.base.data
        for part in name.split("."):
            if isinstance(value, list) and part.isdigit() and int(part) < len(value):
                value = value[int(part)]
            elif isinstance(value, dict) and part in value:
                value = value[part]
            else:
                return _default(name)
        return value

    def say(self, name: str, value: Any) -> None:
        """Take a widget's value; only what differs from the base is a change."""
        self.places[name] = st.empty()
        if value != self.start(name):
            self.wanted[name] = value

    def number(self, name: str, label: str, least: Any, most: Any, step: Any, help_text: str, *, slider: bool = False) -> None:
        value = self.now(name)
        if isinstance(value, list | tuple):
            st.caption(f"{label}: {len(value)} values of the scenario")
            self.say(name, value)
            return
        kind = type(step)
        value = kind(value)
        if slider and least <= value <= most:
            chosen = st.slider(label, least, most, value, step, key=self.key(name), help=help_text)
        else:
            chosen = st.number_input(label, least, most, value, step, key=self.key(name), help=help_text)
        self.say(name, chosen)


def show() -> None:
    """Draw the panel, and make what it says the current scenario."""
    panel = _Panel()
    _presets(panel)
    _main(panel)
    with st.expander("More", icon=":material/tune:"):
        _more(panel)
    with st.expander("Your own data", icon=":material/upload_file:"):
        upload.show()
    # What the link changed without having a widget stays.
    for name, value in panel.given.items():
        if name not in panel.places:
            panel.wanted[name] = value
    try:
        state.keep(panel.wanted)
    except ScenarioError as error:
        panel.places.get(error.field, st.container()).error(str(error), icon=":material/error:")
    except JiranError as error:
        st.error(str(error), icon=":material/error:")


def _presets(panel: _Panel) -> None:
    names = list(presets())
    label = panel.base.label
    options = names if label in names else [label, *names]
    chosen = st.selectbox("Scenario", options, index=options.index(label), key=panel.key("preset"))
    if chosen != label:
        state.set_base(state.base_of_preset(chosen))
        st.rerun()
    st.caption(str(panel.base.data.get("description", "")))
    if panel.given and st.button("Back to the preset's values", icon=":material/undo:", type="tertiary"):
        state.set_base(panel.base)
        st.rerun()


def _main(panel: _Panel) -> None:
    left, right = st.columns(2)
    with left:
        label, least, most, step = _FIELDS["steps"]
        panel.number("steps", label, least, most, step, _help("steps"))
    with right:
        sizes = list(get_args(Scenario.model_fields["step_minutes"].annotation))
        now = panel.now("step_minutes")
        panel.say(
            "step_minutes",
            st.selectbox("Step, minutes", sizes, index=sizes.index(now), key=panel.key("step_minutes"), help=_help("step_minutes")),
        )
    modelled = panel.base.data.get("homes", {}).get("groups", [])
    parameters = find(panel.now("market.mechanism")).parameters
    for name in ("grid.import_price", "solar.pv_kwp", "market.fraction", "battery.capacity_kwh"):
        if name == "market.fraction" and "fraction" not in parameters:
            continue
        if name == "solar.pv_kwp" and not modelled:
            continue
        label, least, most, step = _FIELDS[name]
        unit = f", {_unit(name)}" if _unit(name) else ""
        currency = panel.base.data.get("currency", "MYR")
        panel.number(
            name, f"{label}{unit}".replace(", /", f", {currency}/"), least, most, step,
            _help(name) if name != "market.fraction" else parameters["fraction"].description,
            slider=most is not None,
        )  # fmt: skip
    if modelled:
        _kinds(panel, modelled)
    label, least, most, step = _FIELDS["seed"]
    panel.number("seed", label, least, most, step, _help("seed"))


def _kinds(panel: _Panel, groups: list[dict[str, Any]]) -> None:
    """Draw a count for each group of homes, two beside each other."""
    several = {group["kind"] for group in groups if sum(other["kind"] == group["kind"] for other in groups) > 1}
    columns = st.columns(2)
    for place, group in enumerate(groups):
        kind = group["kind"]
        detail = f" {place + 1}" if kind in several else ""
        with columns[place % 2]:
            panel.number(f"homes.groups.{place}.count", KIND_LABELS[kind] + detail, 0, None, 1, "number of homes of this kind")


def _more(panel: _Panel) -> None:
    st.markdown("**Market**")
    names = list(mechanisms())
    now = panel.now("market.mechanism")
    options = names if now in names else [now, *names]
    chosen = st.selectbox("Market rule", options, index=options.index(now), key=panel.key("market.mechanism"))
    panel.say("market.mechanism", chosen)
    st.caption(find(chosen).description)
    for name, parameter in find(chosen).parameters.items():
        if name != "fraction":
            _parameter(panel, f"market.{name}", parameter)
    for heading, fields in _MORE.items():
        st.markdown(f"**{heading}**")
        for name in fields:
            _field(panel, name)


def _parameter(panel: _Panel, name: str, parameter: Parameter) -> None:
    """Draw the widget of a market rule's parameter."""
    label, now = name.removeprefix("market.").replace("_", " ").capitalize(), panel.now(name)
    now = parameter.default if now is None else now
    if parameter.choices:
        choices = list(parameter.choices)
        panel.say(name, st.selectbox(label, choices, index=choices.index(now), key=panel.key(name), help=parameter.description))
        return
    panel.number(name, label, parameter.ge, parameter.le, 0.05, parameter.description)


def _field(panel: _Panel, name: str) -> None:
    """Draw the widget that fits a field's type and bounds."""
    info = _info(name)
    label = f"{name.split('.')[-1].replace('_', ' ')}{', ' + _unit(name) if _unit(name) else ''}"
    label = label.replace(" kwh,", ",").replace(" kw,", ",").capitalize().replace("soc", "state of charge").replace("Ev", "EV")
    now, key = panel.now(name), panel.key(name)
    if isinstance(now, bool):
        panel.say(name, st.toggle(label, value=now, key=key, help=_help(name)))
        return
    choices = [option for part in (info.annotation, *get_args(info.annotation)) for option in get_args(part) if isinstance(option, str)]
    if choices:
        if now not in choices:
            choices.append(now)
        panel.say(name, st.selectbox(label, choices, index=choices.index(now), key=key, help=_help(name)))
        return
    least, most = _bounds(info)
    share = most == 1.0
    step = 0.05 if share else 0.5 if _unit(name) in ("kW", "kWh") else 0.01
    panel.number(name, label, least, most, step, _help(name), slider=share)


def _info(name: str) -> Any:
    """Return the declaration of a field by its dotted name."""
    model: Any = Scenario
    *parents, last = name.split(".")
    for part in parents:
        model = model.model_fields[part].annotation
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            return None
    return model.model_fields.get(last)


def _default(name: str) -> Any:
    if name.startswith("market.") and name != "market.mechanism":
        return None
    return _info(name).default


def _unit(name: str) -> str:
    info = _info(name)
    return str((info.json_schema_extra or {}).get("unit", "")) if info else ""


def _help(name: str) -> str:
    description = str(_info(name).description)
    return description[0].upper() + description[1:]


def _bounds(info: Any) -> tuple[float | None, float | None]:
    """Return the least and the greatest value of a number; a bound that is left out counts as just inside."""
    least, most = None, None
    for mark in info.metadata:
        match mark:
            case Ge(value):
                least = float(value)
            case Gt(value):
                least = float(value) + 0.01
            case Le(value):
                most = float(value)
            case Lt(value):
                most = float(value)
            case _:
                pass
    return least, most
