"""What bills and tariffs make a run say, worked out from its tables and from the tariffs' own files."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import polars as pl

import jiran.explain.bills
import jiran.explain.tariffs
import jiran.tariffs
from jiran.homes.timeline import timeline
from jiran.nothing import NOTHING_KWH
from jiran.scenario import Scenario
from truth.harness import Claim, oracle
from truth.rounding import amount, energy
from truth.run import price

GRID = Path(jiran.tariffs.__file__).parent / "grid"
SHARING = GRID.parent / "sharing"
#: A part of a month that is below this is written as less.
SMALL = 0.0005


def named(run):
    """Return every tariff that a run is billed by, as its file has it, and the months in which it is."""
    homes = run.scenario.homes
    names = [run.scenario.grid.tariff, *(one.tariff for one in (*homes.groups, *homes.single))]
    found = {}
    for name in dict.fromkeys(name for name in names if name is not None):
        for month in minutes_by_month(run):
            one = whole(name)
            while "follows" in one and month < str(one["valid_from"])[:7]:
                one = whole(one["follows"])
            found.setdefault(one["name"], (one, []))[1].append(month)
    return [(one, sorted(set(months))) for one, months in found.values()]


def scheme(run):
    """Return the scheme of sharing, as its file has it, or None."""
    name = run.scenario.grid.sharing
    return None if name is None else tomllib.loads((SHARING / f"{name}.toml").read_text())


def documents(run):
    return [*named(run), *([] if scheme(run) is None else [(scheme(run), list(minutes_by_month(run)))])]


def whole(name):
    data = tomllib.loads((GRID / f"{name}.toml").read_text())
    base = (
        {key: value for key, value in whole(data["extends"]).items() if key != "follows"} if "extends" in data else {}
    )
    components = {key: dict(one) for key, one in base.get("components", {}).items()}
    for key, one in data.get("components", {}).items():
        if any(way in one for way in ("rate", "periods", "months", "since")):
            for way in ("rate", "periods", "months", "since"):
                components.get(key, {}).pop(way, None)
        components[key] = components.get(key, {}) | one
    return base | data | {"components": components}


def minutes_by_month(run):
    """Count the minutes of each calendar month that a run holds."""
    step = run.scenario.step_minutes
    return Counter({
        month: step * count
        for month, count in Counter(f"{time:%Y-%m}" for time in run.timeline.local.tolist()).items()
    })  # fmt: skip


def minutes_of(month, zone):
    """Return the minutes of a whole month in a time zone."""
    year, number = map(int, month.split("-"))
    first = dt.datetime(year, number, 1, tzinfo=ZoneInfo(zone))
    after = dt.datetime(year + number // 12, number % 12 + 1, 1, tzinfo=ZoneInfo(zone))
    return (after.timestamp() - first.timestamp()) / 60


@oracle("assumed.month_cut")
def month_cut(run):
    if run.scenario.grid.tariff is None:
        return None
    parts = [
        (month, min(1.0, held / minutes_of(month, run.scenario.time_zone)))
        for month, held in minutes_by_month(run).items()
    ]
    cut = [(month, part) for month, part in parts if part < 1]
    if not cut:
        return None
    words = [f"{100 * part:.1f}% of {month}" for month, part in cut if SMALL < part < 1 - SMALL]
    return Claim(
        {"months": cut}, pieces=("billed as that part of a whole one", *words), numbers=[0.001, 0.999, *_digits(cut)]
    )


def _digits(cut):
    """Yield the years and the numbers of months."""
    for month, _ in cut:
        yield from map(float, month.split("-"))


def of_mays(drawn):
    """Yield the run, and one around the day in May on which a tariff begins."""
    yield (drawn.result,)
    rng, data = drawn.rng, drawn.scenario.model_dump(exclude_none=True)
    start = dt.datetime(2025, 5, int(rng.integers(1, 20)))  # noqa: DTZ001  local time
    changed = {name: value for name, value in data.items() if name not in ("currency", "homes")} | {
        "start": start, "steps": 24 * int(rng.integers(1, 12)), "step_minutes": 60, "time_zone": "Asia/Bangkok",
        "grid": {"tariff": "vn-evn-domestic"}, "solar": {"model": "sine"}, "homes": {"groups": [{"kind": "normal"}]},
        "load": {"model": "band"},
    }  # fmt: skip
    scenario = Scenario.model_validate(changed)
    yield (SimpleNamespace(scenario=scenario, timeline=timeline(scenario)),)


@oracle("assumed.within_month", of_mays)
def within_month(run):
    scenario = run.scenario
    begin = scenario.start.date()
    end = (scenario.start + dt.timedelta(minutes=(scenario.steps - 1) * scenario.step_minutes)).date()
    found = []
    for one, _ in named(run):
        day = one["valid_from"]
        if day.day > 1 and begin < day <= end:
            found.append((one["name"], day))
    return (
        Claim(
            {"tariffs": found},
            tuple(f"{day:%Y-%m} is billed by {name} as a whole, though it holds from {day} on" for name, day in found),
        )
        if found
        else None
    )


@oracle("assumed.tariff_status")
def tariff_status(run):
    found = [
        (one["name"], one["status"])
        for one, _ in documents(run)
        if one["status"] in ("unverified", "estimate", "calibrated")
    ]
    return Claim({"tariffs": found}, tuple(f"{name} is {status}: " for name, status in found)) if found else None


@oracle("assumed.not_in_force")
def not_in_force(run):
    found = []
    for one, held in documents(run):
        begin, end = str(one["valid_from"])[:7], str(one.get("valid_to", ""))[:7]
        months = [month for month in held if month < begin or (end and month > end)]
        if months:
            found.append((one["name"], begin, end, months))
    if not found:
        return None
    words = [
        f"{name} holds from {begin} {f'to {end}' if end else 'on'}, and is taken for" for name, begin, end, _ in found
    ]
    return Claim(
        {"tariffs": found}, tuple(words + [month for *_, months in found for month in (months[0], months[-1])])
    )


@oracle("assumed.rates")
def rates(run):
    found = {}
    for one, held in named(run):
        for month in held:
            for name, component in one["components"].items():
                known = component.get("months")
                charged = component.get("first_month", "") <= month <= component.get("last_month", "9999-99")
                if known is None or month in known or not charged or not component.get("active", True):
                    continue
                before = [other for other in known if other < month]
                last = max(before) if before else min(known)
                instead = last if component.get("unknown_months", "zero") == "last" else "0"
                found.setdefault((one["name"], name, instead), []).append(month)
    if not found:
        return None
    figures = [(*key, months) for key, months in found.items()]
    words = [f"{component} of {tariff} is not known for {months[0]}" for tariff, component, _, months in figures]
    words += ["0 is taken" if instead == "0" else f"that of {instead} is taken" for *_, instead, _ in figures]
    return Claim({"rates": figures}, tuple(words + [months[-1] for *_, months in figures]))


@oracle("warning.forfeited")
def forfeited(result):
    kwh, without = (float(result.bill_totals[name].sum()) for name in ("forfeited_kwh", "forfeited_kwh_without_p2p"))
    if not kwh > NOTHING_KWH:
        return None
    return Claim(
        {"kwh": kwh, "without": without},
        (f"{energy(kwh)} of what the homes export", f"without trading {energy(without)}"),
    )


@oracle("warning.kept")
def kept(result):
    """What every home exported, less what its import took of it and what was lost, month by month; of money the last line."""
    if result.scenario.grid.tariff is None:
        return None
    virtual = (scheme(result) or {}).get("allocation") == "virtual"
    left = {}
    for end in ("", "_without_p2p"):
        kwh, money = {}, {}
        names = [f"{name}{end}" for name in ("import_kwh", "export_kwh")]
        shared = ("bought_kwh", "sold_kwh") if virtual and not end else None
        last = result.bills.filter(pl.col("component") == "carried-out").select("home", "month", f"amount{end}")
        for home, month, tariff, *both in result.bill_totals.select(
            "home", "month", "tariff", *names, *(shared or ())
        ).rows():
            taken, given = (both[place] + (both[place + 2] if shared else 0.0) for place in (0, 1))
            export = whole(tariff).get("export", {})
            keeps = export.get("carry", "none")
            there = given + kwh.get(home, 0.0)
            kwh[home] = max(there - taken, 0.0) if keeps == "kwh" else 0.0
            of_month = last.filter((pl.col("home") == home) & (pl.col("month") == month))[f"amount{end}"]
            money[home] = float(of_month.sum()) if keeps == "money" else 0.0
            if export.get("expires_after_month") == int(month[5:]):
                kwh[home] = money[home] = 0.0
        sums = sum(kwh.values()), sum(money.values())
        left[end] = [one if one > least else 0.0 for one, least in zip(sums, (NOTHING_KWH, 1e-6), strict=True)]
    if not any(map(any, left.values())):
        return None
    words = []
    for (kwh, money), before in ((left[""], "after the run is"), (left["_without_p2p"], "without trading")):
        there = [energy(kwh)] * (kwh > 0) + [amount(money, result)] * (money > 0)
        words.append(f"{before} {' and '.join(there) or 'nothing'}")
    figures = dict(
        zip(("kwh", "money", "kwh_without", "money_without"), [*left[""], *left["_without_p2p"]], strict=True)
    )
    return Claim({**figures, "currency": result.scenario.currency}, tuple(words))


@oracle("bills.on_bills")
def on_bills(result):
    kwh = float(result.trades["kwh"].sum())
    if result.scenario.grid.tariff is None or not kwh > NOTHING_KWH:
        return None
    utility = result.bills.filter(pl.col("component") != "premium")
    billed, alone = (float(utility[name].sum()) for name in ("amount", "amount_without_p2p"))
    less = alone - billed if abs(alone - billed) > 1e-6 else 0.0
    currency = result.scenario.currency
    billed = billed if abs(billed) > 1e-6 else 0.0
    gives = billed < 0
    words = [f"The utility {'pays' if gives else 'bills'} the homes {amount(abs(billed), result)} in all"]
    if less:
        more = less > 0 if gives else less < 0
        words += [f"{amount(abs(less), result)} {'more' if more else 'less'} than without trading"]
        words += [f"{currency} {price(abs(less) / kwh)} for each kWh"]
    figures = {"billed": billed, "less": less, "kwh": kwh, "currency": currency}
    return Claim(figures, tuple(words), summed=max(abs(billed), abs(alone)))


@oracle("bills.shared")
def shared(result):
    rules = scheme(result)
    kwh = float(result.trades["kwh"].sum())
    if rules is None or not kwh > NOTHING_KWH:
        return None
    lines = result.bills.filter(pl.col("component").str.starts_with("shared-"))
    still = float(lines["amount"].sum())
    still = still if abs(still) > 1e-6 else 0.0
    premium = rules.get("premium", 0.0) * kwh
    words = [f"Under {rules['name']}"]
    if still:
        words += [
            f"still {'pay' if still > 0 else 'take'} {amount(abs(still), result)} {'of' if still > 0 else 'off'} the tariff"
        ]
    words += [f"a premium of {amount(premium, result)} is added"] if premium else []
    figures = {"scheme": rules["name"], "still": still, "premium": premium, "currency": result.scenario.currency}
    return Claim(figures, tuple(words), summed=float(lines["amount"].abs().sum()))


#: Which rule divides as a scheme does, with what it must be told.
DIVIDES = {
    "static": ("static-keys", {}), "static-uncapped": ("static-keys", {}), "pro-rata": ("dynamic-keys", {"by": "need"}),
    "equal": ("dynamic-keys", {"by": "equal"}), "virtual": ("dynamic-keys", {"by": "need", "fraction": 0.0}),
}  # fmt: skip


@oracle("assumed.sharing_rule")
def sharing_rule(run):
    rules, market = scheme(run), run.scenario.market
    if rules is None:
        return None
    rule, told = DIVIDES[rules["allocation"]]
    told = told | ({"price": rules["price"]} if "price" in rules else {})
    if market.mechanism == rule and all(market.parameters[name] == value for name, value in told.items()):
        return None
    figures = {"scheme": rules["name"], "allocation": rules["allocation"], "rule": market.mechanism}
    return Claim(figures, (f"{rules['name']} divides {rules['allocation']}", f"market rule {market.mechanism} decides"))


@oracle("assumed.sharing_step")
def sharing_step(run):
    rules, step = scheme(run), run.scenario.step_minutes
    if rules is None or rules["step_minutes"] >= step:
        return None
    figures = {"scheme": rules["name"], "scheme_min": rules["step_minutes"], "step_min": step}
    return Claim(
        figures, (f"{rules['name']} divides every {rules['step_minutes']} min", f"a step of the run has {step} min")
    )


@oracle("run.balanced")
def balanced(result):
    figures = {
        "kwh": result.balance.kwh, "money": result.balance.money, "currency": result.scenario.currency,
        "bills": result.bills is not None and result.bills.height > 0,
    }  # fmt: skip
    assert max(figures["kwh"], figures["money"]) < 1e-9
    currency = figures["currency"]
    unit = "sen" if currency == "MYR" else currency
    off = f"{figures['kwh']:.0e} of its kWh and {figures['money']:.0e} of its {currency}"
    return Claim(figures, (f"Every kWh and {unit} is accounted for", off))
