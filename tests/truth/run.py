"""What is true of a run and of some of its steps, worked out from its tables and flows."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

import jiran.explain.exchange
import jiran.explain.run
from jiran.nothing import NOTHING_KWH, NOTHING_MONEY
from peaks import paid_for_peaks
from truth.harness import Claim, Drawn, oracle
from truth.rounding import amount, dates, decimals, duration, energy, many, percent, period, size, wall

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jiran import Result, Scenario

assert jiran.explain.run  # brings the forms in
assert jiran.explain.exchange


def of_window(drawn: Drawn) -> Iterable[tuple[Any, ...]]:
    """Yield the whole run and two stretches of it."""
    steps = drawn.result.timeline.steps
    yield drawn.result, 0, steps
    for _ in range(2):
        first = int(drawn.rng.integers(steps))
        yield drawn.result, first, int(drawn.rng.integers(first + 1, steps + 1))


def steps_of(result: Result, first: int, last: int) -> list[dict[str, Any]]:
    """Return the rows of the table of steps."""
    return result.steps.slice(first, last - first).to_dicts()


def standby_kwh(result: Result) -> float:
    """Return what a battery in a home uses in a step whatever it does."""
    return result.scenario.home_battery.standby_w / 1000.0 * result.timeline.step_minutes / 60.0


def at_meters(result: Result) -> np.ndarray:
    """Return what each home has left of its own (> 0) or lacks (< 0) in each step, kWh, shape (step, home).

    Of net-metered homes the profiles hold export and import.
    """
    given, out, fleet = result.flows.profiles, result.flows.outputs, result.flows.fleet
    net = given.generation_kwh - given.load_kwh - given.ev_kwh
    for place, home in enumerate(fleet.homes):
        net[:, home] += out.ev_supplied_kwh[:, place] - out.ev_charged_kwh[:, place]
    for place, home in enumerate(result.flows.battery_homes):
        moved = out.home_moved_kwh[:, place]
        net[:, home] -= moved + standby_kwh(result)
    return net


def names_battery(row):
    """Tell whether a trade names the community battery, which has more than nothing to do with it."""
    return "community battery" in (row["seller"], row["buyer"])


def traders(battery):
    return "neighbours" + " and the community battery" * battery


def earned_in_market(result):
    """Return what the community battery got for what it sold in the market less what it paid there, from the trades that name it."""
    log = result.trades.with_columns(pl.col("seller", "buyer").cast(pl.String))
    return float(
        log.filter(pl.col("seller") == "community battery")["received"].sum()
        - log.filter(pl.col("buyer") == "community battery")["paid"].sum()
    )


def street_bids(scenario: Scenario) -> bool:
    """Tell whether the community battery may bid by what it is asked; some rules are among homes alone."""
    of = scenario.battery
    asks = of.controller not in ("self-consumption", "time-of-use", "peak-shaving") and not of.controller.endswith(
        ".toml"
    )
    return of.in_market and asks and of.capacity_kwh > 0


def went_in(result):
    """Return what went into it at its terminals in each step, by the balance of its account: below 0 it gave."""
    out, market = result.flows.outputs, in_market(result)
    homes = result.flows["battery_charged_kwh"].sum(axis=1) - result.flows["battery_drawn_kwh"].sum(axis=1)
    return homes + out.battery_import_kwh - out.battery_export_kwh - market


def in_market(result):
    """Return what it sold in the market less what it bought there, from the trades that name it."""
    found = np.zeros(result.timeline.steps)
    for row in result.trades.select("step", pl.col("seller", "buyer").cast(pl.String), "kwh").iter_rows():
        step, seller, buyer, kwh = row
        found[step] += kwh * ((seller == "community battery") - (buyer == "community battery"))
    return found


def bids(scenario: Scenario) -> bool:
    """Tell whether batteries in homes bid: of a file's homes it is taken that they have none."""
    asked = scenario.home_battery
    plans = asked.controller not in ("self-consumption", "time-of-use", "cooperative", "peak-shaving")
    owners = [group for group in scenario.homes.groups if group.count] + list(scenario.homes.single)
    return asked.in_market and plans and any(home.battery_kwh for home in owners)


