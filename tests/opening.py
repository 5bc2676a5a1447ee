"""Open scenarios in the dashboard, page by page, and say what is dead: `python tests/opening.py 300` opens so many.

What the command line runs, the dashboard opens: every page draws without an exception and without an error box, every
control shows the scenario's own value with all its digits, and what the dashboard holds afterwards is the scenario that it
was given.
"""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args
from unittest import mock

import numpy as np
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

import jiran
import valid
from jiran import JiranError, Scenario
from jiran.app import links
from jiran.app.areas import AREAS
from jiran.app.labels import settings
from jiran.app.panel import at as value_at
from jiran.app.selection import TABS
from jiran.app.settings import blocks
from jiran.app.sidebar import PATH
from jiran.app.views.data import PARTS
from jiran.scenario import KINDS, validate
from jiran.scenario.files import as_data, to_toml
from jiran.scenario.grid import BY_STEP
from jiran.scenario.homes import HomeGroup
from jiran.scenario.labels import LENGTH
from jiran.scenario.overrides import with_overrides
from pages import as_served

MAIN = str(Path(jiran.__file__).parent / "app" / "main.py")
#: Path of each area, and of each part of one; the first is the one that a link opens.
PAGES = ("street", *(f"street/{tab}" for tab in TABS), "compare", "class", "plan", *(f"data/{part}" for part in PARTS))
#: Pages whose work does not grow with the rules: Compare runs all of them, and takes most of the time.
QUICK = tuple(path for path in PAGES if path != "compare")
#: Small runs: it is the pages that are tried here.
_MOST_HOME_STEPS = 1_500
#: Controls that a test of their own looks at: tables, and the choice of what is shown first.
DRAWN_OTHERWISE = ("homes.groups", "homes.single", "telling")
_CONTROLS = ("slider", "number_input", "selectbox", "text_input", "text_area", "toggle")


def runs(scenario: Scenario) -> bool:
    """Tell whether the command line runs a scenario."""
    try:
        jiran.simulate(scenario)
    except JiranError:
        return False
    return True


def by_link(scenario: Scenario) -> AppTest:
    """Return a viewer who follows a shared link."""
    app = viewer()
    app.query_params.update(links.base_of_data("own", as_data(scenario)).link)
    return app


def viewer(**link: str) -> AppTest:
    """Return a viewer with a link, and the folded part of the panel open; nothing is drawn yet."""
    app = AppTest.from_file(MAIN, default_timeout=300)
    app.query_params.update(link)
    app.session_state["more"] = True
    app._page_hash = calc_hash(PAGES[0])
    return app


def opened(path: str, **link: str) -> AppTest:
    """Open a page of the dashboard as a link does."""
    at = viewer(**link)
    at._page_hash = calc_hash(path)
    at.run()
    assert not at.exception
    return at


def go(app: AppTest, page: str) -> AppTest:
    """Let a viewer go to an area, or to a part or a tab of one, by a link, with the folded part of the panel open; nothing is drawn yet."""
    path, _, part = page.partition("/")
    app.session_state["more"] = True  # an area without a panel folds it
    app._page_hash = calc_hash(path)
    for place in range(len(PATH)):
        app.session_state[f"way {place}"] = True
    if part:
        app.query_params["part" if path == "data" else "tab"] = part
        app.session_state["area"] = ""
    return app


def by_command_line(scenario: Scenario, folder: Path) -> tuple[AppTest, str]:
    """Return a viewer, and the file that ``jiran app`` was called with."""
    path = folder / "own.toml"
    path.write_text(to_toml(scenario), encoding="utf-8")
    return viewer(), str(path)


