"""The panel on the left: scenario, own data, the values on which the question turns, the run's length, all settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from jiran.app import length, links, settings, share, state, upload
from jiran.app.labels import TELLING, by_labels, in_words
from jiran.app.panel import Panel
from jiran.app.settings.one import draw
from jiran.app.showing import plain
from jiran.errors import JiranError, ScenarioError
from jiran.scenario.files import presets

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator


#: The way to a plan: what is chosen first, and what hangs on it.
PATH = {
    "1 Place": (
        "solar.model", "solar.place", "solar.latitude", "solar.longitude", "solar.clearness", "time_zone", "grid.region",
        "grid.co2_kg_per_kwh",
    ),
    "2 Homes": ("homes.groups", "load.model", "load.preset", "load.annual_kwh"),
    "3 Tariff": (
        "grid.tariff", "currency", "grid.import_price", "grid.export_price", "grid.sharing", "grid.network_charge",
        "market.mechanism", "market.fraction",
    ),
    "4 PV, battery, cars": ("solar.pv_kwp", "battery.capacity_kwh", "ev.kw"),
    "5 Costs": (
        "plan.pv_cost", "plan.battery_cost", "plan.upkeep", "plan.years", "plan.discount_rate", "plan.loan_share",
        "plan.export_years", "plan.member_fee",
    ),
}  # fmt: skip


def show(*, way: bool = False) -> None:
    """Draw the panel, and make what it says the current scenario.

    Args:
        way: Whether the way to a plan takes the place of the values on which the question turns.
    """
    try:
        panel = Panel("plan" if way else "")
    except JiranError as error:  # a file that the scenario needs is gone
        st.error(plain(str(error)), icon=":material/error:")
        return
    _presets(panel)
    own = st.expander("Your own data", icon=":material/upload_file:", on_change="rerun", key="own data")
    if own.open:
        with own:
            upload.show()
    back, pin = st.container(horizontal=True, gap="xxsmall", key="back"), st.container()
    length.show(panel)  # first: prices by the step go along into another resolution
    if way:
        _way(panel)
    else:
        for name in panel.current["telling"] or TELLING:
            draw(panel, name)
    # Widgets cost time at every change, and most viewers never open these: they are drawn only when they are seen.
    more = st.expander("All settings", icon=":material/tune:", on_change="rerun", key="more")
    if more.open:
        with more:
            settings.show(panel)
    upload.show_offer()
    panel.keep_what_has_no_control()
    _keep(panel)
    with back:  # only now is it known what there is to take back
        _back(panel)
    with pin:
        _pin()


def _way(panel: Panel) -> None:
    """Draw the steps to a plan, of which the costs are open: the others are folded, and drawn when they are opened."""
    for place, (heading, names) in enumerate(PATH.items()):
        step = st.expander(heading, expanded=place == len(PATH) - 1, on_change="rerun", key=f"way {place}")
        if step.open:
            with step:
                for name in names:
                    if name == "homes.groups" and "data" in panel.current["homes"]:
                        st.caption(plain(f"{panel.base.label} says which homes there are: “Your own data” changes it."))
                    elif not panel.of_other_homes(name):
                        draw(panel, name)


def _back(panel: Panel) -> None:
    """Draw what takes changes back, and what passes the scenario on."""
    st.button(
        "Undo", on_click=state.undo, disabled=not state.can_undo(), icon=":material/undo:", type="tertiary", key="undo"
    )
    st.button(
        "Redo", on_click=state.redo, disabled=not state.can_redo(), icon=":material/redo:", type="tertiary", key="redo"
    )
    st.button(
        "Reset all", on_click=state.set_base, args=(panel.base,), disabled=not panel.wanted, icon=":material/restart_alt:",
        type="tertiary", key="reset",
    )  # fmt: skip
    share.show()


def _keep(panel: Panel) -> None:
    """Make what the panel says current, or say at its control what is not allowed."""
    try:
        state.keep(panel.wanted)
    except ScenarioError as error:
        # A control that is folded away is told with its heading; one that is seen has its own name beside it.
        said = plain(in_words(error, panel.current))
        if error.field in panel.places:
            said = f"{panel.labels[error.field]}: {plain(by_labels(error.allowed, error.field))}"
        _place(panel, error.field).error(said, icon=":material/error:")
    except JiranError as error:
        st.error(plain(str(error)), icon=":material/error:")
    else:
        if panel.restart:
            state.restart_controls()
        if panel.redraw or panel.restart:
            st.rerun()


def _place(panel: Panel, field: str) -> DeltaGenerator:
    """Return the place of what is wrong with a field: its control, else the first one of its table that is drawn."""
    near = [name for name in panel.places if name == field or name.startswith(f"{field}.")]
    return panel.places[near[0]] if near else st.container()


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


def _presets(panel: Panel) -> None:
    names = list(presets())
    label = panel.base.label
    options = names if label in names else [label, *names]
    chosen = st.selectbox("Scenario", options, index=options.index(label), key=panel.key("preset"))
    if chosen != label:
        state.set_base(links.base_of_preset(chosen))
        st.rerun()
    about = " ".join(filter(None, (panel.data["question"], panel.data["description"])))
    st.caption(plain(f"Before your changes: {about}" if about and panel.given else about))