def cars_bid(scenario: Scenario) -> bool:
    """Tell whether cars bid: not where batteries serve the street in turn."""
    ev, batteries = scenario.ev, scenario.home_battery.controller
    owners = [group for group in scenario.homes.groups if group.count] + list(scenario.homes.single)
    in_turn = batteries == "cooperative" and any(home.battery_kwh for home in owners)
    drivers = any(home.kind in ("ev", "hybrid") for home in owners)
    return drivers and ev.in_market and ev.charging in ("smart", "v2g") and not ev.supply.enabled and not in_turn


def what_stores(result: Result) -> str:
    """Return the names of all stores that there are, with the verb."""
    names = ["the battery"] * (result.scenario.battery.capacity_kwh > 0)
    names += ["the batteries in homes"] * bool(len(result.flows.battery_homes))
    names += ["the cars"] * bool(len(result.flows.fleet.homes))
    if names in ([], ["the battery"]):
        return "the battery ends"
    return " and ".join([", ".join(names[:-1])] * (len(names) > 1) + names[-1:]) + " end"


def all_known(result: Result) -> bool:
    """Tell whether it is known of all homes what they used and generated."""
    return not any(result.homes["net_metered"])


def sold_at_all(result: Result) -> bool:
    """Tell whether there are trades worth the name."""
    return result.trades["kwh"].sum() > NOTHING_KWH


@oracle("run.street")
def street(result):
    homes = result.community
    generates, charges = result.flows["generation_kwh"].sum(axis=0), result.flows["ev_kwh"].sum(axis=0)
    roofs = sum(homes.pv_kwp[at] > 0 or generates[at] > 0 for at in range(homes.size))
    cars = sum(homes.ev_kw[at] > 0 or charges[at] > 0 for at in range(homes.size))
    own = sum(1 for at in range(homes.size) if homes.battery_kwh[at] > 0)
    hidden = sum(kind in ("prosumer", "consumer") for kind in homes.kinds)
    minutes = result.scenario.steps * result.scenario.step_minutes
    local = result.steps["time"][0]
    start = f"{local:%a} {local.day} {local:%b %Y} {wall(result, 0)}"
    battery = result.scenario.battery.capacity_kwh
    figures = {
        "homes": homes.size,
        "roofs": roofs,
        "cars": cars,
        "batteries": own,
        "net_metered": hidden,
        "battery_kwh": battery,
        "minutes": minutes,
        "start": start,
    }
    none = ("none has a solar roof", "none has an electric car")
    has = [
        many(number, f"has {what}", f"have {what}") if number else nobody
        for number, what, nobody in ((roofs, "a solar roof", none[0]), (cars, "an electric car", none[1]))
        if number or not hidden
    ]
    if own:
        has.append(many(own, "has a battery of its own", "have a battery of their own"))
    if hidden:
        whose = "it" if homes.size == 1 else "all" if hidden == homes.size else f"{hidden:,}"
        has.append(f"of {whose} only import and export are known")
    return Claim(
        figures,
        (
            many(homes.size, "home", "homes"),
            *has,
            f"a shared battery of {size(battery)} kWh" if battery else "no shared battery",
            f"over {duration(minutes)} from",
            start,
        ),
    )


