"""Why a home got its price: every number found again by clearing the book another way."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import numpy as np

from truth.books import SOMEBODYS_RULE, cases
from truth.harness import Claim, oracle
from truth.steps import TINY, digits, is_flat, kept, merit, near, open_kwh, rows, sides, traded  # noqa: F401

MERIT = (
    "uniform-price",
    "pay-as-bid",
    "mcafee",
    "vcg",
    "trade-reduction",
    "huang",
    "nash-bargaining",
    "shapley",
    "nucleolus",
)
POOLED = ("nash-bargaining", "shapley", "nucleolus")


def look(case):
    """Return what oracles need of a home: name, whether it sells, its limit, its order and what it traded."""
    book, home = case.outcome.book, case.home
    net = float(book.net_kwh[home])
    kwh = [row[2] for row in rows(case.outcome) if home in row[:2]]
    return book.names[home], net > 0.0, float(book.limit_price[home]), abs(net), math.fsum(kwh)


def base(case):
    name, sells, *_ = look(case)
    return {"home": name, "sells": sells}


def own_trades(case):
    """Return the trades of a home: partner, kwh, its price."""
    found = []
    for seller, buyer, kwh, paid, got in rows(case.outcome):
        if case.home == seller:
            found.append((buyer, kwh, got))
        elif case.home == buyer:
            found.append((seller, kwh, paid))
    return found


def mean_price(case):
    mine = own_trades(case)
    return math.fsum(kwh * at for _, kwh, at in mine) / math.fsum(kwh for _, kwh, _ in mine)


def last_pair(case):
    pairs = merit(case.book)
    return pairs[-1][:2] if pairs else None


def accepts(case, at):
    _, sells, limit, *_ = look(case)
    return at >= limit if sells else at <= limit


def own_gain(case):
    _, sells, limit, _, _kwh = look(case)
    return math.fsum(k * (at - limit) * (1 if sells else -1) for _, k, at in own_trades(case))


def gain_word(gain):
    return "No gain and no loss" if near(gain, 0.0) else "A gain of" if gain > 0.0 else "A loss of"


# What every rule says.


@oracle("why.no_order", cases(orders=False, both=False))
def no_order(case):
    return None if case.book.net_kwh[case.home] else Claim({"home": case.book.names[case.home]})


@oracle("why.no_part", cases(orders=False, both=False))
def no_part(case):
    return no_order(case)


@oracle("why.no_trade", cases(orders=False, both=False))
def no_trade(case):
    _, _, _, order, kwh = look(case)
    if not order or kwh:
        return None
    return Claim(base(case) | {"order_kwh": order, "digits": digits(case.outcome)})


@oracle("why.traded", cases(orders=False, both=False))
def is_traded(case):
    _, _, _, order, kwh = look(case)
    if not kwh:
        return None
    at = [one for _, _, one in own_trades(case)]
    return Claim(base(case) | {
        "kwh": kwh, "order_kwh": order, "in_part": not near(kwh, order), "price": mean_price(case),
        "several": not near(min(at), max(at)), "currency": case.book.currency, "digits": digits(case.outcome),
    })  # fmt: skip


@oracle("why.no_others", cases(both=False))
def no_others(case):
    sellers, buyers = sides(case.book)
    return Claim(base(case)) if not (buyers if look(case)[1] else sellers) else None


@oracle("why.against_limit", cases(both=False))
def against_limit(case):
    _, sells, limit, _, kwh = look(case)
    book = case.book
    outside = book.export_price if sells else book.import_price - book.network_charge
    if not kwh or near(limit, outside):
        return None
    gain = (mean_price(case) - limit) * (1 if sells else -1)
    return Claim({"sells": sells, "limit": limit, "gain": gain}, pieces=(gain_word(gain),))


@oracle("why.against_grid", cases(both=False))
def against_grid(case):
    _, sells, _, _, kwh = look(case)
    if not kwh:
        return None
    book, charge = case.book, 0.0 if sells else case.book.network_charge
    outside = book.export_price if sells else book.import_price
    gain = (mean_price(case) - outside) * (1 if sells else -1) - charge
    return Claim({"sells": sells, "grid": outside, "charge": charge, "gain": gain}, pieces=(gain_word(gain),))


@oracle("why.no_pair", cases(*MERIT))
def no_pair(case):
    sellers, buyers = sides(case.book)
    bid, ask = buyers[0][0], sellers[0][0]
    assert (bid < ask) == (not merit(case.book))
    return Claim({"bid": bid, "ask": ask}) if bid < ask else None


def fitting(*rules):
    """Return what yields homes of books in which a bid reaches an ask."""

    def subjects(drawn):
        return (subject for subject in cases(*rules)(drawn) if merit(subject[0].book))

    return subjects


@oracle("why.left_behind", fitting("uniform-price", "pay-as-bid", "vcg", *POOLED))
def left_behind(case):
    name, sells, limit, _, kwh = look(case)
    if kwh:
        return None
    left = open_kwh(case.book, rows(case.outcome))
    still = [(one, home) for one, home, _ in sides(case.book)[1 if sells else 0] if left[home]]
    fits = not still or accepts(case, still[0][0])
    if fits:  # somebody of its own side, better or as good and earlier, has what it would have had
        for _, own, _ in sides(case.book)[0 if sells else 1]:
            if own == case.home:
                break
        else:
            raise AssertionError
    best, whose = (None, None) if fits else (still[0][0], case.book.names[still[0][1]])
    return Claim({"home": name, "sells": sells, "limit": limit, "best": best, "whose": whose})


@oracle("why.last_in_line", fitting("uniform-price", "pay-as-bid", "vcg"))
def last_in_line(case):
    _, sells, _, order, kwh = look(case)
    if not kwh or near(kwh, order):
        return None
    assert case.home in last_pair(case)
    return Claim({"sells": sells, "kwh": kwh, "order_kwh": order, "digits": digits(case.outcome)})


# Rules with a price that bids do not move.


@oracle("why.no_market", cases("grid-only"))
def no_market(case):
    sells = look(case)[1]
    assert not rows(case.outcome)
    return Claim({"sells": sells, "grid": case.book.export_price if sells else case.book.import_price})


@oracle("why.fraction", cases("grid-fraction"))
def fraction(case):
    alpha, grid = case.outcome.parameters["fraction"], case.book.import_price
    assert all(near(row[3], alpha * grid) and near(row[4], alpha * grid) for row in rows(case.outcome))
    return Claim({"alpha": alpha, "grid": grid, "price": alpha * grid}, numbers=(round(alpha, 6),))


def matched(*ways):
    def subjects(drawn):
        return (one for one in cases("grid-fraction")(drawn) if one[0].outcome.parameters["matching"] in ways)

    return subjects


def sums(case, takes=lambda _home: True):
    """Return what those who take part offer and want."""
    net = case.book.net_kwh
    there = [float(net[home]) for home in range(len(net)) if takes(home)]
    return sum(kwh for kwh in there if kwh > 0.0), -sum(kwh for kwh in there if kwh < 0.0)


@oracle("why.equal_share", matched("equal-share"))
def equal_share(case):
    _, sells, _, _order, kwh = look(case)
    offered, wanted = sums(case)
    if near(offered, wanted) or (offered > wanted) != sells or not kwh:
        return None
    totals, _ = traded(case.outcome)
    own = [home for home, net in enumerate(case.book.net_kwh) if (net > 0.0) == sells and net]
    cut = max(totals[home] for home in own)
    assert all(near(totals[home], min(cut, abs(case.book.net_kwh[home]))) for home in own)
    return Claim(base(case) | {"kwh": kwh, "digits": digits(case.outcome)})


@oracle("why.turn", matched("index-order", "random-order"))
def turn(case):
    _, sells, _, order, kwh = look(case)
    part = "none" if not kwh else "all" if near(kwh, order) else "some"
    if part != "all":  # the other side has indeed nothing left
        left = open_kwh(case.book, rows(case.outcome))
        assert not any(left[home] for _, home, _ in sides(case.book)[1 if sells else 0])
    drawn = case.outcome.parameters["matching"] == "random-order"
    own, other = sums(case) if sells else sums(case)[::-1]
    enough = other > own or near(other, own)
    if enough:
        assert part == "all"
    return Claim(base(case) | {
        "drawn": drawn, "enough": enough, "part": part, "kwh": kwh, "order_kwh": order, "digits": digits(case.outcome),
    })  # fmt: skip


@oracle("why.no_middle", cases("mid-market-rate"))
def no_middle(case):
    low, high = case.book.export_price, case.book.import_price
    return Claim({"export": low, "import": high}) if low > high else None


@oracle("why.middle", cases("mid-market-rate"))
def middle(case):
    low, high = case.book.export_price, case.book.import_price
    if low > high:
        return None
    at = (low + high) / 2.0
    assert all(near(row[3], at) and near(row[4], at) for row in rows(case.outcome))
    figures = {"export": low, "import": high, "price": at, "charge": case.book.network_charge}
    return Claim(figures, numbers=(2.0, at - low))


def by_ratio(case):
    low, high = case.book.export_price, case.book.import_price
    if not 0.0 <= low <= high:
        return None
    offered, wanted = sums(case)
    if offered >= wanted or not low:
        return low
    share = offered / wanted
    return min(high, max(low, low * high / ((high - low) * share + low)))  # never beyond either by rounding


@oracle("why.no_ratio", cases("supply-demand-ratio"))
def no_ratio(case):
    if by_ratio(case) is not None:
        return None
    assert not rows(case.outcome)
    return Claim({"export": case.book.export_price, "import": case.book.import_price}, numbers=(0.0,))


@oracle("why.ratio", cases("supply-demand-ratio"))
def ratio(case):
    at = by_ratio(case)
    if at is None:
        return None
    offered, wanted = sums(case)
    assert all(near(row[3], at) and near(row[4], at) for row in rows(case.outcome))
    return Claim({
        "offered_kwh": offered, "wanted_kwh": wanted, "ratio": offered / wanted, "export": case.book.export_price,
        "import": case.book.import_price, "price": at, "digits": digits(case.outcome),
    }, numbers=(0.0, 1.0))  # fmt: skip


def posted_price(case):
    if case.outcome.rule == "supply-demand-ratio":
        return by_ratio(case)
    low, high = case.book.export_price, case.book.import_price
    return None if low > high else low + 0.5 * (high - low)


def at_posted(drawn):
    """Yield homes and the price that the rule posts."""
    for (case,) in cases("mid-market-rate", "supply-demand-ratio")(drawn):
        if posted_price(case) is not None:
            yield case, posted_price(case)


@oracle("why.refused", at_posted)
def refused(case, at):
    limit, kwh = look(case)[2], look(case)[4]
    if accepts(case, at):
        return None
    assert not kwh
    return Claim(base(case) | {"limit": limit, "at": at})


def others_accept(case, at):
    sells = look(case)[1]
    return [home for limit, home, _ in sides(case.book)[1 if sells else 0] if (limit >= at if sells else limit <= at)]


@oracle("why.nobody_accepts", at_posted)
def nobody_accepts(case, at):
    if not accepts(case, at) or others_accept(case, at):
        return None
    assert not look(case)[4]
    return Claim(base(case) | {"at": at})


def rationed(drawn):
    """Yield homes that trade and what those that take part offer and want, for rules that serve pro rata."""
    for case, at in at_posted(drawn):
        limit, net = case.book.limit_price, case.book.net_kwh
        if look(case)[4]:
            takes = [home for home in range(len(net)) if (limit[home] <= at if net[home] > 0.0 else limit[home] >= at)]
            yield case, *sums(case, set(takes).__contains__)
    for (case,) in matched("pro-rata")(drawn):
        yield case, *sums(case)
    for (case,) in fitting("trade-reduction")(drawn):
        if look(case)[4]:
            yield case, *sums(case, set(before_last(case)).__contains__)


@oracle("why.scarcity", rationed)
def scarcity(case, offered, wanted):
    _, sells, _, _order, kwh = look(case)
    if near(offered, wanted) or (offered > wanted) != sells or not min(offered, wanted) or not kwh:
        return None
    share = min(offered, wanted) / max(offered, wanted)
    return Claim({
        "sells": sells, "offered_kwh": offered, "wanted_kwh": wanted, "share": share, "digits": digits(case.outcome),
    })  # fmt: skip


@oracle("why.billed", cases("bill-sharing"))
def billed(case):
    if case.outcome.seed is not None or not look(case)[4]:
        return None
    prices = {round(row[4 if look(case)[1] else 3], 9) for row in rows(case.outcome)}
    assert max(prices) - min(prices) < 1e-6
    return Claim(base(case) | {"price": mean_price(case)})


@oracle("why.billed_later", cases("bill-sharing"))
def billed_later(case):
    if case.outcome.seed is None and look(case)[4]:
        return None
    assert not any(row[3] or row[4] for row in rows(case.outcome)) or not look(case)[4]
    return Claim(base(case), numbers=(0.0,))


# Auctions.


@oracle("why.one_price", fitting("uniform-price"))
def one_price(case):
    seller, buyer = last_pair(case)
    limit, share = case.book.limit_price, case.outcome.parameters["k"]
    at = float(share * limit[buyer] + (1.0 - share) * limit[seller])
    assert all(near(row[3], at) and near(row[4], at) for row in rows(case.outcome))
    figures = {
        "seller": case.book.names[seller], "buyer": case.book.names[buyer], "ask": float(limit[seller]),
        "bid": float(limit[buyer]), "k": share, "price": at,
    }  # fmt: skip
    return Claim(figures, numbers=(1.0 - share,))


@oracle("why.place", fitting("uniform-price"))
def place(case):
    _, sells, limit, _, kwh = look(case)
    if not kwh:
        return None
    last = last_pair(case)[0 if sells else 1]
    share = case.outcome.parameters["k"]
    there = case.book.limit_price[last]
    where = "last" if last == case.home else "same" if limit == there else "before"
    assert where != "before" or (limit < there) == sells
    return Claim(base(case) | {"place": where, "weight": 1.0 - share if sells else share})


@oracle("why.own_prices", fitting("pay-as-bid"))
def own_prices(case):
    return Claim({}) if merit(case.book) else None


def each_trade(drawn):
    """Yield homes, the number of one of their trades, and the parameter that says where the price lies."""
    for rule, share in (("pay-as-bid", "k"), ("random-p2p", "p_coef")):
        for (case,) in cases(rule)(drawn):
            for number in range(min(3, len(own_trades(case)))):
                yield case, number, share


@oracle("why.between", each_trade)
def between(case, number, share):
    partner, _, at = own_trades(case)[number]
    limit, part = case.book.limit_price, case.outcome.parameters[share]
    seller, buyer = (case.home, partner) if look(case)[1] else (partner, case.home)
    right = float(part * limit[buyer] + (1.0 - part) * limit[seller])
    assert near(at, right)
    figures = {
        "partner": case.book.names[partner], "ask": float(limit[seller]), "bid": float(limit[buyer]), "share": part,
        "price": right,
    }  # fmt: skip
    return Claim(figures, numbers=(1.0 - part,))


@oracle("why.average", cases("pay-as-bid", "random-p2p"))
def average(case):
    mine = own_trades(case)
    return Claim({"more": max(0, len(mine) - 3), "price": mean_price(case)}) if len(mine) > 1 else None


@oracle("why.arrival", cases("continuous-double-auction"))
def arrival(case):
    limit = case.book.limit_price
    assert all(near(row[3], limit[row[0]]) or near(row[3], limit[row[1]]) for row in rows(case.outcome))
    return Claim({})


@oracle("why.none_fits", cases("continuous-double-auction"))
def none_fits(case):
    _, sells, limit, _, kwh = look(case)
    if kwh:
        return None
    left = open_kwh(case.book, rows(case.outcome))
    other = sides(case.book)[1 if sells else 0]
    assert not any(left[home] and accepts(case, one) for one, home, _ in other)  # whoever fits is sold out
    return Claim(base(case) | {"limit": limit})


def sorted_trades(case):
    limit, mine = case.book.limit_price, own_trades(case)
    even = [one for one in mine if near(limit[one[0]], limit[case.home])]
    waited = [one for one in mine if one not in even and near(one[2], limit[case.home])]
    came = [one for one in mine if one not in even and one not in waited]
    assert all(near(one[2], limit[one[0]]) for one in came)
    return even, waited, came


def names_of(case, found):
    return [case.book.names[one[0]] for one in found]


@oracle("why.even", cases("continuous-double-auction"))
def even(case):
    found = sorted_trades(case)[0]
    return Claim(base(case) | {"partners": names_of(case, found), "limit": look(case)[2]}) if found else None


@oracle("why.waited", cases("continuous-double-auction"))
def waited(case):
    found = sorted_trades(case)[1]
    return Claim(base(case) | {"partners": names_of(case, found), "limit": look(case)[2]}) if found else None


@oracle("why.came", cases("continuous-double-auction"))
def came(case):
    found = sorted_trades(case)[2]
    prices = [one[2] for one in found]
    return Claim(base(case) | {"partners": names_of(case, found), "prices": prices}) if found else None


@oracle("why.found_nobody", cases("continuous-double-auction", "random-p2p"))
def found_nobody(case):
    _, _, _, order, kwh = look(case)
    if not kwh or near(kwh, order):
        return None
    return Claim({"left_kwh": order - kwh, "digits": digits(case.outcome)})


@oracle("why.meeting", cases("random-p2p"))
def meeting(case):
    limit = case.book.limit_price
    assert all(limit[row[0]] <= row[3] <= limit[row[1]] for row in rows(case.outcome))
    return Claim({})


@oracle("why.met_nobody", cases("random-p2p"))
def met_nobody(case):
    return none_fits(case)


# Auctions that are built to be honest.


def before_last(case):
    """Return the homes that stand before the last pair, on both sides."""
    seller, buyer = last_pair(case)
    found = []
    for side, last in zip(sides(case.book), (seller, buyer), strict=True):
        homes = [home for _, home, _ in side]
        found += homes[: homes.index(last)]
    return found


def gives_up(case):
    last = last_pair(case)
    return not any(set(last) & set(row[:2]) for row in rows(case.outcome))


def given(drawn):
    """Yield homes of books in which the last pair is given up."""
    for (case,) in fitting("trade-reduction", "huang", "mcafee")(drawn):
        if case.outcome.rule != "mcafee" or not fits_between(case):
            yield (case,)


@oracle("why.given_up", given)
def given_up(case):
    assert gives_up(case)
    seller, buyer = last_pair(case)
    limit, names = case.book.limit_price, case.book.names
    made = rows(case.outcome)
    assert all(near(row[3], limit[buyer]) and near(row[4], limit[seller]) for row in made)
    return Claim({
        "seller": names[seller], "buyer": names[buyer], "ask": float(limit[seller]), "bid": float(limit[buyer]),
        "others": bool(made),
    })  # fmt: skip


@oracle("why.stays_out", given)
def stays_out(case):
    if look(case)[4]:
        return None
    there = before_last(case)
    own = sides(case.book)[0 if look(case)[1] else 1]
    if case.home in last_pair(case):
        why = "last"
    elif case.home not in there:
        why = "behind"
    else:
        others = [home for home in there if home not in {one for _, one, _ in own}]
        why = "cut" if others else "nobody"
    return Claim(base(case) | {"why": why})


@oracle("why.cut", fitting("huang"))
def cut(case):
    _, sells, _, order, kwh = look(case)
    if not kwh or near(kwh, order):
        return None
    totals, _ = traded(case.outcome)
    own = [home for home in before_last(case) if (case.book.net_kwh[home] > 0.0) == sells]
    less = [abs(float(case.book.net_kwh[home])) - totals[home] for home in own]
    assert all(near(one, max(less)) or not totals[home] for one, home in zip(less, own, strict=True))
    return Claim(base(case) | {"less_kwh": order - kwh, "digits": digits(case.outcome)})


def behind(case):
    """Return limit and name of the first bid and the first ask behind the last pair; the grid's without a name."""
    found = []
    for side, last, grid in zip(
        sides(case.book)[::-1], last_pair(case)[::-1], (case.book.export_price, case.book.import_price), strict=True
    ):
        at = [home for _, home, _ in side].index(last) + 1
        found.append((side[at][0], case.book.names[side[at][1]]) if at < len(side) else (grid, ""))
    return found