def faults(app: AppTest, scenario: Scenario, pages: tuple[str, ...] = PAGES, named: str | None = None) -> list[str]:
    """Draw pages for a viewer, and return all that is wrong.

    Args:
        app: A viewer who has not seen anything yet.
        scenario: What the dashboard is to show.
        pages: Paths of the pages to draw.
        named: What the command line names, or None.
    """
    found = []
    with mock.patch.object(sys, "argv", ["main.py", *([] if named is None else [named])]):
        for page in pages:
            go(app, page).run()
            found += [f"{page}: {error.message} {' '.join(error.stack_trace[-3:])}" for error in app.exception]
            found += [f"{page}: error box: {error.value}" for error in app.error]
            found += [f"{page}: notice: {one.value}" for one in app.warning if ":material/link_off:" in one.icon]
            if app._finished_page_script_hash != app._page_hash or (_shows_a_run(page) and not _has_badge(app)):
                found.append(f"{page}: is not drawn to its end")
            if app.exception:
                break
        else:
            if _shows_a_run(pages[-1]):
                found += wrong_controls(app, scenario)
    return found


def _shows_a_run(page: str) -> bool:
    return next(area.runs for area in AREAS if area.path == page.partition("/")[0])


def _has_badge(app: AppTest) -> bool:
    """Tell whether the last line of a page is there: the balance of the run."""
    return any("is accounted for" in caption.value for caption in app.main.caption)


def wrong_controls(app: AppTest, scenario: Scenario) -> Iterator[str]:
    """Yield what the panel shows that is not the scenario's own."""
    held: Scenario = app.session_state["scenario"]
    if _without_empty(held) != _without_empty(scenario):
        yield f"holds another scenario: {held!r} for {scenario!r}"
    data, seen = as_data(held), set()
    for kind in _CONTROLS:
        for control in getattr(app.sidebar, kind):
            _, _, name = (control.key or "").partition("|")
            name = name.partition("|")[0]
            if name and name not in ("preset", "period"):
                seen.add(name)
                yield from _wrong(kind, control, value_at(data, name))
    told = [f"grid.{name}" for name in BY_STEP if isinstance(value_at(data, f"grid.{name}"), tuple)]
    expected = {name for fields in settings().values() for name in fields} | {*LENGTH}
    # A tariff says them itself, and another currency beside it is refused.
    priced = () if scenario.grid.tariff is None else ("currency", "grid.import_price", "grid.export_price")
    for name in sorted(expected - seen - {*told, *priced, *DRAWN_OTHERWISE}):
        if name != "solar.pv_kwp" or scenario.homes.data is None:
            yield f"{name} has no control"


def _wrong(kind: str, control: Any, value: Any) -> Iterator[str]:  # noqa: C901  a branch a kind of text
    """Yield what is wrong with how a control shows a value."""
    shown = control.value
    if control.key.endswith("|list"):
        shown = tuple(float(one) for one in shown.split(",")) if shown else None
        value = value if isinstance(value, tuple) and len(value) <= 1000 else None
    elif control.key.endswith("|start"):
        shown = dt.datetime.fromisoformat(shown)
    elif control.key.endswith("|ev.blocks"):
        shown = tuple(blocks.read(shown))
    elif control.key.endswith("|live.control"):
        shown = tuple(part for part in shown.split(", ") if part)
    elif kind == "text_input" and value is None:
        shown = shown or None
    elif kind in ("text_input", "selectbox") and isinstance(value, int | float):
        shown = float(shown) if isinstance(value, float) else int(shown)
    elif kind == "selectbox" and value is None:
        value = "not set"
    if shown != value:
        yield f"{control.key} shows {shown!r} in place of {value!r}"
    form = getattr(control.proto, "format", "")
    if form not in ("", "%g", "%d") and float(form % value) != value:
        yield f"{control.key} rounds {value!r} to {form % value}"
    if kind == "slider" and not _on_grid(control, value):
        yield f"{control.key} is a slider that cannot stand at {value!r}"


def _on_grid(control: Any, value: float) -> bool:
    place = (value - control.min) / control.step
    return control.min <= value <= control.max and abs(place - round(place)) < 1e-6