@oracle("run.sold", of_window)
def sold(result, first, last):
    sells = {}
    for trade in result.trades.filter((result.trades["step"] >= first) & (result.trades["step"] < last)).to_dicts():
        sells[trade["seller"]] = sells.get(trade["seller"], 0.0) + trade["kwh"]
    of_battery = sells.pop("community battery", 0.0)
    total = sum(sells.values())
    if total <= NOTHING_KWH:
        return None
    lent = {}
    for place, home in enumerate(result.flows.fleet.homes):
        lent[result.community.ids[home]] = float(result.flows.outputs.ev_lent_kwh[first:last, place].sum())
    hidden = {home for home, kind in result.homes.select("id", "kind").iter_rows() if kind in ("prosumer", "consumer")}
    others = sum(kwh > NOTHING_KWH for home, kwh in sells.items() if home in hidden)
    stores = {result.community.ids[home] for home in result.flows.battery_homes} - hidden
    own = {home for home, kwh in sells.items() if kwh - lent.get(home, 0.0) > NOTHING_KWH and home not in hidden}
    roofs, batteries = len(own - stores), len(own & stores)
    cars = sum(kwh > NOTHING_KWH for kwh in lent.values())
    bought = {}
    for trade in result.trades.filter((result.trades["step"] >= first) & (result.trades["step"] < last)).to_dicts():
        bought[trade["buyer"]] = bought.get(trade["buyer"], 0.0) + trade["kwh"]
    to, by = bought.pop("community battery", 0.0), of_battery
    buyers = sum(kwh > NOTHING_KWH for kwh in bought.values())
    minutes = (last - first) * result.scenario.step_minutes
    who = [many(roofs, "solar roof", "solar roofs")] * bool(roofs)
    who += [f"{many(batteries, 'home', 'homes')} with a battery"] * bool(batteries)
    who += [many(cars, "car", "cars")] * bool(cars)
    other = "other " if who else ""
    who += [many(others, f"{other}home", f"{other}homes")] * bool(others)
    return Claim(
        {
            "roofs": roofs,
            "batteries": batteries,
            "cars": cars,
            "net_metered": others,
            "buyers": buyers,
            "kwh": total,
            "to_battery_kwh": to,
            "by_battery_kwh": by,
            "minutes": minutes,
        },
        (
            ", ".join([*who[:-2], " and ".join(who[-2:])]) + f" sold {energy(total)}",
            f" to {many(buyers, 'neighbour', 'neighbours')} in" if not to + by else "",
            f", {energy(to)} of it to the community battery, in" if to else "",
            f" The community battery sold {energy(by)} to homes." if by else "",
            f"in {duration(minutes)}.",
        ),
    )


def hours_of_the_clock(result, first, last):
    """Return the kWh traded in each hour of the clock, if steps lie within them and a single day has each once."""
    found, starts = {}, []
    for row in steps_of(result, first, last):
        minute = row["time"].minute
        if minute + row["time"].second / 60 + result.scenario.step_minutes > 60:
            return None
        starts.append(row["time"].replace(tzinfo=None, fold=0))
        found[row["time"].hour] = found.get(row["time"].hour, 0.0) + row["p2p_kwh"]
    if starts[0].date() == starts[-1].date():
        gaps = {(b - a).total_seconds() for a, b in pairwise(starts)}
        if gaps - {60.0 * result.scenario.step_minutes}:
            return None
    return found


@oracle("run.busiest_hour", of_window)
def busiest_hour(result, first, last):
    found = hours_of_the_clock(result, first, last)
    if found is None or sum(found.values()) <= NOTHING_KWH:
        return None
    most = max(found.values())
    hour = min(hour for hour, kwh in found.items() if kwh >= most * (1 - 1e-9))
    words = f"{hour:02d}:00 to {hour + 1:02d}:00"
    days = dates(result, first, last)
    log, hours = result.trades, result.timeline.local_s // 3_600 % 24
    battery = any(
        hours[row["step"]] == hour and first <= row["step"] < last for row in log.to_dicts() if names_battery(row)
    )
    return Claim(
        {"hour": words, "kwh": found[hour], "days": days, "battery": battery},
        (
            f"was {words}:",
            f"{traders(battery)} traded {energy(found[hour])}",
            "all days together" if days else "in it.",
        ),
    )


