"""What is true of the homes' bills and trades, worked out from the tables of homes and of trades."""

from __future__ import annotations

from collections import defaultdict

import polars as pl

import jiran.app.charts.home
import jiran.app.charts.run_step
import jiran.explain.homes
import jiran.explain.trades
import jiran.explain.warnings
from jiran import simulate
from jiran.explain.step.run_step import take_apart
from jiran.nothing import NOTHING_KWH, NOTHING_MONEY, RESIDUE
from jiran.scenario import validate
from jiran.scenario.files import as_data
from jiran.scenario.overrides import with_overrides
from peaks import paid_alone, paid_for_peaks
from truth.harness import Claim, oracle
from truth.rounding import amount, decimals, energy, many, percent
from truth.run import (
    all_known,
    at_meters,
    bids,
    cars_bid,
    earned_in_market,
    hours_of_the_clock,
    names_battery,
    of_window,
    sold_at_all,
    street_bids,
    traders,
    what_stores,
)

assert jiran.explain.homes, jiran.explain.trades  # bring the forms in
assert jiran.explain.warnings, jiran.app.charts

NAMES = {"solar": "Solar", "ev": "EV", "hybrid": "Solar + EV", "normal": "Normal"}
NAMES |= {"prosumer": "Prosumer", "consumer": "Consumer"}


def savings(result):
    return {row["id"]: row["cost_without_p2p"] - row["cost"] for row in result.homes.to_dicts()}


def signed(value, result):
    """Return an amount that may be negative."""
    text = decimals(value, 2)
    return f"{'-' if text[0] == '-' else ''}{result.scenario.currency} {text.lstrip('-')}"


@oracle("homes.most")
def most(result):
    saving = savings(result)
    best = max(saving.values())
    if not sold_at_all(result) or best <= NOTHING_MONEY:
        return None
    home = next(name for name, saved in saving.items() if saved >= best - NOTHING_MONEY)
    return Claim(
        {"home": home, "gain": best, "currency": result.scenario.currency},
        (f"{home} gains most: {amount(best, result)}.",),
    )


def evenly(result):
    """Return the savings, if they can be shared: nobody loses and there are several homes."""
    saving = list(savings(result).values())
    if not sold_at_all(result) or min(saving) < -NOTHING_MONEY or sum(saving) <= NOTHING_MONEY * len(saving):
        return None
    return [max(saved, 0.0) for saved in saving]


@oracle("homes.jain")
def jain(result):
    saving = evenly(result)
    if saving is None or len(saving) == 1:
        return None
    index = sum(saving) ** 2 / len(saving) / sum(saved**2 for saved in saving)
    words = (f"is {decimals(index, 2)}: 1 means that all homes", f"same, {decimals(1 / len(saving), 2)} that one")
    return Claim({"jain": index, "homes": len(saving)}, words)


@oracle("homes.gini")
def gini(result):
    saving = evenly(result)
    if saving is None or len(saving) == 1:
        return None
    difference = sum(abs(one - other) for one in saving for other in saving) / len(saving) ** 2
    difference = difference if difference > NOTHING_MONEY else 0.0
    index = difference * len(saving) / (2 * sum(saving))
    words = (f"is {decimals(index, 2)}:", f"differ by {amount(difference, result)} on", "; 0 means")
    return Claim({"gini": index, "difference": difference, "currency": result.scenario.currency}, words)


@oracle("homes.half")
def half(result):
    saving = evenly(result)
    if saving is None or len(saving) == 1:
        return None
    homes = len(saving) // 2
    part, equal = sum(sorted(saving)[:homes]) / sum(saving), homes / len(saving)
    who = "The home that saves least has" if homes == 1 else f"The {homes:,} homes that save least have"
    words = (f"{who} {percent(part)} of", f"be {percent(equal)}.")
    return Claim({"homes": homes, "share": part, "equal": equal}, words)


