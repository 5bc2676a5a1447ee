"""What has been worked out: runs, comparisons and cleared books, kept for all viewers while there is room."""

from __future__ import annotations

import gc
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st

from jiran.app.memory import Kept
from jiran.app.paper_check import Check, check_seeds
from jiran.app.pins import label
from jiran.app.runs import (
    KEPT_COMPARISONS,
    KEPT_OUTCOMES,
    KEPT_PLANS,
    KEPT_RESULTS,
    Samples,
    changed_at,
    is_large,
    need_of_comparison,
    need_of_run,
    refuse_too_large,
)
from jiran.app.showing import plain
from jiran.app.state.session import base, pinned_scenario, scenario, unpin
from jiran.app.watched import NotRunError, watched
from jiran.errors import JiranError
from jiran.explain.step.outcome import clear_book
from jiran.judge.comparison import Comparison, finished
from jiran.judge.comparison import compare as run_comparison
from jiran.market import find
from jiran.plan import Found, Planned, Ranges, plan, ranges, tries
from jiran.plan.tries import STEPS
from jiran.scenario.files import asked, load_scenario
from jiran.simulation.estimate import Need, of_clearing
from jiran.simulation.run import simulate
from jiran.words import counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamlit.delta_generator import DeltaGenerator

    from jiran.explain.step.book import Book
    from jiran.explain.step.outcome import Outcome
    from jiran.plan.stages import Stages
    from jiran.result.result import Result
    from jiran.scenario import Scenario

T = TypeVar("T")

#: What nobody need be asked about.
_LITTLE = Need(0.0, 0.0)
#: Two yields, and some sixty prices, are run to look into a plan.
_RUNS_OF_A_LOOK = 65


@st.cache_resource(show_spinner=False)
def prepare() -> None:
    """Put everything that is loaded out of the garbage collector's sight.

    Streamlit runs a full collection after every rerun; walking numba, polars and Streamlit itself each time costs
    ten times as much as a whole page.
    """
    gc.collect()
    gc.freeze()


@st.cache_resource(show_spinner=False)
def _results() -> Kept[Result]:
    return Kept(KEPT_RESULTS)


@st.cache_resource(show_spinner=False)
def _comparisons() -> Kept[Comparison]:
    return Kept(KEPT_COMPARISONS)


@st.cache_resource(show_spinner=False)
def _outcomes() -> Kept[Outcome]:
    return Kept(KEPT_OUTCOMES)


@st.cache_resource(show_spinner=False)
def _stages() -> Kept[Stages]:
    return Kept(KEPT_PLANS)


@st.cache_resource(show_spinner=False)
def _looks() -> Kept[tuple[Ranges, tuple[Found, ...]]]:
    return Kept(KEPT_PLANS)


def run(wanted: Scenario) -> Result:
    """Return the run of a scenario, from memory or by simulating it with a progress bar.

    Raises:
        JiranError: The scenario cannot be run.
        NotRunError: It is large and was not asked for yet, or it was stopped.
    """
    st.session_state.result = found = _finished(wanted, st.empty)
    return found


def let_go() -> None:
    """Forget the run that the pages showed: what no viewer looks at is kept only while there is room."""
    st.session_state.pop("result", None)


def result() -> Result:
    """Return the run that the pages show."""
    current: Result | None = st.session_state.get("result")
    return _finished(scenario(), st.empty) if current is None else current


def _finished(wanted: Scenario, place: Callable[[], DeltaGenerator]) -> Result:
    """Return the run of a scenario; a progress bar stands where `place` makes room while it is simulated."""
    key = _key_of(wanted)
    found = _results().get(key)
    if found is None:
        need, what = need_of_run(wanted), f"This run of {counted(wanted.steps, 'step')}"
        _go_ahead(key, need, what, _command("run", wanted))
        bar = place()
        if _results().is_empty:
            bar.progress(0.0, "Getting ready. The very first start compiles the simulation: about ten seconds.")
        found = watched(
            partial(_simulated, wanted),
            bar,
            key="stop run",
            words=f"Simulating {counted(wanted.steps, 'step')}",
            stop=partial(_stop, key),
            large=is_large(need),
        )
        _results().put(key, found)
    if found.scenario.plan != wanted.plan:  # which no run reads
        found = replace(found, scenario=wanted)
        _results().put(key, found)
    return found


def _simulated(wanted: Scenario, tell: Callable[[float], None]) -> Result:
    return simulate(wanted, progress=tell)