@oracle("run.busiest_step", of_window)
def busiest_step(result, first, last):
    by_step = [0.0] * result.timeline.steps
    number = [0] * result.timeline.steps
    for step, kwh in result.trades.select("step", "kwh").iter_rows():
        by_step[step] += kwh
        number[step] += 1
    inside = by_step[first:last]
    if sum(inside) <= NOTHING_KWH:
        return None
    step = first + next(place for place, kwh in enumerate(inside) if kwh >= max(inside) * (1 - 1e-9))
    when = period(result, step, step, dated=dates(result, first, last))
    battery = any(names_battery(row) for row in result.trades.to_dicts() if row["step"] == step)
    return Claim(
        {"period": when, "kwh": by_step[step], "trades": number[step], "battery": battery},
        (
            f"{traders(battery)[1:]} traded most",
            f"from {when}:",
            energy(by_step[step]),
            many(number[step], "trade", "trades") + ".",
        ),
    )


def price(value):
    """Return a price with as many digits as it has, six if it ends there and else four, at least two below 1."""
    if 1e-9 < abs(value) < 5e-5:  # two digits that count
        return f"{Decimal(f'{value:.1e}'):f}".rstrip("0")
    ends = round(value, 9) == round(round(value, 9), 6)
    text = decimals(value, 6 if ends else 4).rstrip("0").rstrip(".")
    return decimals(value, 2) if 0 < abs(float(text.replace(",", ""))) < 1 and len(text.partition(".")[2]) < 2 else text


def sold_stored(result):
    """Tell whether a home with a battery that bids ever sold more than it had without it, or the community battery sold anything."""
    if (result.trades["seller"].cast(pl.String) == "community battery").any():
        return True
    if not bids(result.scenario):
        return False
    own, out = at_meters(result), result.flows.outputs
    for place, home in enumerate(result.flows.battery_homes):
        own[:, home] += out.home_moved_kwh[:, place] + standby_kwh(result)
    sold = result.flows["p2p_sold_kwh"] - np.maximum(own, 0.0)
    return bool((sold[:, result.flows.battery_homes] > NOTHING_KWH).any())


@oracle("run.both_gained")
def both_gained(result):
    rows = result.trades.join(result.steps.select("step", "import_price", "export_price"), on="step").to_dicts()
    if not sold_at_all(result) or np.any(result.settlement.period_payment != 0):
        return None
    if result.scenario.grid.tariff is not None:  # the grid has no price that holds for all
        return None
    if not all(
        row["import_price"] - row["buyer_price"] > 1e-4 and row["seller_price"] - row["export_price"] > 1e-4
        for row in rows
    ):
        return None
    spans = {}
    columns = {"import": "import_price", "export": "export_price", "paid": "buyer_price", "got": "seller_price"}
    for name, column in columns.items():
        values = [row[column] for row in rows]
        spans[name] = (min(values), max(values))
    said = {
        name: price(low) if price(low) == price(high) else f"{price(low)} to {price(high)}"
        for name, (low, high) in spans.items()
    }
    currency = result.scenario.currency
    cars = bool(sum(float(kwh) > NOTHING_KWH for row in result.flows.outputs.ev_lent_kwh for kwh in row))
    batteries = sold_stored(result)
    stores = " or ".join(["a car"] * cars + ["a battery"] * batteries)
    return Claim(
        spans | {"currency": currency, "cars": cars, "batteries": batteries},
        (
            f"Why they traded: the grid took {currency} {said['import']} for a kWh",
            f"gave {currency} {said['export']} for one;",
            f"cost {currency} {said['paid']},"
            if said["got"] == said["paid"]
            else f"buyer paid {currency} {said['paid']} and the seller got {currency} {said['got']},",
            "so in every trade both sides had a better price",
            *([f"What {stores} gave it has to charge again"] if stores else []),
        ),
    )


def at_border(step, at):
    """Return what homes and battery take from the grid, less what they give."""
    taken = step["grid_import_kwh"][at] + step["battery_import_kwh"][at]
    return taken - step["grid_export_kwh"][at] - step["battery_export_kwh"][at]