@oracle("homes.both_ways")
def both_ways(result):
    saving = savings(result).values()
    gains, losses = ([saved for saved in saving if sign * saved > NOTHING_MONEY] for sign in (1, -1))
    if not sold_at_all(result) or not losses:
        return None
    figures = {"winners": len(gains), "gained": sum(gains), "losers": len(losses), "lost": -sum(losses)}
    words = [f"{many(len(losses), 'home loses', 'homes lose')} {amount(-sum(losses), result)} by"]
    gain = f"{many(len(gains), 'home gains', 'homes gain')} {amount(sum(gains), result)}"
    words.append(gain if gains else "No home gains")
    return Claim(figures | {"currency": result.scenario.currency}, tuple(words))


@oracle("homes.nothing_to_share")
def nothing_to_share(result):
    saving = savings(result).values()
    trades = sold_at_all(result)
    some = min(saving) < -NOTHING_MONEY or sum(saving) > NOTHING_MONEY * len(saving)
    return None if trades and some else Claim({}, ())


@oracle("homes.switched")
def switched(result):
    if not sold_at_all(result):
        return None
    sides = defaultdict(lambda: [0.0, 0.0])
    for seller, buyer, kwh in result.trades.select("seller", "buyer", "kwh").iter_rows():
        sides[seller][0] += kwh
        sides[buyer][1] += kwh
    sides.pop("community battery", None)
    both = sum(min(pair) > NOTHING_KWH for pair in sides.values())
    return Claim({"homes": both}, (many(both, "home changed", "homes changed") if both else "No home changed",))


def of_home(drawn):
    """Yield three homes, each with a stretch of steps."""
    result = drawn.result
    for _ in range(3):
        first = int(drawn.rng.integers(result.timeline.steps))
        last = int(drawn.rng.integers(first + 1, result.timeline.steps + 1))
        yield result, int(drawn.rng.integers(result.community.size)), first, last


@oracle("homes.trades", of_home)
def trades(result, home, first, last):
    name = result.community.ids[home]
    figures = {"home": name, "currency": result.scenario.currency}
    words = [name]
    log = [row for row in result.trades.to_dicts() if first <= row["step"] < last]
    for verb, side, money in (("sold", "seller", "received"), ("bought", "buyer", "paid")):
        own = [row for row in log if row[side] == name]
        kwh, total = sum(row["kwh"] for row in own), sum(row[money] for row in own)
        figures |= {f"{verb}_kwh": kwh, f"{verb}_trades": len(own), f"{verb}_for": total}
        if own:
            worth = amount(total, result) if total >= 0 else signed(total, result)
            words.append(f"{verb} {energy(kwh)} in {many(len(own), 'trade', 'trades')} for {worth}")
    return Claim(figures, tuple(words) if len(words) > 1 else (name, "did not trade"))


@oracle("homes.bills_chart")
def bills_chart(result):
    rows, saving = result.homes.to_dicts(), savings(result)
    best = next(row for row in rows if saving[row["id"]] >= max(saving.values()) - NOTHING_MONEY)
    worst = next(row for row in rows if saving[row["id"]] <= min(saving.values()) + NOTHING_MONEY)
    worse = sum(saved < -NOTHING_MONEY for saved in saving.values())
    figures = {
        "homes": len(rows),
        "worse": worse,
        "currency": result.scenario.currency,
        **{
            name: {"home": row["id"], "before": row["cost_without_p2p"], "after": row["cost"]}
            for name, row in (("best", best), ("worst", worst))
        },
    }
    words = [
        f"{row['id']} saves {how}: {signed(row['cost_without_p2p'], result)} becomes {signed(row['cost'], result)}."
        for how, row in (("most", best), ("least", worst))
    ]
    loses = many(worse, "home is worse off.", "homes are worse off.") if worse else "No homes are worse off."
    return Claim(figures, (f"Bills of {many(len(rows), 'home', 'homes')} with", *words, loses))


@oracle("homes.kinds_chart")
def kinds_chart(result):
    saving, kinds = savings(result), dict(zip(result.community.ids, result.community.kinds, strict=True))
    means = []
    for kind in NAMES:
        own = [saving[home] for home in saving if kinds[home] == kind]
        if own:
            means.append((kind, sum(own) / len(own)))
    words = tuple(f"{NAMES[kind]} {signed(mean, result)}" for kind, mean in means)
    return Claim({"kinds": tuple(means), "currency": result.scenario.currency}, words)


