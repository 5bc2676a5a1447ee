"""What the dashboard remembers: the only user of session state, caches and the address bar.

A scenario in the dashboard is a base (a preset, a shared or an uploaded scenario) with changes on top. Base and
changes stand in the address bar, so that a link opens the same picture elsewhere.
"""

from __future__ import annotations

import base64
import binascii
import gc
import json
import sys
import threading
import tomllib
import zlib
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
import tomli_w

from jiran.app.charts.base import Window
from jiran.errors import JiranError
from jiran.scenario import KINDS, MAX_HOME_STEPS, Scenario, validate
from jiran.scenario.files import presets, read_scenario, with_overrides
from jiran.simulation import simulate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jiran.result import Result

FIRST_PRESET = "paper"
#: Results that are kept: as many as have this many home-steps together (about 2 GB at the most).
_KEPT_HOME_STEPS = 40_000_000
_LONGEST_LINK = 100_000
#: Keys of the address bar that are not changes.
_PRESET, _SHARED = "preset", "s"


@st.cache_resource(show_spinner=False)
def prepare() -> None:
    """Put everything that is loaded out of the garbage collector's sight.

    Streamlit runs a full collection after every rerun; walking numba, polars and Streamlit itself each time costs
    ten times as much as a whole page.
    """
    gc.collect()
    gc.freeze()


@dataclass
class Base:
    """A scenario to start from, and how the address bar names it."""

    label: str
    data: dict[str, Any]
    link: dict[str, str] = field(default_factory=dict)


def base_of_preset(name: str) -> Base:
    """Return a preset as a base."""
    return Base(name, _with_all_kinds(read_scenario(name)), {_PRESET: name})


def base_of_data(label: str, data: dict[str, Any]) -> Base:
    """Return any scenario data as a base; it goes into the link whole unless it reads a file of this machine."""
    data = _with_all_kinds(data)
    scenario = validate(data)
    local = scenario.homes.data is not None or scenario.market.mechanism.endswith(".py")
    return Base(label, data, {} if local else {_SHARED: _pack(data)})


def _with_all_kinds(data: dict[str, Any]) -> dict[str, Any]:
    """Give the modelled community a group of each kind, empty if need be, so that homes can be added."""
    homes = data.get("homes", {})
    if "groups" in homes and "single" not in homes:
        there = {group.get("kind") for group in homes["groups"]}
        homes["groups"] = [*homes["groups"], *({"kind": kind, "count": 0} for kind in KINDS if kind not in there)]
    return data


