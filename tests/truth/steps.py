"""What is true of a cleared book: from its orders and trades, and from the run it is a step of."""

from __future__ import annotations

import itertools
import math

from jiran.nothing import NOTHING_KWH
from truth.books import flows, outcomes, trades
from truth.harness import Claim, oracle
from truth.run import all_known, at_meters, in_market

TINY = 1e-9


def near(one, other):
    """Tell whether two numbers are the same but for their last digits."""
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)


def sides(book):
    """Return sellers and buyers as lists of (limit, home, kwh), best price first."""
    rows = list(zip(map(float, book.limit_price), range(len(book.names)), map(float, book.net_kwh), strict=True))
    sellers = sorted(row for row in rows if row[2] > 0.0)
    buyers = sorted(((limit, home, -kwh) for limit, home, kwh in rows if kwh < 0.0), key=lambda row: (-row[0], row[1]))
    return sellers, buyers


def merit(book):
    """Return the trades of best with best, (seller, buyer, kwh), as long as the bid reaches the ask."""
    sellers, buyers = ([list(row) for row in side] for side in sides(book))
    full = {row[1]: row[2] for row in (*sellers, *buyers)}
    found = []
    while sellers and buyers and buyers[0][0] >= sellers[0][0]:
        ask, bid = sellers[0], buyers[0]
        kwh = min(ask[2], bid[2])
        found.append((ask[1], bid[1], kwh))
        nothing = max(1e-9, 1e-12 * max(full[ask[1]], full[bid[1]]))
        for row, side in ((ask, sellers), (bid, buyers)):
            row[2] -= kwh
            if row[2] <= nothing:
                side.pop(0)
    return found


def open_kwh(book, pairs):
    """Return what is left of each order after trades (seller, buyer, kwh, ...); the last digits are nothing."""
    left = [abs(float(net)) for net in book.net_kwh]
    for seller, buyer, kwh, *_ in pairs:
        left[seller] -= kwh
        left[buyer] -= kwh
    return [kwh if kwh > TINY * (1.0 + abs(net)) else 0.0 for kwh, net in zip(left, book.net_kwh, strict=True)]


def rows(outcome):
    """Return the trades as tuples: seller, buyer, kwh, what the buyer pays, what the seller gets."""
    one = outcome.trades
    return [
        (int(s), int(b), float(k), float(p), float(g))
        for s, b, k, p, g in zip(one.seller, one.buyer, one.kwh, one.buyer_price, one.seller_price, strict=True)
    ]


def digits(outcome):
    """Return with how many digits the energies of a book are written."""
    amounts = [abs(float(net)) for net in outcome.book.net_kwh] + [row[2] for row in rows(outcome)]
    largest = max(amounts, default=1.0)
    most = 2 if largest >= 1.0 else 3 if largest >= 0.1 else 4
    for places in range(most):
        if all(abs(amount - round(amount, places)) < TINY for amount in amounts):
            return places
    return most


def traded(outcome):
    """Return what each home trades, and what it pays or gets for it."""
    kwh, money = [0.0] * len(outcome.book.names), [0.0] * len(outcome.book.names)
    for seller, buyer, amount, paid, got in rows(outcome):
        kwh[seller] += amount
        kwh[buyer] += amount
        money[seller] += amount * got
        money[buyer] += amount * paid
    return kwh, money


def window(book):
    """Return energy, lowest and highest price at which supply meets demand; None if no bid reaches an ask."""
    pairs = merit(book)
    if not pairs:
        return None
    left, (sellers, buyers) = open_kwh(book, pairs), sides(book)
    sold, bought = {pair[0] for pair in pairs}, {pair[1] for pair in pairs}
    low = max(
        [limit for limit, home, _ in sellers if home in sold] + [limit for limit, home, _ in buyers if left[home]]
    )
    high = min(
        [limit for limit, home, _ in buyers if home in bought] + [limit for limit, home, _ in sellers if left[home]]
    )
    return sum(pair[2] for pair in pairs), low, high