def fits_between(case):
    seller, buyer = last_pair(case)
    (bid, _), (ask, _) = behind(case)
    return case.book.limit_price[seller] <= (bid + ask) / 2.0 <= case.book.limit_price[buyer]


@oracle("why.failing", fitting("mcafee"))
def failing(case):
    (bid, bidder), (ask, asker) = behind(case)
    seller, buyer = last_pair(case)
    limit = case.book.limit_price
    return Claim({
        "bid": bid, "bidder": bidder, "ask": ask, "asker": asker, "price": (bid + ask) / 2.0, "low": float(limit[seller]),
        "high": float(limit[buyer]),
    })  # fmt: skip


@oracle("why.holds", fitting("mcafee"))
def holds(case):
    if not fits_between(case):
        return None
    (bid, _), (ask, _) = behind(case)
    assert all(near(row[3], (bid + ask) / 2.0) and near(row[4], (bid + ask) / 2.0) for row in rows(case.outcome))
    return Claim({"price": (bid + ask) / 2.0})


@oracle("why.externality", fitting("vcg"))
def externality(case):
    return Claim({"sells": look(case)[1]})


def worth(book, homes):
    """Return the highest gain that some homes can make among themselves."""
    limit, net = book.limit_price, book.net_kwh
    orders = [(float(limit[home]), float(net[home])) for home in homes if net[home]]
    return min((math.fsum(max(0.0, kwh * (at - one)) for one, kwh in orders) for at, _ in orders), default=0.0)