@oracle("run.grid", of_window)
def grid(result, first, last):
    found = []
    for step in (result.settlement.step_kwh, result.without_p2p.step_kwh):
        demand = sum(step["load_kwh"][at] + step["ev_kwh"][at] for at in range(first, last))
        net = [at_border(step, at) for at in range(first, last)]
        found.append((sum(kwh for kwh in net if kwh > NOTHING_KWH), demand))
    (kwh, demand), (alone, alone_demand) = found
    if not all_known(result) or min(demand, alone_demand) <= NOTHING_KWH:
        return None
    words = (
        (f"took {energy(kwh)} from", f"{percent(kwh / demand)} of what") if kwh else ("took nothing from the grid;",)
    )
    if kwh:
        words += (f"without trading {percent(alone / alone_demand)}.",)
    elif alone:
        words += (f"without trading it took {percent(alone / alone_demand)} of what it used.",)
    else:
        words += ("nor did it without trading.",)
    return Claim({"kwh": kwh, "share": kwh / demand, "without": alone / alone_demand}, words)


@oracle("run.exchange", of_window)
def exchange(result, first, last):
    if all_known(result):
        return None
    figures, words = {}, []
    for ending, run in (("", result.settlement), ("_without", result.without_p2p)):
        took = gave = 0.0
        for at in range(first, last):
            net = at_border(run.step_kwh, at)
            took, gave = took + net * (net > NOTHING_KWH), gave - net * (net < -NOTHING_KWH)
        figures |= {f"taken{ending}": took, f"given{ending}": gave}
        words.append([energy(kwh) if kwh else "nothing" for kwh in (took, gave)])
    same = all(abs(figures[name] - figures[f"{name}_without"]) <= max(1e-9, 1e-9 * figures[name]) for name in ("taken", "given"))  # fmt: skip
    (took, gave), (took_alone, gave_alone) = words
    end = "with trading as without." if same else f"without trading it took {took_alone} and gave {gave_alone}."
    return Claim(figures, (f"took {took} from the grid and gave {gave} to it", end))


@oracle("run.saving")
def saving(result):
    if not sold_at_all(result):
        return None
    saved = float(result.homes["cost_without_p2p"].sum() - result.homes["cost"].sum())
    currency, homes = result.scenario.currency, f"the {many(result.homes.height, 'home', 'homes')}"
    if abs(saved) <= NOTHING_MONEY:
        return Claim({"homes": result.homes.height, "saving": 0.0, "currency": currency}, ("changed nothing", homes))
    verb = "Trading saved" if saved > 0 else "Trading cost"
    return Claim(
        {"homes": result.homes.height, "saving": saved, "currency": currency},
        (f"{verb} {homes} {amount(abs(saved), result)} in all.",),
    )


@oracle("run.losers")
def losers(result):
    if not sold_at_all(result):
        return None
    loss = {row["id"]: row["cost"] - row["cost_without_p2p"] for row in result.homes.to_dicts()}
    lose = {home: more for home, more in loss.items() if more > NOTHING_MONEY}
    currency = result.scenario.currency
    if not lose:
        return Claim({"losers": 0, "most": "", "loss": 0.0, "currency": currency}, ("No home pays more",))
    most = next(home for home, more in loss.items() if more >= max(loss.values()) - NOTHING_MONEY)
    return Claim(
        {"losers": len(lose), "most": most, "loss": max(loss.values()), "currency": currency},
        (many(len(lose), "home pays more", "homes pay more"), most, f"by {amount(max(loss.values()), result)}."),
    )


