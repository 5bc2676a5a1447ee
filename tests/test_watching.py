"""Long work can be stopped: by what its caller's progress function raises, in any thread, and by Ctrl-C."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from functools import partial

import numpy as np
import pytest

import jiran
from jiran import watching
from jiran.judge.comparison import compare
from jiran.market.pause import begin, stopped
from jiran.watching import Work, watch
from processes import heard

ORDERS = 600
#: Clearings that take minutes if nobody stops them.
ENDLESS = {
    "consensus": {"rounds": 1e6, "tolerance": 1e-15},
    "shapley": {"permutations": 1e6},
}


class EnoughError(BaseException):
    """What a viewer that leaves raises, as Streamlit does: not an Exception."""


def after(calls):
    """Return a progress function that raises at its so-manieth call, and what it was told."""
    told = []

    def progress(done):
        told.append(done)
        if len(told) >= calls:
            raise EnoughError

    return progress, told


def book():
    rng = np.random.default_rng(0)
    net_kwh = rng.uniform(0.1, 3.0, ORDERS) * np.tile([1.0, -1.0], ORDERS // 2)
    return {"net_kwh": net_kwh, "limit_price": rng.uniform(0.2, 0.5, ORDERS), "import_price": 0.5, "export_price": 0.2}


def no_work_goes_on():
    """Wait until no watched thread is left; a thread that does not hear that it is to stop fails the test."""
    for thread in threading.enumerate():
        if thread.name == "jiran work":
            thread.join(60.0)
            assert not thread.is_alive()
    assert not watching.TABLE.any()


@pytest.mark.parametrize("rule", ENDLESS)
def test_a_single_clearing_stops_when_its_progress_raises(rule):
    progress, told = after(4)
    with pytest.raises(EnoughError):
        jiran.clear(mechanism=rule, progress=progress, **book(), **ENDLESS[rule])
    assert told == sorted(told)
    assert 0.0 <= told[-1] < 1.0
    no_work_goes_on()


def endless_street(**changes):
    homes = [{"kind": "solar", "count": 200}, {"kind": "normal", "count": 200}]
    wanted = {"homes.groups": homes, "market.mechanism": "consensus", "market.rounds": 1e6, "market.tolerance": 1e-15}
    return jiran.load_scenario("paper", wanted | {"bids.strategy": "truthful"} | changes)


@pytest.mark.parametrize("calls", [1, 2, 3, 12])
def test_a_run_stops_within_a_step_and_its_baseline_ends(calls):
    progress, told = after(calls)
    with pytest.raises(EnoughError):
        jiran.simulate(endless_street(), progress=progress)
    assert told == sorted(told)
    no_work_goes_on()


def test_a_run_in_another_thread_stops_too():
    caught = []

    def run():
        try:
            jiran.simulate(endless_street(), progress=after(12)[0])
        except EnoughError as error:
            caught.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(120.0)
    assert len(caught) == 1
    no_work_goes_on()


def test_a_comparison_stops_within_a_step():
    cases = {"slow": endless_street(), "quick": endless_street(**{"market.rounds": 2.0})}
    with pytest.raises(EnoughError):
        compare(cases, progress=after(15)[0])
    no_work_goes_on()


def test_stopping_one_run_leaves_another_alone():
    other = Work(partial(jiran.simulate, jiran.load_scenario("paper")))
    with pytest.raises(EnoughError):
        jiran.clear(mechanism="shapley", progress=after(2)[0], **book(), **ENDLESS["shapley"])
    assert other.result().digest == jiran.simulate(jiran.load_scenario("paper")).digest


def test_what_the_progress_function_raises_is_not_the_rules_fault():
    def fails(_done):
        raise ValueError("the bar broke")

    with pytest.raises(ValueError, match="the bar broke"):
        jiran.clear(mechanism="shapley", progress=fails, **book(), **ENDLESS["shapley"])
    no_work_goes_on()


def test_work_returns_its_result_or_raises_its_error():
    assert watch(lambda: 3, lambda _done: None) == 3
    with pytest.raises(ZeroDivisionError):
        watch(lambda: 1 // 0, lambda _done: None)
    no_work_goes_on()


def test_a_new_part_of_the_work_begins_with_nothing_of_it_done():
    """How far a rule was in one step is not how far the next one is."""
    told, gate = [], threading.Event()

    def work():
        begin(0.25, 0.5)
        stopped(0.75)
        told.append(watched.done)
        begin(0.75, 0.25)
        told.append(watched.done)

    watched = Work(lambda: gate.wait(60.0) and work())
    gate.set()
    watched.result()
    assert told == [0.25 + 0.5 * 0.75, 0.75]
    no_work_goes_on()


def test_what_is_told_never_falls_though_the_work_ends_while_it_is_asked(monkeypatch):
    """On a busy machine a thread may stand still between hearing that work goes on and asking how far it is."""
    told, begun, gate = [], threading.Event(), threading.Event()

    def work():
        begin(0.5, 0.5)
        begun.set()
        gate.wait(60.0)

    class Late:
        """Says for one round more that the work goes on."""

        def __init__(self, finished):
            self.finished, self.asked = finished, 0
            self.set = finished.set

        def wait(self, _seconds):
            self.asked += 1
            if self.asked == 2:
                gate.set()
                assert self.finished.wait(60.0)
            return self.asked > 2

    watched = Work(work)
    assert begun.wait(60.0)
    monkeypatch.setattr(watched, "_finished", Late(watched._finished))
    watched.result(told.append)
    assert told == [0.5, 0.5]
    no_work_goes_on()


def test_more_work_than_rows_still_works():
    gate = threading.Event()
    many = [Work(gate.wait) for _ in range(watching.ROWS + 5)]
    assert watch(lambda: 3, lambda _done: None) == 3
    gate.set()
    assert all(work.result() for work in many)
    no_work_goes_on()


def test_a_compiled_rule_that_never_ends_leaves_its_caller_free(tmp_path):
    file = tmp_path / "never.py"
    file.write_text(
        "from jiran.market import mechanism\n@mechanism('never')\n"
        "def never(net_kwh, limit_price, import_price, export_price, parameters, rng, trades):\n"
        "    x = 0.5\n    while x < 2.0:\n        x = (x + net_kwh[0]) / 2\n    return 0\n"
    )
    code = (
        "import jiran, sys\n"
        "def progress(done):\n    if progress.calls > 3: raise KeyboardInterrupt\n    progress.calls += 1\n"
        "progress.calls = 0\n"
        f"try: jiran.clear([1.0, -1.0], {str(file)!r}, import_price=1, export_price=0, progress=progress)\n"
        "except KeyboardInterrupt: print('free')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300)  # noqa: S603
    assert done.stdout == "free\n"


def test_ctrl_c_ends_a_clearing():
    code = (
        "import jiran, numpy as np\n"
        "net = np.tile([1.0, -1.0], 300) * np.linspace(1, 2, 600)\n"
        "told = lambda done: print('works', flush=True)\n"
        "try: jiran.clear(net, 'shapley', import_price=.5, export_price=.2, permutations=1e6, "
        "limit_price=np.linspace(.2, .5, 600), progress=told)\n"
        "except KeyboardInterrupt: print('interrupted')\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)  # noqa: S603
    assert process.stdout is not None
    with heard(process):
        assert process.stdout.readline() == "works\n"
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=300)[0].splitlines()[-1] == "interrupted"
    assert process.returncode == 0