def _key_of(wanted: Scenario) -> str:
    return f"{wanted.model_dump_json(exclude={'plan'})} {changed_at(wanted)}"


def planned() -> Planned:
    """Return the plan of the run that the pages show.

    Raises:
        JiranError: It cannot be planned with.
    """
    shown = result()
    key = _key_of(shown.scenario)
    found = plan(shown, _stages().get(key))
    _stages().put(key, found.stages)
    return found


def looked_into(found: Planned) -> tuple[Ranges, tuple[Found, ...]]:
    """Return how far the figures of a plan may be off, and the prices at which nobody loses, from memory or by runs of their own.

    Raises:
        JiranError: It cannot be done.
        NotRunError: It is large and was not asked for yet, or it was stopped.
    """
    scenario = found.result.scenario
    key = f"plan {scenario.model_dump_json()} {changed_at(scenario)}"

    def look() -> tuple[Ranges, tuple[Found, ...]]:
        once, words = need_of_run(scenario), "Trying prices and yields"
        need, work = Need(once.memory, once.seconds * _RUNS_OF_A_LOOK), partial(_looked_into, found)
        return worked_out(key, words, words, work, need, _command("plan", scenario))

    return _looks().get_or_make(key, look)


def _looked_into(found: Planned, tell: Callable[[float], None]) -> tuple[Ranges, tuple[Found, ...]]:
    moved = ranges(found, lambda done: tell(0.1 * done))
    return moved, tries(found, STEPS, lambda done: tell(0.1 + 0.9 * done))


def _command(verb: str, wanted: Scenario) -> str:
    """Return what does the same on the command line."""
    named = base().link.get("preset", "SCENARIO.toml")
    return f"jiran {verb} {named} --set steps={wanted.steps}" if named != "SCENARIO.toml" else f"jiran {verb} {named}"


def _go_ahead(key: str, need: Need, what: str, command: str) -> None:
    """Return if something may be run now: it is small, or the viewer has asked for it and has not stopped it.

    Raises:
        JiranError: It is too large for the dashboard.
        NotRunError: The viewer is asked first.
    """
    refuse_too_large(need, what[0].lower() + what[1:], command)
    agreed: set[str] = st.session_state.setdefault("agreed", set())
    stopped = st.session_state.get("stopped") == key
    if not stopped and (key in agreed or not is_large(need)):
        return
    if stopped:
        st.info(f"{plain(what)} was stopped. Change something, or let it start again.", icon=":material/pause_circle:")
    else:
        st.info(plain(f"{what} needs {need}."), icon=":material/hourglass:")
    words = "Start again" if stopped else "Run it anyway"
    st.button(words, on_click=_agree, args=(key,), icon=":material/play_arrow:", key=f"agree {hash(key)}")
    raise NotRunError


def _agree(key: str) -> None:
    st.session_state.agreed.add(key)
    go_on()


@st.cache_resource(show_spinner=False, max_entries=4)
def _samples(changed: int) -> Samples:  # noqa: ARG001  samples of files that were changed since are of no use
    return Samples()


def compare(name: str, cases: dict[str, Scenario], seeds: int) -> Comparison:
    """Return a comparison from memory, or run it with a progress bar and a button that stops it.

    One that was stopped has only the seeds that were done; `go_on` lets it go on.

    Args:
        name: What it is for.
        cases: Scenarios by name.
        seeds: How many seeds.

    Raises:
        JiranError: None of the cases can be run.
        NotRunError: It is large and was not asked for yet, or it was stopped before anything was done.
    """
    changed = max(map(changed_at, cases.values()))
    key = f"{seeds} {changed} {[(case, wanted.model_dump_json()) for case, wanted in cases.items()]}"
    found = _comparisons().get(key)
    if found is not None:
        return found
    samples = _samples(changed)
    if st.session_state.get("stopped") == key:
        first = next(iter(cases.values())).seed
        try:
            return finished(cases, tuple(range(first, first + seeds)), samples)
        except JiranError:  # before the first seed was done
            pass
    first_case = next(iter(cases.values()))
    need = need_of_comparison(cases.values(), seeds)
    what = f"This comparison of {counted(len(cases), 'case')} with {counted(seeds, 'seed')}"
    _go_ahead(key, need, what, _command("compare", first_case))
    samples.make_room()
    found = watched(
        partial(_compared, cases, seeds, samples),
        st.empty(),
        key=f"stop {name}",
        words="Comparing",
        stop=partial(_stop, key),
        large=is_large(need),
    )
    _comparisons().put(key, found)
    return found


