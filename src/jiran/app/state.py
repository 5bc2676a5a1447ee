"""What the dashboard remembers: the one place of session state, caches and the address bar.

Only a widget's own key may be read elsewhere, beside the widget.

A scenario in the dashboard is a base (a preset, a shared or an uploaded scenario) with changes on top. Base and
changes stand in the address bar, so that a link opens the same picture elsewhere.
"""

from __future__ import annotations

import datetime as dt
import gc
import sys
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from jiran.app.charts.base import Window
from jiran.app.links import FIRST_PRESET, Base, Pin, base_of_preset, read_link, read_pin, write_link
from jiran.app.orders import EXAMPLE, EXAMPLE_EXPORT, EXAMPLE_IMPORT
from jiran.app.outcome import clear_book
from jiran.app.pins import label
from jiran.app.runs import Runs, Samples, changed_at, fit_together, home_steps
from jiran.app.stoppable import StoppableBar
from jiran.comparison import Comparison, finished
from jiran.comparison import compare as run_comparison
from jiran.errors import JiranError
from jiran.scenario import MAX_HOME_STEPS, Scenario, validate
from jiran.scenario.files import with_overrides
from jiran.simulation import simulate

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl
    from streamlit.delta_generator import DeltaGenerator

    from jiran.app.book import Book
    from jiran.app.outcome import Outcome
    from jiran.result import Result

_WHOLE = "Whole period"


@st.cache_resource(show_spinner=False)
def prepare() -> None:
    """Put everything that is loaded out of the garbage collector's sight.

    Streamlit runs a full collection after every rerun; walking numba, polars and Streamlit itself each time costs
    ten times as much as a whole page.
    """
    gc.collect()
    gc.freeze()


def base() -> Base:
    """Return the current base; on the first run the one of the address bar or of the command line."""
    if "base" not in st.session_state:
        st.session_state.changes = {}
        try:
            link, named = _address(), sys.argv[1] if len(sys.argv) > 1 else None
            st.session_state.base, st.session_state.changes = read_link(link, named)
            st.session_state.pinned = read_pin(link, st.session_state.base)
        except JiranError as error:
            st.session_state.setdefault("base", base_of_preset(FIRST_PRESET))
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


def keep(wanted: dict[str, Any]) -> Scenario:
    """Make changes current and show them in the address bar; return the scenario.

    Raises:
        JiranError: The scenario is not allowed; the last good one stays current.
    """
    start = base()
    scenario = validate(with_overrides(start.data, wanted))
    st.session_state.changes = wanted
    st.session_state.scenario = scenario
    link = write_link(start, wanted, _pin())
    if _address() != link:
        st.query_params.from_dict(link)
    return scenario


def _address() -> dict[str, str]:
    return {key: st.query_params[key] for key in st.query_params}


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


def pin() -> None:
    """Keep the current scenario as A, to see beside it what a change does."""
    st.session_state.pinned = Pin(base(), dict(changes()), scenario())


def unpin() -> None:
    """Forget A."""
    st.session_state.pinned = None


def back_to_pinned() -> None:
    """Make A the current scenario again."""
    kept = _pin()
    if kept is not None:
        set_base(kept.base)
        st.session_state.changes = dict(kept.changes)


def _pin() -> Pin | None:
    kept: Pin | None = st.session_state.get("pinned")
    return kept


def pinned_scenario() -> Scenario | None:
    """Return A, or None if nothing is pinned."""
    kept = _pin()
    return None if kept is None else kept.scenario


def pinned() -> Result | None:
    """Return the run of A; None if nothing is pinned, A is what is shown, or both do not fit into memory together.

    An A that cannot be run, as a link may ask for, is forgotten with a notice.
    """
    wanted, shown = pinned_scenario(), result().scenario
    if wanted is None or wanted == shown or not fit_together(wanted, shown):
        return None
    try:
        return _finished(wanted, st.sidebar.empty)
    except JiranError as error:
        unpin()
        st.session_state.notice = f"A is no longer pinned, because it cannot be run. {error}"
        return None


def pinned_words() -> str | None:
    """Say in a line how the current scenario differs from A: "" if it does not, None if nothing is pinned."""
    wanted = pinned_scenario()
    if wanted is None or wanted == scenario():
        return None if wanted is None else ""
    if not fit_together(wanted, scenario()):
        return "two runs of this size do not fit into memory together, so A is not drawn"
    return label(wanted, scenario())


def is_new_upload(file: str, place: str) -> bool:
    """Tell whether a file is not the last one seen at a place of the dashboard, and remember it."""
    seen: dict[str, str] = st.session_state.setdefault("seen_uploads", {})
    new = seen.get(place) != file
    seen[place] = file
    return new


@st.cache_resource(show_spinner=False)
def _results() -> Runs:
    return Runs()


def run(wanted: Scenario) -> Result:
    """Return the run of a scenario, from memory or by simulating it with a progress bar.

    Raises:
        JiranError: The scenario cannot be run.
    """
    st.session_state.result = found = _finished(wanted, st.empty)
    return found