@oracle("run.outside")
def outside(result):
    if not sold_at_all(result):
        return None
    log, charge = result.trades, result.scenario.grid.network_charge
    network = charge * log["kwh"].sum()
    turnover = abs(log["paid"]).sum() + np.abs(result.settlement.period_payment).sum()
    market = log["paid"].sum() - log["received"].sum() - network + result.settlement.period_payment.sum()
    fund = 0.0
    if result.scenario.battery.fund_share == "keep":
        for settled, sign in ((result.settlement, 1.0), (result.without_p2p, -1.0)):
            drawn, charged = settled.step_kwh["battery_drawn_kwh"], settled.step_kwh["battery_charged_kwh"]
            fund += sign * float(drawn @ result.prices.battery_sells - charged @ result.prices.battery_buys)
            fed, bought = settled.step_kwh["battery_export_kwh"], settled.step_kwh["battery_import_kwh"]
            fund += sign * float(fed @ result.prices.grid_export - bought @ result.prices.grid_import)
        fund += earned_in_market(result)
        if result.scenario.grid.demand_charge:
            fund -= paid_for_peaks(result).by_battery - result.without_p2p.demand.by_battery
    least = max(NOTHING_MONEY, 1e-12 * turnover)
    market, network = (value if abs(value) > least else 0.0 for value in (market, network))
    fund = fund if abs(fund) > NOTHING_MONEY else 0.0
    if not (market or network or fund):
        return None
    words = []
    if market:
        kept = f"the market kept {amount(market, result)} of what"
        words.append(kept if market > 0 else f"{amount(-market, result)} had to be added to what")
    if network:
        words.append(f"{amount(network, result)} went to the network")
    if fund:
        words.append(f"fund ends with {amount(abs(fund), result)} {'more' if fund > 0 else 'less'} than without")
    figures = {"market": market, "network": network, "fund": fund, "currency": result.scenario.currency}
    return Claim(figures, tuple(words))


def with_homes_and_grid(settled, battery):
    """Return what the community battery would hold more by what homes and grid gave and took alone."""
    kwh = {
        name: float(settled.step_kwh[f"battery_{name}_kwh"].sum()) for name in ("charged", "import", "drawn", "export")
    }
    return (kwh["charged"] + kwh["import"]) * battery.charge_efficiency - (
        kwh["drawn"] + kwh["export"]
    ) / battery.discharge_efficiency


@oracle("run.stored")
def stored(result):
    battery, supply = result.scenario.battery, result.scenario.ev.supply
    ends = []
    for settled in (result.settlement, result.without_p2p):
        flow = {name: float(np.nansum(values)) for name, values in settled.home_kwh.items()}
        end = flow["battery_charged_kwh"] * battery.charge_efficiency
        end -= flow["battery_drawn_kwh"] / battery.discharge_efficiency
        end += float(settled.step_kwh["battery_import_kwh"].sum()) * battery.charge_efficiency
        end -= float(settled.step_kwh["battery_export_kwh"].sum()) / battery.discharge_efficiency
        if settled is result.settlement and result.flows.street_bids:  # what it passes on goes neither in nor out
            into = went_in(result)
            end += np.maximum(into, 0.0).sum() * battery.charge_efficiency
            end -= np.maximum(-into, 0.0).sum() / battery.discharge_efficiency + with_homes_and_grid(settled, battery)
        at_home = result.scenario.home_battery
        end += flow["home_battery_charged_kwh"] * at_home.charge_efficiency
        end -= flow["home_battery_given_kwh"] / at_home.discharge_efficiency
        if result.flows.fleet.homes.size:
            calendar = result.scenario.ev.calendar
            of = supply if supply.enabled else calendar
            into = supply.charge_efficiency if supply.enabled else calendar.efficiency
            end += flow["ev_kwh"] * into - flow["ev_supplied_kwh"] / of.discharge_efficiency
        ends.append(end)
    more = ends[0] - ends[1]
    if abs(more) < 0.005:
        return None
    who = what_stores(result)
    who = f"T{who[1:]} with"
    how = "more" if more > 0 else "less"
    return Claim({"kwh": more, "who": who}, (f"{who} {energy(abs(more))} {how} than without trading",))