def limits(book):
    """Return the highest bid and the lowest ask."""
    sellers, buyers = sides(book)
    return buyers[0][0], sellers[0][0]


@oracle("step.nobody", outcomes)
def nobody(outcome):
    if rows(outcome):
        return None
    sellers, buyers = sides(outcome.book)
    missing = ["seller"] * (not sellers) + ["buyer"] * (not buyers)
    bid, ask = (None, None) if missing else limits(outcome.book)
    apart = bid is not None and bid < ask
    name = outcome.rule.rpartition("/")[2]
    return Claim({"missing": missing, "bid": bid if apart else None, "ask": ask if apart else None, "rule": name})


@oracle("step.scarce", outcomes)
def scarce(outcome):
    sellers, buyers = sides(outcome.book)
    if not sellers or not buyers:
        return None
    offered, wanted = (sum(row[2] for row in side) for side in (sellers, buyers))
    which = "as much as" if near(offered, wanted) else "Buyers want less" if wanted < offered else "Sellers have less"
    return Claim({"offered_kwh": offered, "wanted_kwh": wanted, "digits": digits(outcome)}, pieces=(which,))


@oracle("step.row", outcomes)
def row(outcome):
    return Claim({}) if all(sides(outcome.book)) else None


def is_flat(book):
    sellers, buyers = sides(book)
    if not sellers or not buyers or len(sellers) + len(buyers) < 3:
        return False
    asks, bids = {row[0] for row in sellers}, {row[0] for row in buyers}
    return max(asks) - min(asks) < TINY and max(bids) - min(bids) < TINY and max(bids) > min(asks)


@oracle("step.flat", outcomes)
def flat(outcome):
    sellers, buyers = sides(outcome.book)
    if not is_flat(outcome.book):
        return None
    return Claim({"sellers": len(sellers), "buyers": len(buyers), "ask": sellers[0][0], "bid": buyers[0][0]})


@oracle("step.apart", outcomes)
def apart(outcome):
    if not all(sides(outcome.book)):
        return None
    bid, ask = limits(outcome.book)
    return Claim({"bid": bid, "ask": ask}) if bid < ask else None


@oracle("step.cross", outcomes)
def cross(outcome):
    found = window(outcome.book)
    if found is None:
        return None
    offered, wanted = (sum(row[2] for row in side) for side in sides(outcome.book))
    out = "" if near(offered, wanted) else "sellers" if offered < wanted else "buyers"
    return Claim({"kwh": found[0], "flat": is_flat(outcome.book), "out": out, "digits": digits(outcome)})


def price_figures(outcome):
    trades_made = rows(outcome)
    pays, gets = [row[3] for row in trades_made], [row[4] for row in trades_made]
    one = pays[0] if near(min(*pays, *gets), max(*pays, *gets)) else None
    (kwh, money), beyond = traded(outcome), 0
    for home, limit in enumerate(outcome.book.limit_price):
        if kwh[home]:
            worse = (money[home] / kwh[home] - limit) * (1 if outcome.book.net_kwh[home] < 0.0 else -1)
            beyond += worse > 0.0 and not near(money[home] / kwh[home], limit)
    return {
        "rule": outcome.rule.rpartition("/")[2], "kwh": sum(row[2] for row in trades_made), "one_price": one,
        "buyers_pay": [min(pays), max(pays)], "sellers_get": [min(gets), max(gets)], "beyond": int(beyond),
        "digits": digits(outcome),
    }  # fmt: skip


@oracle("step.traded", outcomes)
def all_traded(outcome):
    found = window(outcome.book)
    if found is None or not rows(outcome):
        return None
    figures = price_figures(outcome)
    one = figures["one_price"]
    tell = one is not None and not is_flat(outcome.book) and not (near(found[1], found[2]) and near(found[1], one))
    where = {"cross_low": found[1], "cross_high": found[2]} if tell else {"cross_low": None, "cross_high": None}
    return Claim(figures | where | {"possible_kwh": found[0]})


@oracle("step.against", outcomes)
def against(outcome):
    if window(outcome.book) is not None or not rows(outcome):
        return None
    return Claim(price_figures(outcome))