@oracle("why.without", fitting("vcg"))
def without(case):
    """What the others do without the home, by another walk; its worth is the home's price by the definition of the rule."""
    _name, sells, limit, _, kwh = look(case)
    if not kwh:
        return None
    others = [home for home in range(len(case.book.names)) if home != case.home]
    everybody = [*others, case.home]
    added = worth(case.book, everybody) - worth(case.book, others)
    right = limit + added / kwh if sells else limit - added / kwh
    at = mean_price(case)
    # A gain of the size of rounding of all is nothing.
    assert abs(at - right) <= 1e-6 * (1.0 + abs(right)) + 1e-9 * worth(case.book, everybody) / kwh
    now, alone = {}, {}
    for pairs, totals in ((rows(case.outcome), now), (merit(case.book.without(case.home)), alone)):
        for seller, buyer, amount, *_ in pairs:
            totals[seller] = totals.get(seller, 0.0) + amount
            totals[buyer] = totals.get(buyer, 0.0) + amount
    least = TINY * (1.0 + float(np.abs(case.book.net_kwh).max()))
    changes = []
    first, second = sides(case.book) if sells else sides(case.book)[::-1]
    for side, verb in ((first, "sell" if sells else "buy"), (second, "buy" if sells else "sell")):
        for one, home, _ in side:
            change = alone.get(home, 0.0) - now.get(home, 0.0)
            if home != case.home and abs(change) > least:
                changes.append((case.book.names[home], verb, change, one))
    if not changes:
        return None
    figures = base(case) | {
        "changes": changes,
        "kwh": kwh,
        "price": at,
        "money": kwh * at,
        "digits": digits(case.outcome),
    }
    return Claim(figures)