def _finished(wanted: Scenario, place: Callable[[], DeltaGenerator]) -> Result:
    """Return the run of a scenario; a progress bar stands where `place` makes room while it is simulated."""
    key = f"{wanted.model_dump_json()} {changed_at(wanted)}"
    result = _results().get(key)
    if result is None:
        bar = place()
        long = home_steps(wanted) > MAX_HOME_STEPS // 100
        if _results().is_empty:
            bar.progress(0.0, "Getting ready. The very first start compiles the simulation: about ten seconds.")

        def show(done: float) -> None:
            if long:
                bar.progress(done, f"Simulating {wanted.steps:,} steps: {done:.0%}")

        try:
            result = simulate(wanted, progress=show)
        except JiranError:
            bar.empty()
            raise
        bar.empty()
        _results().put(key, result)
    return result


def result() -> Result:
    """Return the run that the pages show."""
    current: Result = st.session_state.result
    return current


@st.cache_resource(show_spinner=False, max_entries=4)
def _samples(changed: int) -> Samples:  # noqa: ARG001  samples of files that were changed since are of no use
    return Samples()


def compare(name: str, cases: dict[str, Scenario], seeds: int) -> Comparison:
    """Return a comparison from memory, or run it with a progress bar and a button that stops it.

    One that was stopped has only the seeds that were done; `go_on` lets it go on.

    Args:
        name: What it is for; each page keeps one comparison of a name.
        cases: Scenarios by name.
        seeds: How many seeds.

    Raises:
        JiranError: None of the cases can be run.
    """
    changed = max(map(changed_at, cases.values()))
    key = f"{seeds} {changed} {[(case, wanted.model_dump_json()) for case, wanted in cases.items()]}"
    kept: dict[str, tuple[str, Comparison]] = st.session_state.setdefault("comparisons", {})
    if name in kept and kept[name][0] == key:
        return kept[name][1]
    samples = _samples(changed)
    stopped = st.session_state.get("stopped") == key
    if stopped:
        try:
            first = next(iter(cases.values())).seed
            return finished(cases, tuple(range(first, first + seeds)), samples)
        except JiranError:  # before the first seed was done, which is the least there is to show
            seeds = 1
    samples.make_room()
    place = st.empty()
    found = run_comparison(
        cases, seeds=seeds, samples=samples, progress=StoppableBar(place, f"stop {name}", partial(_stop, key))
    )
    place.empty()
    if not stopped:
        kept[name] = key, found
    return found


def go_on() -> None:
    """Let a stopped comparison go on."""
    st.session_state.stopped = None


def _stop(key: str) -> None:
    st.session_state.stopped = key


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
    start = st.session_state.get("day")
    if start not in options:
        start = options[0] if whole else dates[min(1, days - 1)]
    chosen = st.selectbox(
        "Day",
        options,
        index=options.index(start),
        format_func=lambda date: date if date == _WHOLE else f"{dt.date.fromisoformat(date):%a %d %b %Y}",
        width=220,
        key=f"day|{whole}|{days}|{dates[0]}",
    )
    if chosen != start:  # only a choice goes along to the other pages
        st.session_state.day = chosen
    if chosen == _WHOLE:
        return Window(0, shown.timeline.steps)
    steps = np.flatnonzero(shown.timeline.local.astype("datetime64[D]") == np.datetime64(chosen))
    return Window(int(steps[0]), int(steps[-1]) + 1)


def open_step(step: int) -> None:
    """Go to the page of the market, at a step."""
    st.session_state.wanted_step = step
    st.session_state.day = str(result().timeline.local[step].astype("datetime64[D]"))
    open_page("market")


def take_step() -> int | None:
    """Return the step that another page asked for, once."""
    step: int | None = st.session_state.pop("wanted_step", None)
    return step


def cleared(book: Book, rule: str, parameters: dict[str, Any], seed: int) -> Outcome:
    """Clear an order book, from memory if it was cleared before: some rules take a while.

    Raises:
        JiranError: The rule cannot clear it.
    """
    orders = (book.names, book.net_kwh.tobytes(), book.limit_price.tobytes(), book.import_price, book.export_price)
    key = repr((orders, book.network_charge, book.currency, rule, sorted(parameters.items()), seed))
    return _cleared(key, book, rule, parameters, seed)


@st.cache_resource(max_entries=64, show_spinner="Clearing the market")
def _cleared(key: str, _book: Book, _rule: str, _parameters: dict[str, Any], _seed: int) -> Outcome:  # noqa: ARG001  the key is what the memory goes by
    return clear_book(_book, _rule, _parameters, _seed)


def draw() -> int:
    """Return how often the viewer has drawn lots anew."""
    number: int = st.session_state.get("draw", 0)
    return number


def set_draw(number: int) -> None:
    """Draw lots anew, or with 0 go back to the first draw."""
    st.session_state.draw = number


@dataclass
class OwnOrders:
    """The viewer's own orders: the table that the editor starts with, the table as it is now, and the grid's prices."""

    start: pl.DataFrame
    now: pl.DataFrame
    import_price: float = EXAMPLE_IMPORT
    export_price: float = EXAMPLE_EXPORT
    key: str = "own_orders_0"


def own_orders() -> OwnOrders:
    """Return the viewer's own orders; what is changed in them is remembered."""
    held: OwnOrders = st.session_state.setdefault("own_orders", OwnOrders(EXAMPLE, EXAMPLE))
    if held.key not in st.session_state:  # the editor was away, and forgot what was typed
        held.start = held.now
    return held


def set_own_orders(table: pl.DataFrame) -> None:
    """Start the editor afresh with another table."""
    held = own_orders()
    held.start = held.now = table
    held.key = f"own_orders_{int(held.key.rpartition('_')[2]) + 1}"


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