@oracle("homes.roles_chart")
def roles_chart(result):
    if not sold_at_all(result):
        return None
    net = defaultdict(float)
    for seller, buyer, kwh in result.trades.select("seller", "buyer", "kwh").iter_rows():
        net[seller] += kwh
        net[buyer] -= kwh
    net.pop("community battery", None)
    sellers, buyers = (sum(sign * kwh > NOTHING_KWH for kwh in net.values()) for sign in (1, -1))
    by_hour = hours_of_the_clock(result, 0, result.timeline.steps)
    hour = ""
    if by_hour is not None:
        most = min(at for at, kwh in by_hour.items() if kwh >= max(by_hour.values()) * (1 - 1e-9))
        hour = f"{most:02d}:00 to {most + 1:02d}:00"
    local = result.timeline.local_s[[0, -1]] // 86_400
    words = (
        *([f"from {hour},"] if hour else []),
        many(sellers, "home sells more", "homes sell more") if sellers else "no homes sell more",
        many(buyers, "home buys more", "homes buy more") if buyers else "no homes buy more",
    )
    return Claim({"hour": hour, "days": bool(local[0] != local[1]), "sellers": sellers, "buyers": buyers}, words)


@oracle("trades.total", of_window)
def total(result, first, last):
    log = [row for row in result.trades.to_dicts() if first <= row["step"] < last]
    kwh, paid = sum(row["kwh"] for row in log), sum(row["paid"] for row in log)
    battery = any(map(names_battery, log))
    figures = {"trades": len(log), "kwh": kwh, "paid": paid, "currency": result.scenario.currency, "battery": battery}
    if not log:
        return Claim(figures, ("Nothing was traded.",))
    worth = amount(paid, result) if paid >= 0 else signed(paid, result)
    return Claim(
        figures,
        (f"{traders(battery)[1:]} traded {energy(kwh)} in {many(len(log), 'trade', 'trades')};", f"paid {worth}."),
    )


@oracle("trades.roles", of_window)
def roles(result, first, last):
    sells, buys = set(), set()
    log = [row for row in result.trades.to_dicts() if first <= row["step"] < last]
    for home in result.community.ids:
        if sum(row["kwh"] for row in log if row["seller"] == home) > NOTHING_KWH:
            sells.add(home)
        if sum(row["kwh"] for row in log if row["buyer"] == home) > NOTHING_KWH:
            buys.add(home)
    homes, both = result.community.size, len(sells & buys)
    generation = float(result.flows["generation_kwh"][first:last].sum())
    demand = float(sum(result.flows[name][first:last].sum() for name in ("load_kwh", "ev_kwh")))
    battery = any(map(names_battery, log))
    figures = {"homes": homes, "sellers": len(sells), "both": both, "known": all_known(result), "battery": battery}
    if all_known(result):
        figures |= {"generation_kwh": generation, "demand_kwh": demand}
        first_words = f"{many(homes, 'home generates', 'homes generate')} {energy(generation)} and", energy(demand)
    else:
        net = at_meters(result)[first:last]
        given, taken = float(net[net > 0].sum()), float(-net[net < 0].sum())
        figures |= {"given_kwh": given, "taken_kwh": taken}
        first_words = f"{many(homes, 'home gives out', 'homes give out')} {energy(given)} and", f"in {energy(taken)}."
    sold = many(len(sells), "home sold", "homes sold") if sells else "No home sold"
    also = (
        f"{both or 'none'} of them also"
        if len(sells) > 1
        else "and also bought"
        if both
        else "and never"
        if sells
        else "No"
    )
    where = ("in the market" if battery else "to neighbours" if sells else "to a neighbour",)
    return Claim(figures, (*first_words, sold, also, *where))


#: Rules that tell homes apart by their bids.
BY_BIDS = (
    "continuous-double-auction", "huang", "mcafee", "muda", "pay-as-bid", "random-p2p", "trade-reduction",
    "uniform-price", "vcg",
)  # fmt: skip


@oracle("warning.alike")
def alike(result):
    rule, strategy = result.scenario.market.mechanism, result.scenario.bids.strategy
    return (
        Claim({"rule": rule, "strategy": strategy}, (rule, strategy))
        if rule in BY_BIDS
        and strategy == "price-taker"
        and result.scenario.grid.tariff is None
        and not bids(result.scenario)
        and not cars_bid(result.scenario)
        and not street_bids(result.scenario)
        else None
    )


