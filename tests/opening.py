"""Open scenarios in the dashboard, page by page, and say what is dead: `python tests/opening.py 300` opens so many.

What the command line runs, the dashboard opens: every page draws without an exception and without an error box, every
control shows the scenario's own value with all its digits, and what the dashboard holds afterwards is the scenario that it
was given.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

import jiran
import valid
from jiran import JiranError, Scenario
from jiran.app import links
from jiran.app.labels import LENGTH, TOP, folded
from jiran.app.panel import at as value_at
from jiran.scenario.files import as_data, to_toml

MAIN = str(Path(jiran.__file__).parent / "app" / "main.py")
#: Path of each page; the first is the one that opens.
PAGES = ("neighbourhood", "day", "market", "trades", "homes", "compare", "paper")
#: Pages whose work does not grow with the rules: Compare runs all of them, and takes most of the time.
QUICK = tuple(path for path in PAGES if path != "compare")
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
            app._page_hash = calc_hash(page)
            app.run()
            found += [f"{page}: {error.message} {' '.join(error.stack_trace[-3:])}" for error in app.exception]
            found += [f"{page}: error box: {error.value}" for error in app.error]
            found += [f"{page}: notice: {one.value}" for one in app.warning if ":material/link_off:" in one.icon]
            if app._finished_page_script_hash != calc_hash(page) or not _has_badge(app):
                found.append(f"{page}: is not drawn to its end")
            if app.exception:
                break
        else:
            found += wrong_controls(app, scenario)
    return found


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
    told = [name for name in ("grid.import_price", "grid.export_price") if isinstance(value_at(data, name), tuple)]
    expected = {name for fields in folded().values() for name in fields} | {*LENGTH, *TOP}
    for name in sorted(expected - seen - {*told, "market.fraction"}):
        if name != "solar.pv_kwp" or scenario.homes.data is None:
            yield f"{name} has no control"


def _wrong(kind: str, control: Any, value: Any) -> Iterator[str]:
    """Yield what is wrong with how a control shows a value."""
    shown = control.value
    if control.key.endswith("|list"):
        shown = tuple(float(one) for one in shown.split(",")) if shown else None
        value = value if isinstance(value, tuple) and len(value) <= 1000 else None
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


def drawn(number: int, seed: int) -> Iterator[Scenario]:
    """Yield so many scenarios that the command line runs, ordinary and wild ones in turn."""
    rng = np.random.default_rng(seed)
    while number:
        scenario = (valid.wild, valid.ordinary)[number % 2](rng)
        if runs(scenario):
            number -= 1
            yield scenario


def main_(number: int) -> int:
    """Open all fields at their bounds and so many random scenarios, on all pages, and print the counts."""
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
            print(f"{what}: {fault}", flush=True)
    print(f"opened {len(cases)}, dead {dead}")
    return dead


if __name__ == "__main__":
    sys.exit(main_(int(sys.argv[1])) > 0)
