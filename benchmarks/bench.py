"""Measure the budgets as ratios in one run, print them as a table, and fail if one is broken.

Absolute times drift with the machine and its load; ratios against a floor measured beside them hold. Run it on a
quiet machine: `make bench`. It needs about 3 GB of memory and takes two minutes.
"""

from __future__ import annotations

import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any
from unittest.mock import patch

import numpy as np
import polars as pl
from rich.console import Console
from rich.table import Table

import jiran
from jiran.control import days
from jiran.control.controlling.base import OWN_USE, PLANNED
from jiran.engine import kernel
from jiran.homes.community import modelled_community
from jiran.homes.household import household_kwh
from jiran.homes.load import load_kwh
from jiran.homes.timeline import timeline
from jiran.judge.comparison import by_rule
from jiran.money.settlement import settle
from jiran.money.worth import worth_of
from jiran.simulation.run import run_market, without_trading
from jiran.simulation.setting import prepare
from jiran.tariffs import Usage, bill, bills, load_tariff

ROUNDS = 3
YEAR = {"steps": 35_040, "step_minutes": 15}
MIX = {"solar": 0.42, "ev": 0.08, "hybrid": 0.17, "normal": 0.33}


def community(homes: int, of_each: Mapping[str, Any] = MappingProxyType({}), **changes: Any) -> jiran.Scenario:
    """Return a scenario of so many homes, with a battery for all that fits, and what else is said of each."""
    groups = [{"kind": kind, "count": max(1, round(share * homes)), **of_each} for kind, share in MIX.items()]
    battery = {
        "battery.capacity_kwh": 1.6 * homes,
        "battery.charge_kw": 0.4 * homes,
        "battery.discharge_kw": 0.4 * homes,
    }
    return jiran.load_scenario("paper", {"homes.groups": groups, **battery, **changes})