@oracle("step.share", outcomes)
def share(outcome):
    matching = outcome.parameters.get("matching") if outcome.rule == "grid-fraction" else None
    if matching not in ("pro-rata", "equal-share") or not rows(outcome):
        return None
    offered, wanted = (sum(row[2] for row in side) for side in sides(outcome.book))
    kwh, _ = traded(outcome)
    short, long = ("buyers", "seller") if offered > wanted else ("sellers", "buyer")
    untraded = NOTHING_KWH * len(outcome.book.net_kwh)  # a part that is nothing makes no trade
    for home, net in enumerate(outcome.book.net_kwh):  # the short side is served in full
        assert (net < 0.0) != (short == "buyers") or math.isclose(kwh[home], abs(net), rel_tol=1e-9, abs_tol=untraded)
        if matching == "pro-rata" and (net > 0.0) == (long == "seller") and net:
            assert math.isclose(kwh[home] / abs(net), min(offered, wanted) / max(offered, wanted), abs_tol=1e-6)
    if near(offered, wanted):
        short = long = ""
    less, most = min(offered, wanted), max(offered, wanted)
    figures = {"matching": matching, "short": short, "long": long, "less_kwh": less, "most_kwh": most}
    return Claim(figures | {"digits": digits(outcome)}, numbers=(less / most,))


#: Rules that decide how much each home trades, and pair the homes afterwards.
RATIONED = {
    "static-keys", "dynamic-keys", "mid-market-rate", "supply-demand-ratio", "bill-sharing", "trade-reduction", "huang", "nash-bargaining", "shapley",
    "nucleolus",
}  # fmt: skip
#: How pairs are made, in words.
ORDERS = {
    "rationed": "The rule first decides how much each home trades; then sellers and buyers are paired off as they stand in "
    "the list.",
    "best first": "The lowest ask meets the highest bid, then the next ones follow, as long as the bid is not below the ask.",
    "index-order": "First come, first served: the first seller on the list sells to the first buyer, until one of the two "
    "has nothing left; then the next one follows.",
    "random-order": "A draw decides anew in each step who comes first; then seller and buyer are paired off in that order.",
    "continuous-double-auction": "Orders arrive by chance; each takes the best waiting orders that fit, and what is left of "
    "it waits.",
    "random-p2p": "Chance decides who meets whom.",
    "muda": "Two groups, drawn by chance, trade each for itself: first one, then the other.",
    "consensus": "All pairs haggle at the same time; these are the ones that agreed.",
}


@oracle("step.order", outcomes)
def order(outcome):
    made = rows(outcome)
    paper = outcome.parameters.get("matching", "") if outcome.rule == "grid-fraction" else ""
    if not made or paper in ("pro-rata", "equal-share"):
        return None
    limit, how = outcome.book.limit_price, paper or outcome.rule
    in_list = all(a[0] <= b[0] and a[1] <= b[1] for a, b in itertools.pairwise(made))
    best_first = all(limit[a[0]] <= limit[b[0]] and limit[a[1]] >= limit[b[1]] for a, b in itertools.pairwise(made))
    rationed = how in RATIONED
    if how == "mcafee":
        last = merit(outcome.book)[-1]
        rationed = not {last[0], last[1]} & {home for one in made for home in one[:2]}
    best = how in {"uniform-price", "pay-as-bid", "mcafee", "vcg"} and not rationed
    if rationed or how == "index-order":
        assert in_list, how
    elif best:
        assert best_first, how
    kind = "rationed" if rationed else "best first" if best else how
    return Claim({"how": ORDERS.get(kind, "These are the trades in the order in which the rule made them.")})


@oracle("step.balanced", outcomes)
def balanced(outcome):
    made, book = rows(outcome), outcome.book
    kwh, _ = traded(outcome)
    if any(got > abs(net) * (1 + TINY) + TINY for got, net in zip(kwh, book.net_kwh, strict=True)):
        return None
    return Claim({"sold_kwh": sum(row[2] for row in made), "market": kept(outcome), "digits": digits(outcome)})