def beyond(result, price, column, sign):
    """Return the kWh of trades whose price lies beyond the grid's."""
    grid = result.steps[price].to_list()
    return sum(row["kwh"] for row in result.trades.to_dicts() if sign * (row[column] - grid[row["step"]]) > 1e-12)


@oracle("warning.sellers_lose")
def sellers_lose(result):
    kwh = beyond(result, "export_price", "seller_price", -1)
    known = result.scenario.grid.tariff is None  # else the grid's price hangs on the home
    return Claim({"kwh": kwh}, (f"{energy(kwh)} were sold",)) if known and kwh > NOTHING_KWH else None


@oracle("warning.buyers_lose")
def buyers_lose(result):
    kwh = beyond(result, "import_price", "buyer_price", 1)
    known = result.scenario.grid.tariff is None
    return Claim({"kwh": kwh}, (f"{energy(kwh)} were bought",)) if known and kwh > NOTHING_KWH else None


@oracle("warning.borrowed")
def borrowed(result):
    held = [result.start.stored_kwh, float(result.flows.outputs.soc_kwh[-1])]
    if result.flows.fleet.homes.size > 0:
        held[0] += float(sum(result.start.ev_stored_kwh))
        held[1] += float(sum(result.flows.outputs.ev_stored_kwh[-1]))
    if len(result.flows.battery_homes):
        held[0] += result.scenario.home_battery.start_soc * float(sum(result.community.battery_kwh))
        held[1] += float(sum(result.flows.outputs.home_stored_kwh[-1]))
    less, used = held[0] - held[1], 0.0
    for home, hidden in enumerate(result.homes["net_metered"]):
        names = ("p2p_bought_kwh", "battery_drawn_kwh", "grid_import_kwh") if hidden else ("load_kwh", "ev_kwh")
        used += sum(float(result.flows[name][:, home].sum()) for name in names)
    if less <= max(NOTHING_KWH, 0.01 * used):
        return None
    who = what_stores(result)
    it = "it" if who.endswith("ends") else "they"
    return Claim({"who": who, "kwh": less}, (f"{who} with {energy(less)} less than {it} began",))


@oracle("warning.net_metered", lambda drawn: [(sum(drawn.result.homes["net_metered"]), drawn.result.homes.height)])
def net_metered(homes, of):
    if not homes:
        return None
    whole = homes == of and of > 1
    what = "it used and generated itself" if homes == 1 else "they used and generated themselves"
    who = f"{'all ' if whole else ''}{many(homes, 'home', 'homes')}"
    return Claim({"homes": homes, "all": whole}, (f"only import and export of {who} are known, so what {what} is not",))


@oracle("warning.pays_to_use")
def pays_to_use(result):
    steps = sum(price < 0 for price in result.steps["import_price"])
    return Claim({"steps": steps}, (f"in {many(steps, 'step', 'steps')} the", "below 0:")) if steps else None


@oracle("trades.pairs_chart", of_window)
def pairs_chart(result, first, last):
    kwh, paid = defaultdict(float), defaultdict(float)
    for row in result.trades.to_dicts():
        if first <= row["step"] < last:
            kwh[row["seller"], row["buyer"]] += row["kwh"]
            paid[row["seller"], row["buyer"]] += row["paid"]
    if not kwh:
        return None
    ids = (*result.community.ids, "community battery")
    order = sorted(kwh, key=lambda pair: (-round(kwh[pair], 7), ids.index(pair[0]), ids.index(pair[1])))[:3]
    battery = any("community battery" in pair for pair in kwh)
    most, words = [], [f"between {many(len(kwh), 'pair', 'pairs')}{' of homes' * (not battery)};"]
    for seller, buyer in order:
        total = paid[seller, buyer]
        most.append((seller, buyer, kwh[seller, buyer], total))
        worth = amount(total, result) if total >= 0 else signed(total, result)
        words.append(f"{seller} sold {energy(kwh[seller, buyer])} to {buyer} for {worth}")
    return Claim(
        {"battery": battery, "pairs": len(kwh), "most": tuple(most), "currency": result.scenario.currency}, tuple(words)
    )