def seconds(work: Callable[[], object]) -> float:
    """Return how long a piece of work takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


@contextmanager
def passes() -> Iterator[Counter[threading.Thread]]:
    """Clock what the kernel and the plans of stores take, CPU seconds by thread: a run and its baseline have one each."""
    spent: Counter[threading.Thread] = Counter()

    def clocked(work: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            begin = time.thread_time()
            done = work(*arguments)
            spent[threading.current_thread()] += time.thread_time() - begin
            return done

        return call

    with patch.object(kernel, "run", clocked(kernel.run)), patch.object(days, "plan_day", clocked(days.plan_day)):
        yield spent


def kernel_and_simulate() -> list[tuple[str, str, str, float, float]]:
    """Time the kernel against copying its inputs, and the whole of `simulate` against the kernel."""
    scenario = community(1_000, **YEAR)
    whole, loop, copying = [], [], []
    trades = 0
    for _ in range(ROUNDS):
        with passes() as spent:
            begin = time.perf_counter()
            result = jiran.simulate(scenario)
            whole.append(time.perf_counter() - begin)
        loop.append(max(spent.values()))
        trades, profiles = len(result.flows.trades), result.flows.profiles
        del result
        begin = time.perf_counter()
        copies = [array.copy() for array in (profiles.generation_kwh, profiles.load_kwh, profiles.ev_kwh)]
        copying.append(time.perf_counter() - begin)
        del copies, profiles
    size = f"1,000 homes, 35,040 steps, {trades / 1e6:.1f} M trades"
    return [
        (
            f"kernel, {size}",
            f"{min(loop):.2f} s",
            f"copy its inputs, {min(copying):.2f} s",
            min(loop) / min(copying),
            3.0,
        ),
        ("simulate, the same", f"{min(whole):.2f} s", f"the kernel, {min(loop):.2f} s", min(whole) / min(loop), 4.0),
    ]


def planned_year() -> None:
    """Print what a year of 1,000 homes takes, CPU seconds: without batteries, and with one in each that plans and bids.

    Of the second first its kernel and all plans, then the whole, then what of that the system took to hand out memory, and last the
    most bytes that were held.
    """
    found = []
    for of_each, controller in (({}, OWN_USE), ({"battery_kwh": 10.0}, PLANNED)):
        year = partial(community, 1_000, of_each, **{"home_battery.controller": controller})
        jiran.simulate(year(steps=200))  # compiles
        scenario = year(**YEAR)
        with passes() as spent:
            begin, before = time.process_time(), os.times().system
            jiran.simulate(scenario).kpis  # noqa: B018  worked out when it is asked for
            found.append((sum(spent.values()), time.process_time() - begin, os.times().system - before))
    (_, without, _), (loop, whole, system) = found
    sys.stdout.write(json.dumps([without, loop, whole, system, peak_bytes()]))


def planned() -> list[tuple[str, str, str, float, float]]:
    """Measure a year of 1,000 homes with a planned battery each, which bids, against the same year without batteries."""
    code = "import sys; sys.path.insert(0, 'benchmarks'); import bench; bench.planned_year()"
    without, loop, whole, system, peak = json.loads(_run(["-c", code]))
    return [
        ("kernel and plans, 1,000 homes with a planned battery each, CPU", f"{loop:.1f} s", "10 s", loop / 10.0, 1.0),
        ("simulate, the same, CPU", f"{whole:.1f} s, {system:.1f} s of it the system's", "20 s", whole / 20.0, 1.0),
        ("simulate, the same, CPU, against no batteries", f"{whole:.1f} s", f"{without:.1f} s", whole / without, 8.0),
        ("simulate, the same, peak memory", f"{peak / 1e9:.2f} GB", "4 GB", peak / 4e9, 1.0),
    ]


def households() -> list[tuple[str, str, str, float, float]]:
    """Measure the load of homes like metered ones against that of the band, for a year of quarter hours."""
    scenario = community(200, **YEAR)
    who, when = modelled_community(scenario), timeline(scenario)
    slow = min(seconds(partial(household_kwh, who, when, scenario.load, 1)) for _ in range(ROUNDS))
    fast = min(seconds(partial(load_kwh, who, when, scenario.load, 1)) for _ in range(ROUNDS))
    return [("households / loads in a band, 200 homes a year", f"{slow:.2f} s", f"{fast:.2f} s", slow / fast, 5.0)]


def rules() -> list[tuple[str, str, str, float, float]]:
    """Time a year of 100 homes by the hour, each with a value of its own, under every rule that takes so many homes."""
    setting = prepare(community(100, steps=8_760, **{"bids.strategy": "truthful"}))
    alone, slowest, name = without_trading(setting), 0.0, ""
    for rule, case in by_rule(setting.scenario).items():
        if rule != "nucleolus":  # for at most 16 homes that trade in a step
            run_market(setting.with_market(case), lambda: alone)
            taken = seconds(partial(run_market, setting.with_market(case), lambda: alone))
            slowest, name = max((slowest, name), (taken, rule))
    return [(f"100 homes, 8,760 steps, slowest rule: {name}", f"{slowest:.1f} s", "10 s", slowest / 10.0, 1.0)]


def clearing() -> list[tuple[str, str, str, float, float]]:
    """Time `jiran.clear` with auctions against numpy's argsort of both sides: books that differ, as in use."""
    books = []
    for seed in range(50):
        rng = np.random.default_rng(seed)
        net_kwh = rng.permutation(np.repeat([1.0, -1.0], 500)) * rng.uniform(0.1, 3.0, 1_000)
        books.append((net_kwh, rng.uniform(0.2, 0.5, 1_000)))
    sides = [(limit_price[net_kwh > 0.0], limit_price[net_kwh < 0.0]) for net_kwh, limit_price in books]

    def fastest(work: Callable[..., object], data: list[Any]) -> float:
        return min(sum(seconds(partial(work, *each)) for each in data) for _ in range(100)) / len(data)

    rows = []
    for name in ("uniform-price", "pay-as-bid"):
        rule = partial(_clear, name)
        rule(*books[0])
        sort = fastest(lambda asks, bids: (np.argsort(asks), np.argsort(-bids)), sides)
        clear = fastest(rule, books)
        against = f"numpy's argsort of both sides, {sort * 1e6:.0f} µs"
        rows.append((f"jiran.clear, {name}, 500 x 500", f"{clear * 1e6:.0f} µs", against, clear / sort, 3.0))
    return rows


def _clear(name: str, net_kwh: Any, limit_price: Any) -> object:
    return jiran.clear(net_kwh, name, import_price=0.5, export_price=0.2, limit_price=limit_price)