def meetings(result, first, orders):
    """Count the steps with somebody to sell, to buy, both, and both with a bid that reaches an ask."""
    kept, charge = result.flows.outputs.limit_price, result.scenario.grid.network_charge
    spare = short = both = meet = 0
    for at, row in enumerate(orders):
        step = first + at
        if len(kept):
            asks = bids = kept[step][: len(row)]
        elif result.scenario.grid.tariff is not None:  # each home's own bill tells
            slot = result.worth.slot[step]
            asks, bids = result.worth.sold[slot], result.worth.bought[slot] - charge
        else:
            asks, bids = (
                [result.prices.grid_export[step]] * len(row),
                [result.prices.grid_import[step] - charge] * len(row),
            )
        ask = [price for price, kwh in zip(asks, row, strict=True) if kwh > NOTHING_KWH]
        bid = [price for price, kwh in zip(bids, row, strict=True) if kwh < -NOTHING_KWH]
        spare += bool(ask)
        short += bool(bid)
        both += bool(ask and bid)
        meet += bool(ask and bid and max(bid) >= min(ask))
    return spare, short, both, meet


def brought(result, first, last):
    """Return what homes brought to the market, kWh, shape (step, home)."""
    orders, out = at_meters(result)[first:last], result.flows.outputs
    for place, home in enumerate(result.flows.fleet.homes):
        orders[:, home] += out.ev_offered_kwh[first:last, place] - out.ev_lent_kwh[first:last, place]
    scenario = result.scenario
    if (bids(scenario) or cars_bid(scenario)) and scenario.market.mechanism != "grid-only":
        own = np.concatenate(
            [result.flows.battery_homes] * bids(scenario) + [result.flows.fleet.homes] * cars_bid(scenario)
        )
        if own.size:  # of a file's homes some may have none
            orders[:, own] = out.order_kwh[first:last][:, own]
    return orders


@oracle("run.nothing_traded", of_window)
def nothing_traded(result, first, last):
    log = result.trades.filter((result.trades["step"] >= first) & (result.trades["step"] < last))
    if log["kwh"].sum() > NOTHING_KWH:
        return None
    flow = {name: result.flows[name][first:last] for name in result.flows}
    orders = brought(result, first, last)
    spare, short, both, meet = meetings(result, first, orders)
    kept, charge = result.flows.outputs.limit_price, result.scenario.grid.network_charge
    generation = float(flow["generation_kwh"].sum())
    roofs = any(result.community.pv_kwp > 0) or result.flows["generation_kwh"].sum() > 0
    rule = result.scenario.market.mechanism
    steps = many(both, "step", "steps")
    text = f"in {steps} one home had energy to spare"
    stores = bool(len(result.flows.battery_homes))
    if result.community.size == 1:
        why, words = "alone", ("only one home",)
    elif not spare:
        why = "no roof" if not roofs else "dark" if generation <= NOTHING_KWH else "own use"
        why = why if all_known(result) else "no export"
        said = {
            "no export": "no home had energy to spare at any time",
            "no roof": "no home has a solar roof",
            "dark": "roofs generated nothing",
            "own use": f"used {'or stored ' * stores}all that their roofs generated themselves, {energy(generation)}",
        }
        words = (said[why],)
    elif not short:
        why, words = "no need", ("no home was short",)
    elif not both:
        why, words = "never together", ("no other home was short",)
    elif rule == "grid-only":
        why, words = "no market", ("grid-only lets nobody trade",)
    elif not meet and not len(kept) and result.scenario.grid.tariff is None:
        why, words = "tariff", (text, "the grid paid more for a kWh", *(["less the network charge"] if charge else []))
    elif not meet:
        why, words = "prices apart", (text, "no bid reached an ask")
    else:
        why, words = "rule", (text, f"rule {rule} made no trade")
    no_spare = why in ("no export", "no roof", "dark", "own use")
    cars = no_spare and result.flows.fleet.homes.size > 0
    figures = {
        "why": why,
        "steps": both if why in ("tariff", "prices apart", "rule") else 0,
        "charge": why == "tariff" and charge > 0,
        "rule": rule if why in ("no market", "rule") else "",
        "generation_kwh": generation if why == "own use" else 0.0,
        "stores": why == "own use" and stores,
        "cars": cars,
    }
    return Claim(figures, (*words, *(["no car had energy to offer"] if cars else [])))