@oracle("home.day_chart", of_home)
def day_chart(result, home, first, last):
    kwh = {name: float(sum(result.flows[name][first:last, home])) for name in result.flows}
    sides = {
        "came": {"Own sun": "generation", "EV": "ev_supplied", "Own battery": "home_battery_given", "Neighbours": "p2p_bought", "Battery": "battery_drawn", "Grid": "grid_import"},
        "went": {"Household": "load", "EV": "ev", "Own battery": "home_battery_charged", "Neighbours": "p2p_sold", "Battery": "battery_charged", "Grid": "grid_export"},
    }  # fmt: skip
    if may_trade_with_battery(result):
        sides = {
            side: {"Market" if name == "Neighbours" else name: flow for name, flow in flows.items()}
            for side, flows in sides.items()
        }
    if not result.homes["net_metered"][home]:  # else it is neither import nor export
        sides["went"]["Left out"] = "curtailed"
    found = {
        side: tuple((name, kwh[f"{flow}_kwh"]) for name, flow in flows.items() if round(kwh[f"{flow}_kwh"], 9) >= 0.005)
        for side, flows in sides.items()
    }
    words = [f"{name} {energy(part)}" for parts in found.values() for name, part in parts]
    name = result.community.ids[home]
    if result.homes["net_metered"][home]:
        start = f"Import of {name}: {'' if found['came'] else 'nothing'}"
        end = f"its export: {'' if found['went'] else 'nothing'}"
        return Claim({"home": name, "net_metered": True} | found, (start, end, *words))
    nowhere = [f"{word} nowhere" for side, word in (("came", "from"), ("went", "to")) if not found[side]]
    return Claim({"home": name, "net_metered": False} | found, (f"Energy of {name}:", *words, *nowhere))


def may_trade_with_battery(result):
    return street_bids(result.scenario) and result.scenario.market.mechanism not in (
        "grid-only",
        "bill-sharing",
        "static-keys",
    )


def fund_share(result, home):
    """Return what a home gets of what the battery earned: by its use of the battery, or as much as any other."""
    drawn, charged = result.flows["battery_drawn_kwh"], result.flows["battery_charged_kwh"]
    earned = sum((drawn.T @ result.prices.battery_sells).tolist()) - sum(
        (charged.T @ result.prices.battery_buys).tolist()
    )
    out = result.flows.outputs
    earned += sum((out.battery_export_kwh * result.prices.grid_export).tolist())
    earned -= sum((out.battery_import_kwh * result.prices.grid_import).tolist())
    earned += earned_in_market(result)
    earned -= paid_for_peaks(result).by_battery
    use = (drawn + charged).sum(axis=0)
    how = result.scenario.battery.fund_share
    if how == "keep":
        return 0.0
    return float(earned * use[home] / use.sum() if how == "use" and use.any() else earned / use.size)


def at_peaks(result, home):
    """Return what a home pays for the street's peaks, and what it would pay with the grid alone."""
    if not result.scenario.grid.demand_charge:
        return 0.0, 0.0
    # Without trades cars that lend and batteries that bid would do something else, so only the sum is known.
    if len(result.flows.fleet.homes) or bids(result.scenario):
        return float(paid_for_peaks(result).payment[home]), float(result.without_p2p.demand.without_battery[home])
    return float(paid_for_peaks(result).payment[home]), float(paid_alone(result, at_meters(result))[home])


def moves_by_trades(result, home):
    """Tell whether a home's stores would do something else without trades: it lends, bids, or serves a street that lends."""
    scenario, flows = result.scenario, result.flows
    if (scenario.grid.import_limit_kw, scenario.grid.export_limit_kw) != (None, None):
        return True  # what roofs must leave out hangs on what others trade
    bidding = bids(scenario) and scenario.market.mechanism != "grid-only"
    lent = scenario.ev.supply.enabled and len(flows.fleet.homes) > 0
    serves = scenario.home_battery.controller == "cooperative" and lent
    return home in flows.fleet.homes or (home in flows.battery_homes and (bidding or serves))