# Two groups.


@oracle("why.two_groups", cases("muda"))
def two_groups(case):
    made = rows(case.outcome)
    if case.outcome.seed is not None:
        mine, _ = groups(case)
        assert all((row[0] in mine) == (row[1] in mine) for row in made)
    return Claim({})


@oracle("why.in_its_group", cases("muda"))
def in_its_group(case):
    if case.outcome.seed is not None:
        return None
    return Claim(base(case) | {"price": mean_price(case) if look(case)[4] else None})


def groups(case):
    """Return the homes of the case's group and those of the other: each home with an order draws, one after the other."""
    there = [home for home, net in enumerate(case.book.net_kwh) if abs(net) > TINY]
    draw = dict(zip(there, np.random.default_rng(case.outcome.seed).random(len(there)) < 0.5, strict=True))
    mine = {home for home in there if draw[home] == draw[case.home]}
    return mine, set(there) - mine


def clears(case, homes):
    """Return the middle of the prices that clear the market of some homes; the grid's where no order bounds them."""
    book = case.book
    net = np.array([book.net_kwh[home] if home in homes else 0.0 for home in range(len(book.names))])
    part = replace(book, net_kwh=net)
    pairs = merit(part)
    left, (sellers, buyers) = open_kwh(part, pairs), sides(part)
    sold, bought = {pair[0] for pair in pairs}, {pair[1] for pair in pairs}
    low = max([limit for limit, home, _ in sellers if home in sold] + [limit for limit, home, _ in buyers if left[home]],
              default=None)  # fmt: skip
    high = min([limit for limit, home, _ in buyers if home in bought] + [limit for limit, home, _ in sellers if left[home]],
               default=None)  # fmt: skip
    if low is None:
        low = min(book.export_price, math.inf if high is None else high)
    if high is None:
        high = max(book.import_price, low)
    return (low + high) / 2.0