def peak_bytes() -> int:
    """Return the most memory that this process has held, bytes; on Linux without what it was forked from."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text(encoding="utf-8").partition("VmHWM:")[2].split()[0]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def memory() -> list[tuple[str, str, str, float, float]]:
    """Measure the peak memory of the year of 1,000 homes in a process of its own."""
    code = (
        "import sys; sys.path.insert(0, 'benchmarks'); import bench, jiran;"
        "jiran.simulate(bench.community(1_000, **bench.YEAR)).kpis; print(bench.peak_bytes())"
    )
    peak = int(_run(["-c", code])) / 1e9
    return [("simulate, the same, peak memory", f"{peak:.2f} GB", "3 GB", peak / 3.0, 1.0)]


def meter_data() -> list[tuple[str, str, str, float, float]]:
    """Measure, in processes of one core, how fast a long file of 100 homes is read, and what a year of it needs."""
    code = (
        "import sys, time; sys.path.insert(0, 'benchmarks'); import bench;"
        "from jiran.homes.meter.read import meters; from jiran.scenario import HomeData;"
        "source, content = HomeData(path='meters.csv'), bench.long_file(days=int(sys.argv[1]));"
        "begin = time.process_time(); rows = meters(source, 'Asia/Kuching', content=content).rows; end = time.process_time();"
        "print(rows / (end - begin), bench.peak_bytes(), end - begin)"
    )
    runs = [tuple(map(float, _run(["-c", code, days], POLARS_MAX_THREADS="1").split())) for days in ("60", "60", "365")]
    speed, (_, peak, taken) = max(run[0] for run in runs[:2]), runs[2]
    return [
        ("meter data, a long file of 100 homes", f"{speed:,.0f} rows/s", "300,000 rows/s", 300_000 / speed, 1.0),
        ("meter data, a year of it at 15 min, CPU", f"{taken:.1f} s", "15 s", taken / 15.0, 1.0),
        ("meter data, the same, peak memory", f"{peak / 1e9:.2f} GB", "1.5 GB", peak / 1.5e9, 1.0),
    ]


def long_file(days: int) -> bytes:
    """Return a long file of 100 homes, a row a home and quarter of an hour."""
    times = pl.datetime_range(
        pl.datetime(2025, 1, 1), pl.datetime(2025, 1, 1) + pl.duration(days=days), "15m", closed="left", eager=True
    )
    rng, homes = np.random.default_rng(1), 100
    frame = pl.DataFrame({
        "home": np.repeat([f"H{home}" for home in range(homes)], len(times)),
        "time": pl.concat([times.dt.strftime("%Y-%m-%d %H:%M")] * homes),
        "value": rng.integers(0, 2_000, homes * len(times)) / 1_000,
    })  # fmt: skip
    return frame.write_csv().encode()


def growth() -> list[tuple[str, str, str, float, float]]:
    """Measure how time grows with home-steps from 10^5 to 10^7, by homes and by steps."""
    rows = []
    for what, small, large in (
        ("steps", community(100, steps=1_000, step_minutes=15), community(100, steps=100_000, step_minutes=15)),
        ("homes", community(100, steps=1_000, step_minutes=15), community(10_000, steps=1_000, step_minutes=15)),
    ):
        jiran.simulate(small)
        fast = min(seconds(partial(jiran.simulate, small)) for _ in range(10))
        slow = min(seconds(partial(jiran.simulate, large)) for _ in range(ROUNDS))
        exponent = math.log(slow / fast) / math.log(100)
        rows.append(
            (f"cost growth with {what}, exponent", f"{slow:.2f} s at 10^7", f"{fast:.3f} s at 10^5", exponent, 1.05)
        )
    return rows


def processes() -> list[tuple[str, str, str, float, float]]:
    """Time importing, and whole processes, with compiled code cached and without."""
    numpy = min(seconds(lambda: _run(["-c", "import numpy"])) for _ in range(7))
    own = min(seconds(lambda: _run(["-c", "import jiran"])) for _ in range(7))
    run = ["-m", "jiran", "run", "paper", "--json"]
    _run(run)
    second = min(seconds(lambda: _run(run)) for _ in range(ROUNDS))
    with tempfile.TemporaryDirectory() as empty:
        first = seconds(lambda: _run(run, NUMBA_CACHE_DIR=empty))
    return [
        ("import jiran", f"{own:.2f} s", f"import numpy, {numpy:.2f} s", own / numpy, 3.0),
        ("jiran run paper, second run", f"{second:.2f} s", "2 s", second / 2.0, 1.0),
        ("jiran run paper, first run, compiling", f"{first:.1f} s", "15 s", first / 15.0, 1.0),
    ]


#: Gives Streamlit the options that it has when jiran serves the dashboard.
_AS_SERVED = (
    "from streamlit import config; from jiran.app.serve import OPTIONS;"
    "[config.set_option(name, value) for name, value in OPTIONS.items()];"
)


def dashboard() -> list[tuple[str, str, str, float, float]]:
    """Measure the server's CPU time for a rerun of the first page, beside the simulation."""
    code = (
        "import sys, time; from pathlib import Path; import jiran;"
        "from streamlit.testing.v1 import AppTest;"
        "app = AppTest.from_file(str(Path(jiran.__file__).parent / 'app' / 'main.py'), default_timeout=120).run();"
        "assert not app.exception;"
        "times = []\n"
        "for _ in range(30):\n"
        "    begin = time.process_time(); app.run(); times.append(time.process_time() - begin)\n"
        "print(min(times))"
    )
    (rerun,) = _numbers(code)
    return [("dashboard, rerun of the first page, CPU", f"{rerun * 1000:.0f} ms", "25 ms", rerun / 0.025, 1.0)]