@oracle("home.bill_chart", lambda drawn: [subject[:2] for subject in of_home(drawn)])
def bill_chart(result, home):
    kwh = {name: result.flows[name][:, home] for name in result.flows}
    row, price = result.homes.row(home, named=True), result.prices
    own = at_meters(result)[:, home]
    pays, gets = float(kwh["grid_import_kwh"] @ price.grid_import), float(kwh["grid_export_kwh"] @ price.grid_export)
    peaks, peaks_alone = at_peaks(result, home)
    grid_only = row["cost_grid_only"] - peaks_alone
    if result.scenario.grid.tariff is not None:
        utility = sum(amount for whose, amount in result.bills.select("home", "amount").rows() if whose == row["id"])
        sums = (utility, grid_only)
        parts = [("Grid", utility - grid_only)]
    elif moves_by_trades(result, home):
        sums = (pays, gets, grid_only)
        parts = [("Grid", pays - gets - grid_only)]
    else:
        alone = sum(max(-net, 0.0) * cost for net, cost in zip(own, price.grid_import, strict=True))
        earned = sum(max(net, 0.0) * worth for net, worth in zip(own, price.grid_export, strict=True))
        sums = (pays, gets, alone, earned)
        parts = [("Grid import", pays - alone), ("Grid export", earned - gets)]
    summed = max(map(abs, sums))
    parts = [(name, value if abs(value) > RESIDUE * summed else 0.0) for name, value in parts]
    battery = float(kwh["battery_drawn_kwh"] @ price.battery_sells - kwh["battery_charged_kwh"] @ price.battery_buys)
    at_the_end = float(result.settlement.period_payment[home])
    fund, settled = -fund_share(result, home), -float(result.settlement.fund_share[home])
    fund = (
        settled if abs(fund - settled) <= 1e-9 * max(1.0, abs(fund)) else fund
    )  # a tie of the last cent is rounded once
    parts += [
        ("Paid in the market" if may_trade_with_battery(result) else "Paid to neighbours", row["p2p_paid"]),
        ("Got in the market" if may_trade_with_battery(result) else "Paid by neighbours", -row["p2p_received"]),
        ("Battery", battery),
    ]
    of_peaks = peaks - peaks_alone if abs(peaks - peaks_alone) > RESIDUE * max(peaks, peaks_alone) else 0.0
    parts += [("End of the billing period", at_the_end), ("Share in the street's peaks", of_peaks)]
    parts += [("Share of the battery fund", fund)]
    whole = row["cost_grid_only"] + sum(value for _, value in parts)
    size = summed + abs(whole) + abs(row["p2p_paid"]) + abs(row["p2p_received"])
    assert abs(whole - row["cost"]) <= 1e-7 + RESIDUE * size
    changes = tuple((name, value) for name, value in parts if round(abs(value), 9) >= 0.005)
    figures = {"home": row["id"], "alone": row["cost_grid_only"], "changes": changes, "now": row["cost"]}
    words = [f"{name} {signed(value, result)}" for name, value in changes] or ["changes: none"]
    ends = (f"Bill of {row['id']}: {signed(row['cost_grid_only'], result)} with", f"now {signed(row['cost'], result)}.")
    return Claim(figures | {"currency": result.scenario.currency}, (*ends, *words), summed=summed)


def paid_to(run, home):
    """Return what a home pays grid, battery, for peaks and out of the battery's fund in a run, by account."""
    kwh, price = {name: run.flows[name][:, home] for name in run.flows}, run.prices
    row = run.homes.row(home, named=True)
    if run.scenario.grid.tariff is None:
        grid = float(kwh["grid_import_kwh"] @ price.grid_import - kwh["grid_export_kwh"] @ price.grid_export)
    else:
        grid = sum(amount for whose, amount in run.bills.select("home", "amount").rows() if whose == row["id"])
    return {
        "grid": grid,
        "battery": float(kwh["battery_drawn_kwh"] @ price.battery_sells - kwh["battery_charged_kwh"] @ price.battery_buys),
        "fund": -fund_share(run, home),
        "peaks": float(paid_for_peaks(run).payment[home]) if run.scenario.grid.demand_charge else 0.0,
    }  # fmt: skip