def redrawn(drawn):
    """Yield homes of books that were cleared with a known draw."""
    return (subject for subject in cases("muda")(drawn) if subject[0].outcome.seed is not None)


@oracle("why.drew", redrawn)
def drew(case):
    mine, other = groups(case)
    net = case.book.net_kwh
    made = rows(case.outcome)
    assert not any((row[0] in mine) != (row[1] in mine) for row in made)
    mates = [case.book.names[home] for home in sorted(mine) if home != case.home and net[home]]
    return Claim(
        base(case) | {"mates": mates, "price": clears(case, other), "empty": not any(net[home] for home in other)}
    )


@oracle("why.nobody_in_group", redrawn)
def nobody_in_group(case):
    _, _sells, _, _, kwh = look(case)
    mine, other = groups(case)
    at = clears(case, other)
    if kwh or not accepts(case, at):
        return None
    return Claim(base(case) | {"served": bool(set(others_accept(case, at)) & mine)})


@oracle("why.pushed_out", redrawn)
def pushed_out(case):
    _, sells, _, _, kwh = look(case)
    mine, other = groups(case)
    at = clears(case, other)
    if not kwh or near(mean_price(case), at):
        return None
    taking = {home for home in mine if (case.book.limit_price[home] <= at if case.book.net_kwh[home] > 0.0
                                        else case.book.limit_price[home] >= at)}  # fmt: skip
    offered, wanted = sums(case, taking.__contains__)
    assert (offered > wanted) if sells else (wanted > offered)
    assert (mean_price(case) < at) == sells
    return Claim(base(case) | {"price": mean_price(case)})