def _pack(data: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(zlib.compress(tomli_w.dumps(data).encode(), 9)).decode().rstrip("=")


def _unpack(text: str) -> dict[str, Any]:
    """Return the scenario data of a shared link.

    Raises:
        JiranError: It is damaged, or would read files or run programs of this machine.
    """
    try:
        packed = base64.urlsafe_b64decode(text[:_LONGEST_LINK] + "=" * (-len(text) % 4))
        data = tomllib.loads(zlib.decompressobj().decompress(packed, 20 * _LONGEST_LINK).decode())
    except (binascii.Error, ValueError, zlib.error) as error:
        raise JiranError("the link is damaged: its scenario cannot be read") from error
    refuse_files(data, "the link")
    return data


def refuse_files(data: dict[str, Any], source: str) -> None:
    """Refuse scenario data from outside that would read files or run programs of this machine.

    Raises:
        JiranError: It would.
    """
    homes, market = data.get("homes"), data.get("market")
    reads = isinstance(homes, dict) and "data" in homes
    if reads or (isinstance(market, dict) and str(market.get("mechanism", "")).endswith(".py")):
        raise JiranError(f"{source} names a file, which only a scenario on the command line may: jiran app SCENARIO.toml")


def base() -> Base:
    """Return the current base; on the first run the one of the address bar or of the command line."""
    if "base" not in st.session_state:
        st.session_state.changes = {}
        try:
            st.session_state.base, st.session_state.changes = _from_outside()
        except JiranError as error:
            st.session_state.base = base_of_preset(FIRST_PRESET)
            st.session_state.notice = str(error)
    current: Base = st.session_state.base
    return current


def set_base(new: Base) -> None:
    """Start from another base, without changes."""
    st.session_state.base = new
    st.session_state.changes = {}
    st.session_state.generation = generation() + 1


def generation() -> int:
    """Return a number that is new for each base, so that widgets start afresh with it."""
    number: int = st.session_state.get("generation", 0)
    return number


def changes() -> dict[str, Any]:
    """Return the changes on top of the base, by dotted name."""
    current: dict[str, Any] = st.session_state.changes
    return current


def remember_pages(pages: dict[str, Any]) -> None:
    """Remember the pages by path, so that one page can open another."""
    st.session_state.pages = pages


def open_page(path: str) -> None:
    """Go to another page."""
    st.switch_page(st.session_state.pages[path])


def take_notice() -> str | None:
    """Return what went wrong when the page was opened, once."""
    notice: str | None = st.session_state.pop("notice", None)
    return notice


def _from_outside() -> tuple[Base, dict[str, Any]]:
    """Return base and changes from the address bar, else from the command line, else the first preset."""
    link = {key: st.query_params[key] for key in st.query_params}
    if _SHARED in link:
        start = base_of_data("shared scenario", _unpack(link.pop(_SHARED)))
    elif _PRESET in link:
        name = link.pop(_PRESET)
        if name not in presets():
            raise JiranError(f"the link names the preset {name!r}, which is not one of {', '.join(presets())}")
        start = base_of_preset(name)
    elif len(sys.argv) > 1:
        name = sys.argv[1]
        start = base_of_preset(name) if name in presets() else base_of_data(name, read_scenario(name))
    else:
        start = base_of_preset(FIRST_PRESET)
    wanted = {key: _value(text) for key, text in link.items() if "." in key or key in Scenario.model_fields}
    refuse_files(with_overrides({}, wanted), "the link")
    validate(with_overrides(start.data, wanted))
    return start, wanted


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def keep(wanted: dict[str, Any]) -> Scenario:
    """Make changes current and show them in the address bar; return the scenario.

    Raises:
        JiranError: The scenario is not allowed; the last good one stays current.
    """
    start = base()
    scenario = validate(with_overrides(start.data, wanted))
    st.session_state.changes = wanted
    st.session_state.scenario = scenario
    if start.link:
        link = start.link | {
            name: value if isinstance(value, str) else json.dumps(value) for name, value in wanted.items()
        }
        if {key: st.query_params[key] for key in st.query_params} != link:
            st.query_params.from_dict(link)
    else:
        st.query_params.clear()
    return scenario


def scenario() -> Scenario:
    """Return the last good scenario."""
    if "scenario" not in st.session_state:
        start = base()
        try:
            st.session_state.scenario = validate(with_overrides(start.data, changes()))
        except JiranError:
            st.session_state.scenario = validate(start.data)
    current: Scenario = st.session_state.scenario
    return current


def is_new_upload(file: str) -> bool:
    """Tell whether a file has not been seen in this session, and remember it."""
    if st.session_state.get("seen_upload") == file:
        return False
    st.session_state.seen_upload = file
    return True


class _Results:
    """Finished runs by scenario, shared by all viewers; the oldest go when there are too many home-steps."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Result] = OrderedDict()

    def get(self, key: str) -> Result | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: str, result: Result) -> None:
        with self._lock:
            self._kept[key] = result
            while len(self._kept) > 1 and sum(self._sizes()) > _KEPT_HOME_STEPS:
                self._kept.popitem(last=False)

    def _sizes(self) -> Iterator[int]:
        return (kept.community.size * kept.timeline.steps for kept in self._kept.values())


@st.cache_resource(show_spinner=False)
def _results() -> _Results:
    return _Results()


def run(wanted: Scenario) -> Result:
    """Return the run of a scenario, from memory or by simulating it with a progress bar.

    Raises:
        JiranError: The scenario cannot be run.
    """
    key = wanted.model_dump_json()
    result = _results().get(key)
    if result is None:
        bar = st.empty()
        long = _home_steps(wanted) > MAX_HOME_STEPS // 100

        def show(done: float) -> None:
            if long:
                bar.progress(done, f"Simulating {wanted.steps:,} steps: {done:.0%}")

        result = simulate(wanted, progress=show)
        bar.empty()
        _results().put(key, result)
    st.session_state.result = result
    return result


def _home_steps(wanted: Scenario) -> int:
    homes = sum(group.count for group in wanted.homes.groups) + len(wanted.homes.single)
    return max(homes, 1) * wanted.steps


def result() -> Result:
    """Return the run that the pages show."""
    current: Result = st.session_state.result
    return current


def pick_window(*, whole: bool) -> Window:
    """Let the viewer choose a day of the run, or the whole of it; a run of one day asks nothing.

    Args:
        whole: Whether the page can show the whole run.
    """
    shown = result()
    day = shown.timeline.day
    days = int(day[-1]) + 1
    if days == 1:
        return Window(0, shown.timeline.steps)
    dates = [str(date) for date in np.unique(shown.timeline.local.astype("datetime64[D]"))]
    options = [_WHOLE, *dates] if whole else dates
    chosen = st.session_state.get("day")
    if chosen not in options:
        chosen = options[0] if whole else dates[min(1, days - 1)]
    chosen = st.selectbox("Show", options, index=options.index(chosen), width=220, key=f"day|{whole}|{days}|{dates[0]}")
    st.session_state.day = chosen
    if chosen == _WHOLE:
        return Window(0, shown.timeline.steps)
    steps = np.flatnonzero(shown.timeline.local.astype("datetime64[D]") == np.datetime64(chosen))
    return Window(int(steps[0]), int(steps[-1]) + 1)


_WHOLE = "Whole period"


def picked_home() -> str:
    """Return the home that the viewer looks at; at first the one that trading gains most."""
    homes = result().homes
    chosen: str = st.session_state.get("home", "")
    if chosen not in homes["id"]:
        chosen = homes["id"][homes["saving"].arg_max() or 0]
        st.session_state["home"] = chosen
    return chosen


def pick_home(home: str) -> None:
    """Look at a home; its widget has the key "home"."""
    st.session_state["home"] = home
