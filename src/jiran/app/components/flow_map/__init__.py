"""The flow map: homes, community battery and grid, played through the day in the browser.

The day goes to the browser once; playing and hovering then cost the server nothing. What comes back is the step that
the map stands at when it rests, and a click on a home or a block, so that the page can show more about it.

The data, which must be JSON-able and finite (round it to three or four decimals: it is sent as text)::

    currency      "MYR"
    step_minutes  60
    labels        ["Sat 21 Mar 08:00 to 09:00", ...], one a step
    sun           [0..1, ...], one a step, relative brightness
    homes         [{"id": "S1", "kind": "solar" | "ev" | "hybrid" | "normal" | "prosumer" | "consumer"}, ...],
                  1 to 40 entries; of a bigger street some are blocks of homes, with their "count" and the "block" that is
                  sent when one is clicked, and of kind "mixed" if their homes are not alike
    flows         [{"name": "grid_import", "label": "Grid", "colour": "#D55E00",
                  "sign": 1 into the home or -1 out of it, "partner": who is at its other end, "p2p", "battery" or "grid",
                  "" if it stays in the home, "left_out": true if it is energy that nobody had, "kwh": kWh >= 0 as a list of homes, each a list of steps (not of "p2p":
                  that is in trades), "price": currency per kWh, one a step, where the picture shows its money}, ...],
                  as engine/flows.py declares them; what stays in the home has None in place of the steps of homes of which
                  only import and export are known
    taken, given  what came into homes and went out of them, as "kwh"; only if there are such homes
    battery_grid  {"taken": [...], "given": [...]}, kWh that the battery itself took from the grid and gave to it, one a step;
                  only if it ever does
    trades        {"step": [...], "seller": [...], "buyer": [...], "kwh": [...], "amount": [...]},
                  sorted by step; seller and buyer are places in `homes`, the one behind the last is the community battery;
                  amount is in the currency
    so_far        optional: {"kwh": [...], "amount": [...]}, what neighbours traded until the end of each step, summed
                  before it was rounded; without it the rounded trades are summed
    soc           kWh in the battery at the end of each step
    capacity_kwh  a number; 0 draws no battery
    p2p_price     currency per kWh, one a step; None where nothing was traded
    head, foot    optional: what a saved picture says on top, of which run it is, and at its foot, where it comes from
    text          optional: {"demand": "Permintaan", ...}, words to use instead of the English ones,
                  by the keys of TEXT in js/words.js; a flow's is its name, and without a word it is called by its label
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit.errors import StreamlitAPIException

if TYPE_CHECKING:
    from collections.abc import Callable

_HERE = Path(__file__).parent

#: As jiran/pyproject.toml declares it, where Streamlit looks for the folder it serves the script from.
_NAME = "jiran.flow_map"

# The skeleton only: words, homes and legend are put in by the script as text, never as markup, because
# names may come from an upload.
_HTML = """
<section class="fm">
  <header class="fm-head">
    <div class="fm-when"><strong data-el="time"></strong><span data-el="sofar"></span></div>
    <dl class="fm-stats" data-el="stats"></dl>
  </header>
  <div class="fm-stage" data-el="stage">
    <canvas data-el="map" role="img"></canvas>
    <div class="fm-homes" data-el="homes" role="group"></div>
    <div class="fm-tip" data-el="tip" hidden></div>
  </div>
  <div class="fm-ribbon">
    <canvas data-el="ribbon" aria-hidden="true"></canvas>
    <input data-el="scrub" type="range" min="0" step="any">
  </div>
  <div class="fm-controls">
    <button data-el="back" type="button">&lsaquo;</button>
    <button data-el="play" type="button" class="fm-play"></button>
    <button data-el="next" type="button">&rsaquo;</button>
    <select data-el="speed">
      <option value="0.5">0.5&times;</option><option value="1" selected>1&times;</option>
      <option value="2">2&times;</option><option value="4">4&times;</option>
    </select>
    <div class="fm-switch" data-el="modes" role="group">
      <button data-el="energy" type="button"></button><button data-el="money" type="button"></button>
    </div>
    <button data-el="save" type="button" class="fm-save"><svg viewBox="0 0 18 18" width="18" height="18"
      fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"
      aria-hidden="true"><path d="M9 2v9.5M5 8l4 4 4-4M2.5 12.5V16h13v-3.5"/></svg></button>
  </div>
  <div class="fm-legend" data-el="legend"></div>
  <p class="fm-sr" data-el="live" aria-live="polite"></p>
</section>
"""


def _inline() -> str:
    """Return the script as one piece. Its files hold declarations only, so they can stand in any order."""
    script = "\n".join(file.read_text(encoding="utf-8") for file in sorted((_HERE / "js").glob("*.js")))
    return re.sub(r"^(import .*\n|export (?!default))", "", script, flags=re.MULTILINE)


def _component() -> Any:
    """Declare the component, whose script is served once; where that cannot be, it goes with each message."""
    # Small, and here at once: as a file it would arrive after the script had measured the page.
    css = (_HERE / "flow_map.css").read_text(encoding="utf-8")
    try:
        return st.components.v2.component(_NAME, html=_HTML, css=css, js="main.js")
    except StreamlitAPIException:  # jiran is not installed, only on the path: Streamlit has not found its manifest
        return st.components.v2.component(_NAME, html=_HTML, css=css, js=_inline())


_mount = _component()


def flow_map(
    data: dict[str, Any], *, key: str, at: dict[str, Any] | None = None, on_pick: Callable[[Any], None] | None = None
) -> None:
    """Show a day as a moving picture, and say what is picked on it.

    Args:
        data: The day, as described at the top of this module.
        key: Identifies the map on its page; keeps its place in the day over reruns.
        at: What the page looks at: {"turn": number, "step": place in the day, "stay": whether that step was chosen
            or is what the page is about, "halt": whether a map that plays should rest, and tell the page where, "home": id or
            None}. The map follows when the turn is new; otherwise the page only answers what was picked on it.
        on_pick: Called before the rerun with what was picked, one or more of "step": place in the day, "home": id or None, and
            "block": its text or None.
    """

    def picked() -> None:
        value = st.session_state[key].get("pick")
        if on_pick is not None and value is not None:
            on_pick(value)

    _mount(data={"run": data, "key": key, "at": at}, key=key, on_pick_change=picked)