# Rules that share out.


def players(case):
    return sorted({home for row in rows(case.outcome) for home in row[:2]})


@oracle("why.pool", cases(*POOLED))
def pool(case):
    made = rows(case.outcome)
    if not made:
        return None
    limit = case.book.limit_price
    gain = math.fsum(row[2] * (limit[row[1]] - limit[row[0]]) for row in made)
    assert abs(gain - worth(case.book, range(len(case.book.names)))) <= 1e-6 * (1.0 + abs(gain))
    return Claim({"gain": gain})


@oracle("why.only_players", cases(*POOLED))
def only_players(case):
    return Claim({}) if rows(case.outcome) and not look(case)[4] else None


@oracle("why.equal_part", cases("nash-bargaining"))
def equal_part(case):
    if not look(case)[4]:
        return None
    there = players(case)
    gain = worth(case.book, there)
    assert abs(own_gain(case) - gain / len(there)) <= 1e-6 * (1.0 + gain)
    return Claim({"players": len(there), "gain": gain, "share": own_gain(case)})


def shapley_value(case, there):
    """Return the mean, over all coalitions of the others by their weights, of what the home adds."""
    others = [home for home in there if home != case.home]
    total = 0.0
    for size in range(len(others) + 1):
        weight = Fraction(math.factorial(size) * math.factorial(len(others) - size), math.factorial(len(others) + 1))
        for some in combinations(others, size):
            total += float(weight) * (worth(case.book, [*some, case.home]) - worth(case.book, some))
    return total