def big_pages() -> list[tuple[str, str, str, float, float]]:
    """Measure the server's CPU time for pages of a year of 200 homes by the quarter hour when they are drawn again: the slowest."""
    code = (
        "import sys, time; sys.path.insert(0, 'tests'); from pages import MANY, STREET, run, show;"
        "year = run(**MANY, steps=35_040, step_minutes=15);"
        "trades = 'from jiran.app.views import trades; trades.show()';"
        "looks = [(STREET, {'open': 'bills,fair,files,numbers,roles'}), (trades, {}), *((STREET, {'tab': tab}) for tab in ('home', 'market'))]\n"
        "times = []\n"
        "for page, look in looks:\n"
        "    at = show(page, year, look); begin = time.process_time(); at.run(); times.append(time.process_time() - begin)\n"
        "    assert not at.exception\n"
        "print(max(times))"
    )
    (slowest,) = _numbers(code)
    what = "dashboard, slowest page of a year of 200 homes, again, CPU"
    return [(what, f"{slowest * 1000:.0f} ms", "1,000 ms", slowest, 1.0)]


def comparing() -> list[tuple[str, str, str, float, float]]:
    """Measure the server's CPU time for the page Compare: the rules that it begins with, on a day that was not compared before."""
    code = (
        "import time; import jiran; from streamlit.testing.v1 import AppTest;"
        "page = 'from jiran.app.views import compare; compare.show()';"
        "app, times = AppTest.from_string(page, default_timeout=120), []\n"
        "for seed in range(12):\n"
        "    app.session_state['result'] = jiran.simulate(jiran.load_scenario('paper', {'seed': seed}))\n"
        "    begin = time.process_time(); app.run(); times.append(time.process_time() - begin)\n"
        "    assert len(app.dataframe[0].value) > 1 and not app.exception\n"
        "print(min(times), len(app.dataframe[0].value))"
    )
    first, rules = _numbers(code)
    what = f"dashboard, Compare, {rules:.0f} rules on a new day, CPU"
    return [(what, f"{first * 1000:.0f} ms", "300 ms", first / 0.3, 1.0)]


def billing() -> list[tuple[str, str, str, float, float]]:
    """Measure the CPU time of one bill, and of each bill of a street of 1,000 homes over a year."""
    tariff = load_tariff("my-tnb-rp4-domestic-nem3")
    one = Usage(450.0, 300.0)
    rng, months = np.random.default_rng(1), [f"2025-{month:02}" for month in range(1, 13)]
    street = Usage(rng.uniform(0.0, 1800.0, (1_000, 12)), rng.uniform(0.0, 600.0, (1_000, 12)))

    def cpu_us(work: Callable[[], object], times: int) -> float:
        found = []
        for _ in range(10 * ROUNDS):
            begin = time.process_time()
            for _ in range(times):
                work()
            found.append((time.process_time() - begin) / times * 1e6)
        return min(found)

    alone = cpu_us(lambda: bill(tariff, one, "2025-08"), 200)
    together = cpu_us(lambda: bills(tariff, street, months), 1) / street.import_kwh.size
    return [
        ("a bill with export, CPU", f"{alone:.0f} us", "50 us", alone / 50.0, 1.0),
        ("a bill with export among 12,000, CPU", f"{together:.1f} us", "15 us", together / 15.0, 1.0),
    ]


