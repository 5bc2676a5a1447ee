"""Compare: what a change does, A against B; which market rule is best for whom, and why; and what a range of values does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from jiran.app import rule_tables, state
from jiran.app.charts.compare import spec
from jiran.app.drawing import draw
from jiran.app.showing import file_name, markdown_of, plain
from jiran.app.views import compare_controllers, compare_pair, compare_strategies, compare_sweep
from jiran.app.views.compare_parts import compared, files
from jiran.bids import find as find_strategy
from jiran.bids import strategies
from jiran.judge.comparison import SEEDS, by_rule
from jiran.judge.spread import range_of
from jiran.market import find, mechanisms
from jiran.market.base import BASELINE
from jiran.report import answer, pictures
from jiran.report.figures import ranked
from jiran.report.points import ACROSS, UP, gains, lines, spots, upward
from jiran.report.reasons import GAIN, reason
from jiran.scenario import Bids, Scenario
from jiran.words import KIND_NAMES, counted

if TYPE_CHECKING:
    from jiran.judge.comparison import Comparison
    from jiran.report.picture import Picture

#: Widths of the columns that are not the figures' own, pixels.
_RULE_WIDTH = 186
#: All rules, as a link says it.
_ALL = "all"


def show() -> None:
    """Draw the page."""
    scenario = state.result().scenario
    seeds = SEEDS if _bands() else 1
    compare_pair.show(scenario, seeds)
    _rules(scenario, seeds)
    compare_strategies.show(scenario, seeds)
    compare_controllers.show(scenario)
    compare_sweep.show(scenario)


def _rules(scenario: Scenario, seeds: int) -> None:
    """Draw market rules side by side."""
    st.subheader("Market rules side by side", anchor="side")
    top = st.container()
    rules, strategy = _choose(scenario)
    bidding = scenario if strategy == scenario.bids.strategy else _with_strategy(scenario, strategy)
    if not rules:
        st.info("Choose at least one market rule.", icon=":material/info:")
        return
    comparison = compared("rules", by_rule(bidding, rules), seeds)
    if comparison is not None:
        with top:
            _answer(comparison)
        _notes(comparison)
        _table(comparison)
        _reasons(comparison)
        _scatter(comparison)
        _gains(comparison)
        _prices(comparison)
        files(comparison, "rules", file_name(f"jiran-compare-{scenario.name}"), "All rules")


def _bands() -> bool:
    """Draw what lets chance show: many seeds in place of one, in both comparisons."""
    bands = st.toggle(
        f"Bands over {SEEDS} seeds",
        state.opened_at_arrival("bands") is not None,
        key=f"bands|{state.arrival()}",
        persist_state="session",
        help=f"Run everything {SEEDS} times with other draws of load, clouds, EVs and bids: figures become means, with the "
        "range that holds 9 of 10 draws.",
    )
    state.look_at("bands", "1" if bands else None)
    return bands


def _with_strategy(scenario: Scenario, strategy: str) -> Scenario:
    return scenario.model_copy(update={"bids": Bids(strategy=strategy)})


def _choose(scenario: Scenario) -> tuple[list[str], str]:
    """Draw what can be chosen: return rules and bidding strategy."""
    own = scenario.market.mechanism
    options = [name for name in mechanisms() if name != BASELINE]
    if own != BASELINE and own not in options:
        options.append(own)
    telling = [name for name in options if find(name).telling or name == own]
    said = state.opened_at_arrival("rules")
    linked = (
        telling if said is None else options if said == _ALL else [one for one in options if one in said.split(",")]
    )
    chosen = _pills("Market rules", telling, [name for name in telling if name in linked], f"rules|{own}")
    others = [name for name in options if name not in telling]
    also = [name for name in others if name in linked and said != _ALL]
    more = st.expander(
        f"{len(others)} more rules", bool(also), icon=":material/more_horiz:", key=f"more rules|{state.arrival()}"
    )
    with more:
        every = st.toggle(
            f"All {len(options)} rules", said == _ALL, key=f"every rule|{state.arrival()}", persist_state="session"
        )
        chosen += _pills("More market rules", others, also, f"more rules|{own}")
    state.look_at("rules", _ALL if every else None if set(chosen) == set(telling) else ",".join(chosen) or "none")
    names = list(strategies())
    now = scenario.bids.strategy
    names = names if now in names else [now, *names]
    asked = state.opened_at_arrival("strategy")
    strategy = st.selectbox(
        "How homes bid",
        names,
        index=names.index(asked if asked in names else now),
        format_func=lambda name: find_strategy(name).name,
        key=f"strategy|{now}|{state.arrival()}",
        persist_state="session",
        width=360,
        help="What a home bids matters to auctions and to all rules that heed what a kWh is worth to each home.",
    )
    state.look_at("strategy", None if strategy == now else strategy)
    _about_bids(strategy, own=scenario.grid.tariff is not None or scenario.stores_bid)
    return options if every else chosen, strategy


def _pills(label: str, rules: list[str], default: list[str], key: str) -> list[str]:
    """Draw rules to choose from, by their plain names and behind them, small, what commands and files call them."""
    return st.pills(
        label, rules, selection_mode="multi", default=default, format_func=_plainly, key=f"{key}|{state.arrival()}",
        persist_state="session",
    )  # fmt: skip


def _plainly(rule: str) -> str:
    """Return how a rule is called in plain words, and its name."""
    found = find(rule)
    name = f":small[{plain(found.name)}]"
    return f"{plain(found.plain_name)} · {name}" if found.plain_name else name


def _about_bids(strategy: str, *, own: bool) -> None:
    """Say in a line what the bidding strategy does; under a tariff, or with batteries that bid, homes have values of their own anyway."""
    chosen = find_strategy(strategy)
    about = f"**{plain(chosen.name)}**: {plain(chosen.description)}"
    if chosen.at_tariff and not own:
        about += " So all homes look alike to auctions. Choose **truthful** under “How homes bid” to give each home a value of its own."
    st.caption(about)


def _answer(comparison: Comparison) -> None:
    """Say which rule is best for whom, and why."""
    first, *rest = answer(comparison)
    st.markdown(f"##### {markdown_of(first)}")
    st.markdown("\n".join(f"- {markdown_of(sentence)}" for sentence in rest))


def _notes(comparison: Comparison) -> None:
    """Say what was left out."""
    for fault in comparison.faults:
        st.warning(f"Left out: {plain(fault)}.", icon=":material/warning:")


def _table(comparison: Comparison) -> None:
    """Draw the telling figures of each rule, and the others folded away."""
    st.markdown("**The rules, best first**")
    banded = len(comparison.seeds) > 1
    bands = (
        f" Means of {len(comparison.seeds)} seeds; in brackets {range_of(len(comparison.seeds), 'seeds')}."
        if banded
        else ""
    )
    st.caption(
        "First what is reached, then what the home saves that gains least. Green: the best. Orange: somebody pays more, or money "
        f"stays with the market or is missing. Amounts in {plain(comparison.currency)}, prices per kWh; point at a heading to read "
        f"more.{bands}"
    )
    st.dataframe(
        rule_tables.rules(comparison),
        hide_index=True,
        height=38 + 35 * len(comparison.cases),
        column_config=rule_tables.column_config(comparison, "Rule", _RULE_WIDTH),
        placeholder="–",
        key=f"rules_table|{banded}",
        alt=f"Table of {counted(len(comparison.cases), 'market rule')}, best first.",
    )
    more = st.expander("More figures", on_change="rerun", key="more figures")
    if more.open:
        with more:
            st.caption("Figures that are the same under all rules are left out.")
            st.dataframe(
                rule_tables.rest(comparison), hide_index=True, placeholder="–", key="rest_table", alt="Table of more figures.",
            )  # fmt: skip


def _reasons(comparison: Comparison) -> None:
    """Say of each rule what it does, and what follows from it here."""
    st.subheader("What each rule does, and why it turns out so", anchor="why")
    st.caption(GAIN)
    with st.grid(2, min_column_width=320, gap="small"):
        for case in ranked(comparison):
            about = find(comparison.cases[case].market.mechanism).description
            st.markdown(f"**{plain(case)}**: {plain(about)} :gray[{markdown_of(reason(comparison, case))}]")


@st.fragment
def _scatter(comparison: Comparison) -> None:
    """Draw how much each rule reaches against how evenly it shares."""
    st.subheader("How much, and how evenly", anchor="even")
    left, right, _ = st.columns([2, 2, 1])
    known = [figure for figure in ACROSS if spots(comparison, figure, figure)[0]]
    if not known:
        st.caption("Nothing can be gained here, so no rule is better than another.")
        return
    with left:
        across = st.selectbox("Across", known, format_func=ACROSS.__getitem__, key="across", persist_state="session")
    with right:
        names = {figure: text.replace("money", comparison.currency) for figure, text in UP.items()}
        first = list(UP).index(upward(comparison))
        up = st.selectbox(
            "Up", list(UP), first, format_func=names.__getitem__, key=f"up|{first}", persist_state="session"
        )
    _, without = spots(comparison, across, up)
    rest = f" Not drawn, for one of the two figures is not defined: {plain(', '.join(without))}." if without else ""
    fairer = "better for the home that gains least" if up == "home_saving_worst" else "fairer"
    st.caption(f"Further right is better for all together, further up is {fairer}.{rest}")
    _draw(pictures.scatter(comparison, across, up), "scatter")


def _draw(picture: Picture | None, key: str) -> None:
    """Draw a picture, if there is anything to see on it."""
    if picture is not None:
        draw(spec(picture), key=key, alt=picture.alt, height=int(picture.height))


def _gains(comparison: Comparison) -> None:
    """Draw what a home of each kind saves under each rule."""
    st.subheader("Who gains", anchor="gains")
    st.caption(pictures.about_gains(comparison))
    with st.grid(2, min_column_width=320):
        for kind in gains(comparison):
            with st.container():
                homes = next(iter(comparison.samples.values()))[0].kinds.count(kind)
                st.markdown(f"**{KIND_NAMES[kind]}**, {counted(homes, 'home')}")
                _draw(pictures.gain(comparison, kind), f"gain {kind}")


@st.fragment
def _prices(comparison: Comparison) -> None:
    """Draw prices through the day under each rule."""
    st.subheader("The price through the day", anchor="prices")
    side = st.segmented_control(
        "Price", list(pictures.SIDES), default="buyer_price", required=True, format_func=pictures.SIDES.__getitem__,
        key="price_side", label_visibility="collapsed", persist_state="session",
    )  # fmt: skip
    if not lines(comparison, side):
        st.caption("Nobody trades, so there is no price.")
        return
    st.caption(
        "Mean price of a kWh traded in each hour. Between the two prices of the grid, the grey band, buyers and sellers both "
        "gain against the grid. Rules with the same prices share a line; point at one to follow it."
    )
    _draw(pictures.prices(comparison, side), "prices")