@oracle("why.average_added", cases("shapley"))
def average_added(case):
    if not look(case)[4]:
        return None
    there = players(case)
    last = worth(case.book, there) - worth(case.book, [home for home in there if home != case.home])
    if len(there) <= 6:
        assert abs(own_gain(case) - shapley_value(case, there)) <= 1e-6 * (1.0 + worth(case.book, there))
    draws = int(case.outcome.parameters["permutations"]) if len(there) > 12 else 0
    return Claim(base(case) | {"last": max(0.0, last), "share": own_gain(case), "draws": draws})


@oracle("why.nobody_leaves", cases("nucleolus"))
def nobody_leaves(case):
    if not look(case)[4]:
        return None
    there = players(case)
    gain = worth(case.book, there)
    last = gain - worth(case.book, [home for home in there if home != case.home])
    if len(there) <= 7:
        by_home = {}
        for home in there:
            by_home[home] = own_gain(type(case)(case.outcome, home))
        for size in range(1, len(there)):
            for some in combinations(there, size):
                assert worth(case.book, some) <= sum(by_home[home] for home in some) + 1e-6 * (1.0 + gain)
    return Claim(base(case) | {"players": len(there), "last": max(0.0, last), "share": own_gain(case)})


@oracle("why.becomes", cases(*POOLED))
def becomes(case):
    _, sells, limit, _, kwh = look(case)
    if not kwh:
        return None
    share, at = own_gain(case), mean_price(case)
    assert abs(limit + (share if sells else -share) / kwh - at) <= 1e-6 * (1.0 + abs(at))
    figures = {"sells": sells, "kwh": kwh, "share": share, "limit": limit, "price": at, "digits": digits(case.outcome)}
    return Claim(figures, numbers=(share / kwh,))


