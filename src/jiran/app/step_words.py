"""What happened in one step of the market, in words, and names and numbers as formulas show them."""

from __future__ import annotations

import re

from jiran.app.inspector import DUST_KWH, Clearing
from jiran.app.words import kwh


def rest_words(flow: dict[str, float]) -> str:
    """Say where surplus went that nobody bought, and where missing energy came from."""
    words = []
    charged, exported = flow["battery_charged_kwh"], flow["grid_export_kwh"]
    drawn, imported = flow["battery_drawn_kwh"], flow["grid_import_kwh"]
    if charged + exported > DUST_KWH:
        parts = {"into the battery": charged, "to the grid": exported}
        words.append(f"Nobody bought {kwh(charged + exported)}: {_split(parts, 'went')}.")
    if drawn + imported > DUST_KWH:
        parts = {"from the battery": drawn, "from the grid": imported}
        words.append(f"Still missing were {kwh(drawn + imported)}: {_split(parts, 'came')}.")
    return " ".join(words) or "Nothing was left over, and nothing was missing."


def _split(parts: dict[str, float], verb: str) -> str:
    """Say how much went where; all of it needs no number."""
    there = {place: value for place, value in parts.items() if value > DUST_KWH}
    if len(there) == 1:
        return f"all of it {verb} **{next(iter(there))}**"
    return f"{verb} " + " and ".join(f"**{kwh(value)}** {place}" for place, value in there.items())


def why_nobody_trades(cleared: Clearing) -> str:
    """Say which side of the market is missing."""
    sellers, buyers = ((cleared.orders[name] > 0.0).any() for name in ("surplus_kwh", "deficit_kwh"))
    if sellers and buyers:
        return "The market rule lets nobody trade in this step: the grid serves every home."
    missing = "buyer" if sellers else "seller" if buyers else "seller and no buyer"
    return f"Nobody trades in this step: there is no {missing}."


def money_words(cleared: Clearing, currency: str) -> str:
    """Say who ended the step with how much money."""
    names = {"homes": "Homes", "battery": "battery fund", "network": "network", "market": "market", "grid": "grid"}
    moved = {name: cleared.money[key] for key, name in names.items() if abs(cleared.money[key]) >= 5e-5}
    if not moved:
        return "Money: only neighbours paid each other."
    digits = 2 if min(map(abs, moved.values())) >= 0.1 else 4
    shares = [f"{name} {'+' if amount > 0 else '−'}{abs(amount):.{digits}f}" for name, amount in moved.items()]
    return f"Money, {currency}: {', '.join(shares)}."


def gain(amount: float) -> str:
    """Say whether a price is better or worse than the grid's, and by how much."""
    if abs(amount) < 5e-5:
        return "the same"
    return f"a gain of {amount:.4f}" if amount > 0 else f"a **loss** of {-amount:.4f}"


def digits_of(cleared: Clearing) -> int:
    """Return how many digits tell the orders of a step apart: short steps trade little."""
    orders = max(float(cleared.orders[name].to_numpy().max()) for name in ("surplus_kwh", "deficit_kwh"))
    return 2 if orders >= 1.0 else 3 if orders >= 0.1 else 4


def tex_name(name: str) -> str:
    """Return a home's name for a formula."""
    return rf"\text{{{tex(name)}}}"


def tex(text: str) -> str:
    """Return text that a formula shows as it is."""
    return re.sub(r"([#$%&_{}])", r"\\\1", re.sub(r"[\\^~]", " ", text))


def share_rule(result: Clearing) -> str:
    """Say in a line how the rule shares out the side there is too little of."""
    offered, wanted = float(result.orders["surplus_kwh"].sum()), float(result.orders["deficit_kwh"].sum())
    if not result.pairs.height:
        return ""
    short, long = ("buyers", "seller") if offered > wanted else ("sellers", "buyer")
    share = min(offered, wanted) / max(offered, wanted)
    match result.matching:
        case "index-order":
            return (
                "First come, first served: the first seller on the list sells to the first buyer, until one of the two "
                "has nothing left; then the next one follows."
            )
        case "random-order":
            return (
                "A draw decides anew in each step who comes first; then seller and buyer are paired off in that order."
            )
        case "pro-rata":
            return (
                f"The {short} are the short side, so every {long} may trade the same share of its order: "
                f"{min(offered, wanted):.2f} / {max(offered, wanted):.2f} = {share:.1%}. Then the pairs are made."
            )
        case "equal-share":
            return (
                f"The {short} are the short side, so every {long} may trade the same number of kWh, "
                "but no more than its own order. Then the pairs are made."
            )
        case _:
            return ""