def kept(outcome):
    made = rows(outcome)
    paid, got = math.fsum(row[2] * row[3] for row in made), math.fsum(row[2] * row[4] for row in made)
    turnover = math.fsum(row[2] * (abs(row[3]) + abs(row[4])) for row in made)
    return 0.0 if abs(paid - got) <= 1e-6 + 1e-9 * turnover else paid - got


@oracle("step.trade", trades)
def trade(outcome, number):
    seller, buyer, kwh, paid, got = rows(outcome)[number]
    names, limit = outcome.book.names, outcome.book.limit_price
    return Claim({
        "number": number + 1, "seller": names[seller], "buyer": names[buyer], "kwh": kwh, "buyer_price": paid,
        "seller_price": got, "bid": float(limit[buyer]), "ask": float(limit[seller]), "digits": digits(outcome),
    })  # fmt: skip


def later(outcome):
    return outcome.seed is None and outcome.rule == "bill-sharing"


@oracle("step.account", outcomes)
def account(outcome):
    made = rows(outcome)
    if not made:
        return None
    paid, got = math.fsum(row[2] * row[3] for row in made), math.fsum(row[2] * row[4] for row in made)
    left = kept(outcome)
    kind = "what sellers get" if not left else "a surplus of" if left > 0.0 else "a deficit of"
    figures = {"paid": paid, "got": got, "kept": left, "later": later(outcome), "currency": outcome.book.currency}
    return Claim(figures, pieces=(kind,))


def most_gain(book):
    """Return the highest gain: the least, over all prices, of what all would gain if each traded its order at it."""
    limit, net = book.limit_price, book.net_kwh
    orders = [(float(one), float(kwh)) for one, kwh in zip(limit, net, strict=True) if kwh]
    return min((math.fsum(max(0.0, kwh * (at - one)) for one, kwh in orders) for at, _ in orders), default=0.0)


@oracle("step.gain", outcomes)
def gain(outcome):
    book, made = outcome.book, rows(outcome)
    if not all(sides(book)):
        return None
    limit = book.limit_price
    scale = 1e-6 + 1e-9 * abs(math.fsum(row[2] * abs(row[3]) for row in made))

    def some(value):
        return 0.0 if abs(value) <= scale else value

    possible, worth = most_gain(book), math.fsum(row[2] * (limit[row[1]] - limit[row[0]]) for row in made)
    by_home = [0.0] * len(limit)
    for seller, buyer, kwh, paid, got in made:
        by_home[seller] += kwh * (got - limit[seller])
        by_home[buyer] += kwh * (limit[buyer] - paid)
    both = any(one > scale for one in by_home) and any(one < -scale for one in by_home)
    homes = some(math.fsum(by_home))
    assert abs(worth - math.fsum(by_home) - kept(outcome)) <= 4 * scale, "worth = homes + market"
    figures = {
        "possible": some(possible), "worth": some(worth), "homes": homes, "kept": kept(outcome),
        "kwh": math.fsum(row[2] for row in made), "move": "both" if both else "one", "later": later(outcome),
        "currency": book.currency,
    }  # fmt: skip
    return Claim(figures, numbers=(worth / possible,) if possible else (), pieces=_who_gains(figures))


def _who_gains(figures):
    """Return what must be said of who gains or loses, and of what the market keeps or lacks."""
    pieces = ["allow a gain"] if figures["possible"] else ["No trade could gain"]
    if figures["worth"] < 0.0:
        pieces.append("the trades lose")
    elif figures["worth"] > 0.0:
        pieces.append("the trades make" if figures["possible"] else "the trades gain")
    if figures["kept"] and not figures["later"]:
        pieces.append("the market keeps" if figures["kept"] > 0.0 else "comes from outside")
        if figures["homes"]:
            pieces.append("The homes gain" if figures["homes"] > 0.0 else "The homes lose")
    elif figures["kwh"] and not figures["kept"] and figures["worth"]:
        pieces.append("nothing stays with the market")
    return tuple(pieces)


