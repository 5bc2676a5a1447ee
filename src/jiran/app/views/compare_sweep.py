"""Vary this: one value of the scenario or two, with a few seeds; and what a sweep of the command line has found."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from jiran.app import state
from jiran.app.charts.compare import spec
from jiran.app.drawing import draw
from jiran.app.labels import in_words, named
from jiran.app.showing import file_name, markdown_of, plain
from jiran.errors import JiranError
from jiran.judge.sweep.answers import answer
from jiran.report.sweep import page, pictures, say
from jiran.report.sweep.page import cells
from jiran.report.sweep.say import name_of
from jiran.result.figures import KPIS
from jiran.scenario import validate
from jiran.scenario.files import as_data
from jiran.scenario.overrides import with_overrides
from jiran.scenario.silent import silent
from jiran.words import typed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from jiran.judge.sweep.answers import Answers
    from jiran.report.picture import Picture
    from jiran.scenario import Scenario

#: What is offered first where a value stands: these parts of it.
_PARTS = (0.5, 0.75, 1.0, 1.25, 1.5)
#: What is offered where nothing stands.
_FROM_NOTHING = (0, 5, 10, 20)
#: What is looked at first, of how many seeds.
_FIGURE, _SEEDS, _MOST_SEEDS = "saving", 5, 100
_OWN, _FOLDER = "Vary this scenario", "Open a folder of `jiran sweep`"


def show(scenario: Scenario) -> None:
    """Draw this part of the page, once it is opened."""
    st.subheader("Vary this", anchor="vary")
    linked = state.opened_at_arrival("vary") is not None
    more = st.expander(
        "One value, or two, over a range",
        linked,
        on_change="rerun",
        key=f"vary this|{state.arrival()}",
        icon=":material/tune:",
    )
    for key in ("vary", "figure", "draws"):
        state.look_at(key, None)
    if more.open:
        with more:
            _inside(scenario)
    state.show_address()


def _inside(scenario: Scenario) -> None:
    source = st.segmented_control(
        "What is looked at", [_OWN, _FOLDER], default=_OWN, required=True, key="sweep source",
        label_visibility="collapsed", persist_state="session",
    )  # fmt: skip
    asked = state.opened_at_arrival("figure")
    figure = st.selectbox(
        "Figure", list(KPIS), list(KPIS).index(asked if asked in KPIS else _FIGURE), format_func=lambda name: KPIS[name].label,
        key=f"sweep figure|{state.arrival()}", persist_state="session", width=360,
    )  # fmt: skip
    state.look_at("figure", None if figure == _FIGURE else figure)
    _draw(_own(scenario, figure) if source == _OWN else _folder(figure), source)


def _own(scenario: Scenario, figure: str) -> Callable[[], Answers] | None:
    """Let the viewer choose what is varied; return what works it out, or None as long as nothing is chosen."""
    data = as_data(scenario)
    quiet = silent(scenario)
    fields = {key: value for key, value in _numbers(data) if key not in quiet}
    words = {key: ", ".join(filter(None, named(key, data))) for key in fields}
    linked = _linked(fields)
    first_of = [*linked] or ["market.fraction"]
    vary = {}
    for place, label in enumerate(("Vary", "and")):
        left, right = st.columns(2)
        options = [key for key in fields if key not in vary]
        first = next((options.index(one) for one in first_of[place : place + 1] if one in options), None)
        key = left.selectbox(
            label, options, first, format_func=words.__getitem__, key=f"vary {place}|{state.arrival()}",
            placeholder="Choose a value", persist_state="session",
        )  # fmt: skip
        if key is None:
            break
        vary[key] = right.text_input(
            "Values", linked.get(key) or _offered(key, fields[key], data), key=f"vary {key}|{state.arrival()}", persist_state="session",
            help="As 0.5:0.9:0.1, which includes 0.9, or with commas.",
        )  # fmt: skip
    said = state.opened_at_arrival("draws") or ""
    begin = int(said) if re.fullmatch("[1-9][0-9]{0,2}", said) and int(said) <= _MOST_SEEDS else _SEEDS
    seeds = st.number_input(
        "Seeds", 1, _MOST_SEEDS, begin, key=f"sweep seeds|{state.arrival()}", persist_state="session", width=180
    )
    state.look_at("vary", ";".join(f"{key}={values}" for key, values in vary.items()))
    state.look_at("draws", None if seeds == _SEEDS else str(seeds))
    if not vary:
        return None

    def work_out() -> Answers:
        planned, table = state.swept(scenario, vary, int(seeds))
        return answer(table.lazy(), planned.asked, planned.many, figure)

    return work_out


def _linked(fields: dict[str, float]) -> dict[str, str]:
    """Return what the link that the viewer came by varies: dotted name -> values, as they are typed."""
    parts = (part.partition("=") for part in (state.opened_at_arrival("vary") or "").split(";"))
    return dict([(key, values) for key, _, values in parts if key in fields][:2])


def _numbers(data: dict[str, Any], before: str = "") -> Iterator[tuple[str, float]]:
    """Yield the fields that hold a number, but the seed and those of single homes, by dotted name."""
    for name, value in data.items():
        if isinstance(value, dict):
            yield from _numbers(value, f"{before}{name}.")
        elif isinstance(value, int | float) and not isinstance(value, bool) and f"{before}{name}" != "seed":
            yield f"{before}{name}", value


def _offered(key: str, value: float, data: dict[str, Any]) -> str:
    """Return the values that are offered for a field: some around its own, or around what one would take for nothing."""
    whole = isinstance(value, int)
    near = [round(value * part) if whole else value * part for part in _PARTS] if value else _FROM_NOTHING
    return ",".join(dict.fromkeys(typed(one) for one in near if _is_allowed(key, one, data)))


def _is_allowed(key: str, value: float, data: dict[str, Any]) -> bool:
    try:
        validate(with_overrides(data, {key: value}))
    except JiranError:
        return False
    return True


def _folder(figure: str) -> Callable[[], Answers] | None:
    """Let the viewer name a folder."""
    name = st.text_input(
        "Folder", key="sweep folder", persist_state="session", placeholder="/home/me/out", width=480,
        help="What stands behind -o of `jiran sweep`; it may still be running.",
    ).strip()  # fmt: skip
    return (lambda: state.swept_in(Path(name).expanduser(), figure)) if name else None


def _draw(work_out: Callable[[], Answers] | None, source: str) -> None:
    """Draw what was found, or say why there is nothing."""
    if work_out is None:
        return
    try:
        found = work_out()
    except state.NotRunError:  # the page has said why
        return
    except JiranError as error:
        st.error(plain(in_words(error, {})), icon=":material/error:")
        return
    st.markdown("\n".join(f"- {markdown_of(str(one))}" for one in say(found)))
    for keys, table in found.tables.items():
        names = [name_of(key, found.currency) for key in keys]
        st.markdown(f"**{plain(' and '.join(names) or 'All seeds')}**")
        _picture(pictures.course(found, keys[0]) if len(keys) == 1 else None)
        head, rows = cells(found, table)
        st.dataframe(
            [dict(zip(head, row, strict=True)) for row in rows], hide_index=True, key=f"sweep table {source} {keys}",
            alt=f"Table of {KPIS[found.figure].label} by {' and '.join(names) or 'seeds'}.",
        )  # fmt: skip
    _picture(pictures.weights(found))
    _picture(pictures.frontier(found))
    st.download_button(
        "Sweep, web page", lambda: page(found).encode(), f"{file_name('jiran-sweep')}.html", "text/html",
        key="sweep_html", icon=":material/article:", on_click="ignore",
        help="One file with sentences, tables and pictures, to mail or to print.",
    )  # fmt: skip


def _picture(picture: Picture | None) -> None:
    if picture is not None:
        draw(spec(picture), key=f"chart {picture.name}", alt=picture.alt, height=int(picture.height))
