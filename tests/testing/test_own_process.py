"""`jiran check` of files that do what no rule should: it never ends well without a report."""

from __future__ import annotations

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from jiran.errors import MechanismError, StrategyError
from jiran.market import find
from jiran.testing import own_process
from jiran.testing.own_process import check_in_own_process
from terminal import call, refused

RULE = (
    "from jiran.market import mechanism, Parameter\n"
    "@mechanism('x', compiled=False)\n"
    "def x(net_kwh, limit_price, import_price, export_price, parameters, rng, trades):\n"
    "    {body}\n"
)
#: It is no code of the file that ends the program here, so nothing can hold it.
ENDS = "exec(compile('import os; os._exit(0)', 'elsewhere.py', 'exec'))"
LOADING = {
    "exit": ("exit()", "ends the program"),
    "sys.exit": ("import sys; sys.exit(0)", "ends the program"),
    "os._exit": ("import os; os._exit(0)", "ends the program, as exit.. does"),
    "imported _exit": ("from os import _exit; _exit(0)", "ends the program, as exit.. does"),
    "end from elsewhere": (ENDS, "ends the program .exit code 0. while it is loaded"),
    "interrupt": ("raise KeyboardInterrupt", "cannot be loaded: KeyboardInterrupt"),
    "wrong import": ("from jiran.market import nonsense", "cannot be loaded: ImportError"),
    "bad default": (
        "import jiran; jiran.mechanism('x', p=jiran.Parameter('a', 'b'))(print)",
        "the default of p = 'a': must be a number",
    ),
    "huge default": (
        "import jiran; jiran.mechanism('x', p=jiran.Parameter(10**400, 'b'))(print)",
        "the default of p = 1000",
    ),
    "bad bound": ("import jiran; jiran.Parameter(1, 'b', ge='0')", "a bound of a Parameter"),
    "no parameter": ("import jiran; jiran.mechanism('x', p=3)(print)", "parameter p must be declared with Parameter"),
    "endless words": ("raise Exception('x' * 10_000_000)", "cannot be loaded: Exception: xxx"),
    "no words": ("class E(BaseException):\n  def __str__(self): raise ValueError\nraise E", "it cannot say why"),
}


def outside(*words):
    return subprocess.run([sys.executable, "-m", "jiran", *words], capture_output=True, text=True, check=False)  # noqa: S603  our own


@pytest.fixture
def write(tmp_path):
    def file(text, name="my_rule.py"):
        path = tmp_path / name
        path.write_text(text)
        return str(path)

    return file


@pytest.mark.parametrize(("text", "said"), LOADING.values(), ids=LOADING)
def test_a_file_that_cannot_be_loaded_is_refused(write, text, said):
    with pytest.raises(MechanismError, match=said) as error:
        check_in_own_process(write(text), books=3)
    assert len(str(error.value)) < 600
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", sorted(set(LOADING) - {"end from elsewhere"}))
def test_what_the_check_refuses_is_no_rule_and_no_strategy_for_a_run_either(write, name):
    from jiran.bids import find as find_strategy  # noqa: PLC0415  two of one name

    with pytest.raises(MechanismError):
        find(write(LOADING[name][0]))
    with pytest.raises((StrategyError, MechanismError)):
        find_strategy(write(LOADING[name][0]))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (ENDS, "ends the program (exit code 0) while it clears book 0"),
        ("import os; os._exit(0)", "failed: SystemExit: 0"),
        ("raise SystemExit(0)", "failed: SystemExit: 0"),
        ("while True: pass", "takes longer than 5 s while it clears book 0"),
    ],
)
def test_a_rule_that_does_not_come_back_breaks_a_law(write, body, said):
    verdict = check_in_own_process(write(RULE.format(body=body)), books=3, limit_s=5.0 if "True" in body else 60.0)
    assert not verdict.ok
    assert said in verdict.text


def test_a_machine_that_is_slow_to_start_our_own_program_is_not_the_fault_of_a_rule(monkeypatch, tmp_path):
    place, now_s = tmp_path / "report.json", [0.0]

    class Slow:
        """Begins after twice the limit, and then says nothing."""

        def wait(self, seconds):
            now_s[0] += seconds
            if now_s[0] >= 10.0 and not place.exists():
                own_process._tell(place, begun=True)
            raise subprocess.TimeoutExpired("check", seconds)

    monkeypatch.setattr(own_process, "time", SimpleNamespace(monotonic=lambda: now_s[0]))
    assert not own_process._ends(Slow(), place, 5.0, pytest.fail)
    assert 15.0 <= now_s[0] < 15.5


def test_a_check_whose_caller_was_gone_before_it_began_ends(write, tmp_path):
    """Or it would go on for ever, with nobody to end it."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    command = ("-P", "-m", "jiran.testing.own_process", write("while True: pass"), "3", "0", str(tmp_path / "report"))
    left = subprocess.Popen([sys.executable, *command, str(gone.pid)])  # noqa: S603  our own
    try:
        assert left.wait(100) == 1
    finally:
        left.kill()
        left.wait()


def test_a_file_that_hangs_while_it_is_loaded_is_given_up(write):
    with pytest.raises(MechanismError, match="takes longer than 2 s while it is loaded"):
        check_in_own_process(write("while True: pass"), books=3, limit_s=2.0)


def test_the_command_line_never_ends_well_without_a_report(write):
    good, bad = (
        write(RULE.format(body="print('hello'); return 0"), "good.py"),
        write(ENDS, "bad.py"),
    )
    done = call("check", good, "--books", "5")
    assert (done.exit_code, "hello" in done.stdout, "ok      runs" in done.stdout) == (0, False, True)
    refused(call("check", bad, "--books", "5"), "ends the program (exit code 0) while it is loaded")


def test_a_file_that_is_far_too_large_is_not_read(write):
    with pytest.raises(MechanismError, match="is larger than 10 MB"):
        find(write("#" * 10_000_001))


def test_the_caller_hears_how_many_books_are_done(write, tmp_path):
    heard, seen = [], tmp_path / "seen"
    seen.touch()
    # A rule that waits for a caller who is not heard of often, as on a busy machine.
    body = f"import pathlib, time; time.sleep(0.3 if pathlib.Path({str(seen)!r}).stat().st_size < 3 else 0.0); return 0"

    def hear(share):
        heard.append(share)
        seen.write_text("." * len(set(heard)))

    assert check_in_own_process(write(RULE.format(body=body)), books=40, progress=hear).ok
    assert heard == sorted(heard)
    assert all(0.0 <= share < 1.0 for share in heard)
    assert len(set(heard)) > 2


def test_a_run_never_ends_well_where_its_rule_ends_the_program(write, tmp_path):
    rule = write(RULE.format(body="import os; os._exit(0)"))
    done = outside("run", "paper", "--mechanism", rule, "-o", str(tmp_path / "out"))
    assert done.returncode == 2
    assert done.stderr.strip() == "jiran: market rule 'x': failed in step 0: SystemExit: 0"
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system forks no process")
def test_what_is_no_code_of_a_plugin_ends_as_it_likes(write):
    find(write(RULE.format(body="return 0")))
    child = os.fork()
    if not child:
        os._exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