@oracle("step.rest", flows)
def rest(flow):
    """What neither stays in the homes nor is sold, from the profiles."""
    result, at = flow.result, flow.at
    kwh = {name: float(result.flows[name][at].sum()) for name in flow if name in result.flows}
    left = {"into the battery": kwh["battery_charged_kwh"], "to the grid": kwh["grid_export_kwh"]}
    left["nowhere, as the street may give no more"] = kwh["curtailed_kwh"]
    missing = {"from the battery": kwh["battery_drawn_kwh"], "from the grid": kwh["grid_import_kwh"]}
    both = [{place: value for place, value in one.items() if value > TINY} for one in (left, missing)]
    return Claim({"left": both[0], "missing": both[1]}, numbers=(sum(both[0].values()), sum(both[1].values())))


def steps(drawn):
    """Yield the steps of a run, taken apart, and the currency."""
    for (flow,) in flows(drawn):
        flow.step.__dict__["of"] = flow  # so that the oracle finds the run
        yield flow.step, flow.result.scenario.currency


@oracle("step.money", steps)
def money(step, currency):
    flow = step.__dict__["of"]
    result, at = flow.result, flow.at
    kwh = {name: float(result.flows[name][at].sum()) for name in flow if name in result.flows}
    made = [row for row in result.trades.iter_rows(named=True) if row["step"] == at]
    paid, got = (math.fsum(row["kwh"] * row[f"{side}_price"] for row in made) for side in ("buyer", "seller"))
    grid = (
        kwh["grid_import_kwh"] * result.prices.grid_import[at] - kwh["grid_export_kwh"] * result.prices.grid_export[at]
    )
    fund = kwh["battery_drawn_kwh"] * result.prices.battery_sells[at]
    fund -= kwh["battery_charged_kwh"] * result.prices.battery_buys[at]
    out = result.flows.outputs
    own = float(
        out.battery_import_kwh[at] * result.prices.grid_import[at]
        - out.battery_export_kwh[at] * result.prices.grid_export[at]
    )
    network = result.scenario.grid.network_charge * math.fsum(row["kwh"] for row in made)
    sold = math.fsum(row["kwh"] * row["seller_price"] for row in made if row["seller"] == "community battery")
    sold -= math.fsum(row["kwh"] * row["buyer_price"] for row in made if row["buyer"] == "community battery")
    all_of = {
        "homes": got - paid - grid - fund - sold, "battery fund": fund - own + sold, "network": network, "market": paid - got - network,
        "grid": grid + own,
    }  # fmt: skip
    moved = {name: float(amount) for name, amount in all_of.items() if abs(amount) > 1e-6}
    return Claim({"moved": moved, "traded": bool(made), "currency": currency})


def only_steps(drawn):
    """Yield the steps of a run, taken apart."""
    for step, _ in steps(drawn):
        yield (step,)


@oracle("step.even", only_steps)
def even(step):
    flow = step.__dict__["of"]
    result, at = flow.result, flow.at
    homes, inside, uses = (
        result.flows.profiles.generation_kwh[at],
        ["ev_supplied_kwh", "home_battery_given_kwh"],
        ["load_kwh", "ev_kwh", "home_battery_charged_kwh"],
    )
    if not all_known(result):
        homes, inside, uses = at_meters(result)[at], [], []
    came, went = float(homes[homes > 0].sum()), float(-homes[homes < 0].sum())
    came += sum(float(result.flows[name][at].sum()) for name in (*inside, "battery_drawn_kwh", "grid_import_kwh"))
    went += sum(
        float(result.flows[name][at].sum())
        for name in (*uses, "battery_charged_kwh", "grid_export_kwh", "curtailed_kwh")
    )
    market = in_market(result)[at]  # a step in which it sells, or buys
    came, went = came + max(market, 0.0), went + max(-market, 0.0)
    assert near(came, went)
    left_out = float(result.flows["curtailed_kwh"][at].sum())
    if not all_known(result):  # what passes no meter is on neither side
        came, left_out = came - left_out, 0.0
    return Claim({"in_kwh": came, "left_out_kwh": left_out if left_out > NOTHING_KWH else 0.0})