@oracle("why.haggling", cases("consensus"))
def haggling(case):
    assert all(near(row[3], row[4]) for row in rows(case.outcome))
    return Claim({})


@oracle("why.no_agreement", cases("consensus"))
def no_agreement(case):
    return None if look(case)[4] else Claim(base(case), numbers=(0.0,))


@oracle("why.agreed", cases("consensus"))
def agreed(case):
    limit, mine = look(case)[2], own_trades(case)
    if not mine:
        return None
    at = [one[2] for one in mine]
    return Claim(base(case) | {
        "partners": [case.book.names[one[0]] for one in mine], "prices": [min(at), max(at)],
        "before": not any(near(one, limit) for one in at), "limit": limit,
        "curvature": case.outcome.parameters["curvature"],
    })  # fmt: skip


# A rule that nobody knows.


@oracle("why.nobody_may", cases(str(SOMEBODYS_RULE)))
def nobody_may(case):
    return None if rows(case.outcome) else Claim({})


@oracle("why.among", cases(str(SOMEBODYS_RULE)))
def among(case):
    made = rows(case.outcome)
    if not made:
        return None
    column = 4 if look(case)[1] else 3
    at = [row[column] for row in made]
    mean = math.fsum(row[2] * row[column] for row in made) / math.fsum(row[2] for row in made)
    own = mean_price(case) if look(case)[4] else None
    figures = base(case) | {"prices": [min(at), max(at)], "mean": mean, "price": own}
    way = () if own is None or near(own, mean) else ("more." if own > mean else "less.",)
    return Claim(figures, numbers=() if own is None else (own - mean,), pieces=way)