def sweeping() -> list[tuple[str, str, str, float, float]]:
    """Measure the CPU time of a day, and of 10,000 days and years in one sweep, by what a part of them takes."""
    vary = {"market.fraction": "0.5:0.9:0.1", "battery.capacity_kwh": [0, 10, 20, 40]}
    days = [jiran.load_scenario("paper", {"seed": seed}) for seed in range(50)]
    jiran.sweep("paper", vary, workers=1)

    def fastest(work: Callable[[], int]) -> float:
        found = []
        for _ in range(ROUNDS):
            begin = time.process_time()
            many = work()
            found.append((time.process_time() - begin) / many)
        return min(found)

    day_ms = 1e3 * fastest(lambda: sum(bool(jiran.simulate(day).kpis) for day in days))
    rows = [("simulate, a day of twelve homes, CPU", f"{day_ms:.2f} ms", "2 ms", day_ms / 2.0, 1.0)]
    for what, steps, seeds, most_s in (("days", 24, 25, 12.0), ("years", 8_760, 5, 150.0)):
        scenario = jiran.load_scenario("paper", {"steps": steps})
        whole_s = 1e4 * fastest(lambda: jiran.sweep(scenario, vary, seeds=seeds, workers=1).table.height)  # noqa: B023  called here
        rows.append((f"10,000 {what} in a sweep, CPU", f"{whole_s:.1f} s", f"{most_s:g} s", whole_s / most_s, 1.0))
    return rows


def two_workers() -> list[tuple[str, str, str, float, float]]:
    """Measure how much sooner two processes run a sweep of a minute than one: the CPU time of a point is then as much below twice."""
    scenario = jiran.load_scenario("paper", {"steps": 8_760})
    vary = {"market.fraction": "0.5:0.9:0.1", "battery.capacity_kwh": [0, 10, 20, 40]}
    one, two = (seconds(partial(jiran.sweep, scenario, vary, seeds=250, workers=many)) for many in (1, 2))
    return [("5,000 years in a sweep, two workers", f"{two:.1f} s", f"one, {one:.1f} s", two / one, round(1 / 1.8, 3))]


def bills_of_a_run() -> list[tuple[str, str, str, float, float]]:
    """Measure which share of a run its bills and marginal values take: 1,000 homes over a year, with and without trading."""
    tariff = {"grid.tariff": "my-tnb-rp4-domestic-nem3", "start": "2025-07-01", "steps": 8_760}
    scenario = community(1_000, **tariff)
    result = jiran.simulate(scenario)
    setting = prepare(scenario, profiles=result.flows.profiles)
    if setting.contracts is None:
        raise RuntimeError("the scenario must have a tariff")

    def cpu(work: Callable[[], object]) -> float:
        found = []
        for _ in range(2 * ROUNDS):
            begin = time.process_time()
            work()
            found.append(time.process_time() - begin)
        return min(found)

    settled = partial(
        settle, result.flows, result.prices, scenario, setting.start.stored_kwh, setting.start.ev_stored_kwh, None
    )
    part = cpu(partial(settled, setting.contracts)) + cpu(partial(settled, setting.contracts, baseline=True))
    part -= 2 * cpu(partial(settled, None))
    plan = setting.plan
    part += cpu(partial(worth_of, setting.contracts, setting.profiles, plan.trip_kwh, plan.homes, scenario.grid))
    whole = cpu(partial(jiran.simulate, scenario))
    return [
        ("bills of 1,000 homes x 12 months, CPU of the run's", f"{part:.2f} s", f"{whole:.2f} s", part / whole, 0.10)
    ]


def _numbers(code: str) -> list[float]:
    """Return the numbers in the last line that a piece of Python prints in a process of its own, with Streamlit as jiran serves it."""
    return list(map(float, _run(["-c", f"{_AS_SERVED} {code}"]).splitlines()[-1].split()))


def _run(arguments: list[str], **environment: str) -> str:
    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, *arguments], check=True, capture_output=True, text=True, env=os.environ | environment
    )
    return done.stdout


def main() -> int:
    """Measure, print, and tell whether every budget holds."""
    parts = (
        kernel_and_simulate,
        planned,
        households,
        rules,
        clearing,
        memory,
        growth,
        meter_data,
        billing,
        bills_of_a_run,
        processes,
        dashboard,
        big_pages,
        comparing,
        sweeping,
        two_workers,
    )
    rows = [row for part in parts for row in part()]
    table = Table(title=f"jiran {jiran.__version__}: budgets, best of {ROUNDS}")
    for heading in ("what", "measured", "against", "ratio", "budget", ""):
        table.add_column(heading, justify="right" if heading in ("ratio", "budget") else "left")
    for what, measured, against, ratio, budget in rows:
        table.add_row(what, measured, against, f"{ratio:.2f}", f"{budget:.2f}", "ok" if ratio <= budget else "BROKEN")
    Console(width=140).print(table)
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    return 0 if all(ratio <= budget for *_, ratio, budget in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