def _without_empty(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario's data without groups of no homes, which the panel adds so that homes can be added."""
    data = as_data(scenario)
    groups = [group for group in data["homes"].get("groups", ()) if group["count"]]
    return data | {"homes": data["homes"] | {"groups": groups}}


def odd(rng: np.random.Generator, most_home_steps: int) -> Scenario:
    """Draw an ordinary scenario with what is valid and rarely seen: long numbers, prices by the step, own values."""
    while True:
        data = as_data(valid.ordinary(rng, most_home_steps))
        changes: dict[str, Any] = {
            "seed": int(rng.integers(0, 2**63)),
            "battery.capacity_kwh": rng.random() * 10.0 ** rng.integers(-6, 6),
            "battery.reserve_price": rng.normal(),
            "battery.sell_price": rng.normal(),
            "ev.supply.reserve_price": float(rng.choice([0.0, -1e6, 1e6, 1e-7])),
            "grid.import_price": list(rng.normal(0.3, 0.5, data["steps"])),
            "grid.export_price": list(rng.random(24)),
            "grid.network_charge": rng.random() * 10.0 ** rng.integers(-9, 6),
            "load.low_kw": rng.random() * 0.1,
            "load.high_kw": 1.0 + rng.random(),
            "solar.derate": rng.random(),
            "currency": str(rng.choice(["INR", "₹", "*x*", "[a](b)", "$", "a, b", "{x}"])),
        }
        data |= {"homes": {"groups": [_group(rng) for _ in range(rng.integers(1, 9))]}}
        chosen = rng.choice(list(changes), rng.integers(1, 6), replace=False)
        try:
            return validate(with_overrides(data, {str(name): changes[name] for name in chosen}))
        except JiranError:
            continue


def _group(rng: np.random.Generator) -> dict[str, Any]:
    """Draw a group with some values of its own, of any field but a file's; one home if it does not say how many."""
    group: dict[str, Any] = {
        "kind": str(rng.choice(KINDS)),
        "pv_kwp": rng.random() * 30,
        "load_low_kw": rng.random() / 9,
    }
    group |= {"count": int(rng.integers(0, 5)), "load_high_kw": 2.5, "evening_factor": 10 * rng.random(), "ev_kw": 7.4}
    left_out = rng.choice(["pv_kwp", "load_low_kw", "count", "load_high_kw", "evening_factor", "ev_kw"], 3)
    own = {name: field for name, field in HomeGroup.model_fields.items() if name not in (*group, "tariff", "ev_blocks")}
    for name, field in own.items():
        if rng.random() < 0.2:
            yes_no = bool in get_args(field.annotation)
            group[name] = (
                bool(rng.random() < 0.5) if yes_no else valid.value_of(rng, name, field.annotation, field.metadata)
            )
    return {name: value for name, value in group.items() if name not in left_out}


def drawn(number: int, seed: int) -> Iterator[Scenario]:
    """Yield so many scenarios that the command line runs: wild, ordinary and odd ones in turn."""
    rng = np.random.default_rng(seed)
    while number:
        scenario = (valid.wild, valid.ordinary, odd)[number % 3](rng, _MOST_HOME_STEPS)
        if runs(scenario):
            number -= 1
            yield scenario


def main_(number: int) -> int:
    """Open all fields at their bounds and so many random scenarios, on all pages, and print the counts."""
    as_served()
    dead = 0
    cases = [(f"{name} = {value!r}", scenario) for name, value, scenario in valid.at_bounds() if runs(scenario)]
    cases += [(f"random {place}", scenario) for place, scenario in enumerate(drawn(number, seed=7))]
    for place, (what, scenario) in enumerate(cases):
        if place % 3:
            found = faults(by_link(scenario), scenario)
        else:
            with tempfile.TemporaryDirectory() as folder:
                app, named = by_command_line(scenario, Path(folder))
                found = faults(app, scenario, named=named)
        dead += bool(found)
        for fault in found:
            sys.stdout.write(f"{what}: {fault}\n")
    sys.stdout.write(f"opened {len(cases)}, dead {dead}\n")
    return dead


if __name__ == "__main__":
    sys.exit(main_(int(sys.argv[1])) > 0)
