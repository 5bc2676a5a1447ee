"""What has been worked out: runs, comparisons and cleared books, kept for all viewers while there is room."""

from __future__ import annotations

import gc
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from jiran.app.outcome import clear_book
from jiran.app.pins import label
from jiran.app.runs import Runs, Samples, changed_at, fit_together, home_steps
from jiran.app.state.session import pinned_scenario, scenario, unpin
from jiran.app.stoppable import StoppableBar
from jiran.comparison import Comparison, finished
from jiran.comparison import compare as run_comparison
from jiran.errors import JiranError
from jiran.scenario import MAX_HOME_STEPS, Scenario
from jiran.simulation import simulate

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamlit.delta_generator import DeltaGenerator

    from jiran.app.book import Book
    from jiran.app.outcome import Outcome
    from jiran.result import Result


@st.cache_resource(show_spinner=False)
def prepare() -> None:
    """Put everything that is loaded out of the garbage collector's sight.

    Streamlit runs a full collection after every rerun; walking numba, polars and Streamlit itself each time costs
    ten times as much as a whole page.
    """
    gc.collect()
    gc.freeze()


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