@oracle("run.loss")
def loss(result):
    costs = [(row["cost"] - row["cost_without_p2p"]) for row in result.homes.to_dicts()]
    if not sold_at_all(result) or max(costs) <= NOTHING_MONEY:
        return None
    home = next(place for place, more in enumerate(costs) if more >= max(costs) - NOTHING_MONEY)
    row = result.homes.row(home, named=True)
    changed = with_overrides(as_data(result.scenario), {"market.mechanism": "grid-only"})
    alone = simulate(validate(changed), profiles=result.flows.profiles)
    now, then = paid_to(result, home), paid_to(alone, home)
    parts = {"trades": row["p2p_paid"] - row["p2p_received"]} | {name: now[name] - then[name] for name in now}
    parts["period"] = costs[home] - sum(parts.values())
    parts = {name: value if abs(value) > NOTHING_MONEY else 0.0 for name, value in parts.items()}
    said = {
        "trades": ("its trades cost it {} on", "its trades brought it {} on"),
        "period": ("billing period cost it {}", "billing period brought it {}"),
        "grid": ("the grid cost it {} more", "the grid cost it {} less"),
        "battery": ("battery cost it {} more", "battery cost it {} less"),
        "fund": ("fund is {} smaller", "fund is {} larger"),
        "peaks": ("peaks cost it {} more", "peaks cost it {} less"),
    }
    words = [said[name][value < 0.0].format(amount(abs(value), result)) for name, value in parts.items() if value]
    words += [f"{row['id']} pays more because"] + ["; against that, "] * any(value < 0.0 for value in parts.values())
    return Claim({"home": row["id"], **parts, "currency": result.scenario.currency}, tuple(words))


def of_step(drawn):
    """Yield two steps of the run, taken apart."""
    for _ in range(2):
        yield (take_apart(drawn.result, int(drawn.rng.integers(drawn.result.timeline.steps))),)


def signed_energy(kwh):
    return energy(kwh) if kwh >= 0 else f"-{energy(-kwh)}"


@oracle("step.balances", of_step)
def balances(step):
    net = {}
    for row in pl.DataFrame(step.orders).to_dicts():
        behind = row["generation_kwh"] + row["ev_supplied_kwh"] - row["load_kwh"] - row["ev_kwh"]
        behind += row["battery_given_kwh"] - row["battery_charged_kwh"]
        net[row["home"]] = row["surplus_kwh"] - row["deficit_kwh"] if row["net_metered"] else behind
    most = next(home for home, kwh in net.items() if kwh >= max(net.values()) - NOTHING_KWH)
    least = next(home for home, kwh in net.items() if kwh <= min(net.values()) + NOTHING_KWH)
    figures = {"label": step.label, "most": most, "least": least, "highest": net[most], "lowest": net[least]}
    words = (
        f"{most} has the highest balance with {signed_energy(net[most])},",
        f"{least} the lowest with {signed_energy(net[least])}.",
    )
    return Claim(figures, (f", {step.label}:", *words))


@oracle("step.in_and_out", of_step)
def in_and_out(step):
    names = {
        "Sun": "generation", "From EVs": "ev_supplied", "From batteries in homes": "home_battery_given", "From the battery": "battery_drawn", "From the grid": "grid_import",
        "Households": "load", "EV charging": "ev", "To batteries in homes": "home_battery_charged", "To the battery": "battery_charged", "To the grid": "grid_export",
        "Left out by roofs": "curtailed",
    }  # fmt: skip
    more = {"From the battery": "battery_sold_kwh", "To the battery": "battery_bought_kwh"}  # in the market
    parts = tuple(
        (name, step.energy[f"{flow}_kwh"] + (step.energy[more[name]] if name in more else 0.0))
        for name, flow in names.items()
    )
    if any(step.orders["net_metered"]):
        sides = {
            "Export of the homes": ("p2p_sold_kwh", "battery_charged_kwh", "grid_export_kwh"),
            "Import of the homes": ("p2p_bought_kwh", "battery_drawn_kwh", "grid_import_kwh"),
        }
        parts = (*((name, sum(step.energy[flow] for flow in flows)) for name, flows in sides.items()), *parts[:-1])
    parts = tuple((name, kwh) for name, kwh in parts if kwh > NOTHING_KWH)
    words = [f"{name} {energy(kwh)}" for name, kwh in parts] or ["none"]
    return Claim({"label": step.label, "parts": parts}, (f", {step.label}:", *words))