def _compared(cases: dict[str, Scenario], seeds: int, samples: Samples, tell: Callable[[float], None]) -> Comparison:
    return run_comparison(cases, seeds=seeds, samples=samples, progress=tell)


@st.cache_data(show_spinner=False)
def answer(preset: str) -> str | None:
    """Return the answer to the question of a preset, in a line; None if there is none."""
    from jiran.explain.answer import answer as of_run  # noqa: PLC0415  only Start needs it

    question = asked(preset)
    instead = None if question is None else simulate(load_scenario(preset, question.changes))
    said = of_run(simulate(load_scenario(preset)), instead, question)
    return None if said is None else str(said)


def go_on() -> None:
    """Let what was stopped go on."""
    st.session_state.stopped = None


def _stop(key: str) -> None:
    st.session_state.stopped = key


def pinned() -> Result | None:
    """Return the run of A; None if nothing is pinned, A is what is shown, or it is too large to be run beside it.

    An A that cannot be run, as a link may ask for, is forgotten with a notice.
    """
    wanted, shown = pinned_scenario(), result().scenario
    if wanted is None or wanted == shown:
        return None
    try:
        return None if _too_large_beside(wanted) else _finished(wanted, st.sidebar.empty)
    except NotRunError:
        return None
    except JiranError as error:
        unpin()
        st.session_state.notice = f"A is no longer pinned, because it cannot be run. {error}"
        return None


def _too_large_beside(wanted: Scenario) -> bool:
    """Tell whether A is not drawn: it is large and would be run anew, pushing out what is shown, at every change."""
    return _key_of(wanted) not in _results() and is_large(need_of_run(wanted))


def pinned_words() -> str | None:
    """Say in a line how the current scenario differs from A: "" if it does not, None if nothing is pinned."""
    wanted = pinned_scenario()
    if wanted is None or wanted == scenario():
        return None if wanted is None else ""
    try:
        if _too_large_beside(wanted):
            return f"A needs {need_of_run(wanted)}, too much to be run beside what is shown, so it is not drawn"
    except JiranError as error:
        return str(error)
    return label(wanted, scenario())


def cleared(book: Book, rule: str, parameters: dict[str, Any], seed: int) -> Outcome:
    """Clear an order book, from memory if it was cleared before: some rules take a while.

    Raises:
        JiranError: The rule cannot clear it.
        NotRunError: It takes long and was not asked for yet, or it was stopped.
    """
    orders = (book.names, book.net_kwh.tobytes(), book.limit_price.tobytes(), book.import_price, book.export_price)
    key = repr((orders, book.network_charge, book.currency, rule, sorted(parameters.items()), seed))

    def clearing() -> Outcome:
        need = of_clearing(find(rule), parameters, len(book.names))
        work = partial(_cleared, book, rule, parameters, seed)
        command = "jiran.clear of the Python interface"
        return worked_out(key, f"This clearing by {rule}", "Clearing the market", work, need, command)

    return _outcomes().get_or_make(key, clearing)


def _cleared(book: Book, rule: str, parameters: dict[str, Any], seed: int, tell: Callable[[float], None]) -> Outcome:
    return clear_book(book, rule, parameters, seed, tell)


def paper_checked(seeds: int) -> Check:
    """Return the paper's day with many seeds, with a bar and a button that stops it; seeds that are done are kept.

    Raises:
        NotRunError: It was stopped.
    """
    work = partial(check_seeds, seeds)
    return worked_out(
        f"paper {seeds}", f"The check of {counted(seeds, 'seed')}", f"Running {counted(seeds, 'seed')}", work
    )


def worked_out(
    key: str,
    what: str,
    words: str,
    work: Callable[[Callable[[float], None]], T],
    need: Need = _LITTLE,
    command: str = "",
) -> T:
    """Do work with a bar and a button that stops it; what is large is asked for first.

    Args:
        key: Tells it from other work: what was stopped waits until its viewer lets it start again.
        what: What was stopped, as "This lesson".
        words: What is done, as "Running the lesson".
        work: Told what to call with the share that is done, 0..1, which raises when it is to end.
        need: What it needs; default: what is never large.
        command: What does the same outside of the dashboard, for what is too large for it.

    Raises:
        JiranError: It is too large for the dashboard.
        NotRunError: It is large and was not asked for yet, or it was stopped.
    """
    _go_ahead(key, need, what, command)
    stop = partial(_stop, key)
    return watched(work, st.empty(), key=f"stop {what}", words=words, stop=stop, large=is_large(need))
