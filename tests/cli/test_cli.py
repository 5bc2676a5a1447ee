"""The command line: what it prints, what it writes, and one sentence for everything that is wrong."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from typer.main import get_command

import jiran
from jiran.cli import cli, comparing, listing, server
from jiran.cli.changes import changes_of
from jiran.cli.printing import number, shown
from jiran.judge import comparison
from jiran.result.figure import COUNT, ENERGY, SHARE
from jiran.result.figures import KPIS, grouped
from processes import heard
from terminal import at_work, call, refused

POSIX = pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")


@pytest.fixture(autouse=True)
def wide_and_alone(monkeypatch, tmp_path):
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)


def process(*arguments, **options):
    options = {"capture_output": True, "text": True, "timeout": 300} | options
    return subprocess.run([sys.executable, "-m", "jiran", *map(str, arguments)], check=False, **options)  # noqa: S603


# --- what it does ---


def test_run_prints_every_group_the_baseline_and_the_balance():
    done = call("run", "paper")
    assert done.exit_code == 0, done.output
    groups = grouped(jiran.load_scenario("paper"))
    assert list(groups) == ["Energy", "Neighbours", "Battery", "Money", "Fairness", "CO2"]
    for group, names in groups.items():
        assert group in done.stdout
        assert all(KPIS[name].label in done.stdout for name in names)
    assert "Every kWh and sen is accounted for: each step balances to" in done.stdout
    cost = next(line for line in done.stdout.splitlines() if " Cost " in line).split()
    assert cost[-3:] == ["36.57", "48.53", "MYR"]


def test_run_leaves_out_what_is_not_there():
    done = call("run", "five-prosumers")
    assert "Battery cycles" not in done.stdout
    assert "EV supply to neighbours" in call("run", "ev-street").stdout


def test_run_json_is_json_and_nothing_else():
    done = call("run", "net-metering-window", "--json")
    figures = json.loads(done.stdout)
    assert list(figures) == list(KPIS)
    assert figures == jiran.simulate(jiran.load_scenario("net-metering-window")).kpis
    assert done.stderr.startswith("Warning: ")


def test_run_takes_changes_as_toml_or_else_as_text():
    done = call(
        "run",
        "paper",
        "--set",
        "market.fraction=0.7",
        "--set",
        "market.matching=pro-rata",
        "--set",
        "steps=12",
        "--json",
    )
    changes = {"market.fraction": 0.7, "market.matching": "pro-rata", "steps": 12}
    assert json.loads(done.stdout) == jiran.simulate(jiran.load_scenario("paper", changes)).kpis


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("a.b=1", ("a.b", 1)),
        ("a=0.5", ("a", 0.5)),
        ("a = true", ("a", True)),
        ("a=[1, 2]", ("a", [1, 2])),
        ('a="1"', ("a", "1")),
        ("a=plain text", ("a", "plain text")),
        ("a=b=c", ("a", "b=c")),
        ("a=", ("a", "")),
        ("a=1\nsteps = 5", ("a", "1\nsteps = 5")),
        ("a=" + "[" * 5000, ("a", "[" * 5000)),
        ("a=" + "9" * 5000, ("a", "9" * 5000)),
    ],
)
def test_a_change_is_read_as_toml_or_else_as_text(text, change):
    assert changes_of([text]) == dict([change])


def test_run_mechanism_goes_before_its_parameters():
    done = call("run", "kampung", "--set", "market.fraction=0.6", "--mechanism", "grid-fraction", "--json")
    assert json.loads(done.stdout) == jiran.simulate(jiran.load_scenario("kampung", {"market.fraction": 0.6})).kpis
    assert json.loads(call("run", "paper", "--mechanism", "grid-only", "--json").stdout)["trades"] == 0


def test_run_writes_a_folder_and_again_over_it():
    for _ in range(2):
        done = call("run", "paper", "-o", "deep/out")
        assert done.exit_code == 0, done.output
        assert "Written to deep/out: " in done.stdout
    assert json.loads(Path("deep/out/kpis.json").read_text(encoding="utf-8"))["trades"] == 64
    assert sorted(file.name for file in Path("deep").iterdir()) == ["out"]


def test_run_json_tells_where_it_wrote_on_stderr():
    done = call("run", "paper", "-o", "out", "--json")
    assert json.loads(done.stdout)
    assert done.stderr.startswith("Written to out: device-totals.csv, devices.parquet, homes.csv, ")


def test_run_prints_names_with_brackets_as_they_are():
    done = call("run", "paper", "--set", "name=[red]x[/red]", "--set", "description=:smile: [b]")
    assert "[red]x[/red]" in done.stdout
    assert ":smile: [b]" in done.stdout


def test_scenarios_lists_every_preset_with_its_question():
    done = call("scenarios")
    text = " ".join(done.stdout.split())
    assert all(name in text and description[:40] in text for name, description in jiran.presets().items())


def test_mechanisms_lists_every_rule_and_explains_one():
    assert all(name in call("mechanisms").stdout for name in jiran.mechanisms())
    one = call("mechanisms", "grid-fraction").stdout
    for word in ("Individually rational", "fraction", "0.8", "above 0 and below 1", "index-order", "one of"):
        assert word in one
    assert "no parameters" in call("mechanisms", "grid-only").stdout


def _no_json(word: str) -> None:
    pytest.fail(f"{word} is not JSON")


def test_each_list_is_there_as_strict_json_with_the_names_of_the_list_for_people():
    for command in ("scenarios", "mechanisms", "strategies", "controllers", "forecasts", "tariffs"):
        done = call(command, "--json")
        rows = json.loads(done.stdout, parse_constant=_no_json)
        names = [row["name"] for row in rows]
        assert names, command
        assert len(set(names)) == len(names)
        assert all(name in call(command).stdout for name in names)
    assert [row["name"] for row in json.loads(call("mechanisms", "muda", "--json").stdout)] == ["muda"]
    assert {row["name"] for row in json.loads(call("mechanisms", "--json").stdout)} == set(jiran.mechanisms())
    assert {row["name"] for row in json.loads(call("scenarios", "--json").stdout)} == set(jiran.presets())


def test_new_writes_a_scenario_that_runs_and_never_overwrites():
    assert call("new", "street.toml").exit_code == 0
    assert call("run", "street.toml").exit_code == 0
    Path("street.toml").write_text("mine", encoding="utf-8")
    refused(call("new", "street.toml"), "street.toml: is there already and is not overwritten")
    assert Path("street.toml").read_text(encoding="utf-8") == "mine"


def test_version():
    assert call("--version").stdout == f"jiran {jiran.__version__}\n"


@pytest.mark.parametrize("command", ["", "app", "run", "scenarios", "new", "mechanisms"])
def test_every_help_has_an_example(command):
    done = call(*([command] if command else []), "--help")
    assert done.exit_code == 0
    assert "Example: jiran" in done.stdout


def test_no_help_has_a_letter_between_colons_turned_into_a_picture():
    def helps(command, *path):
        yield call(*path, "--help").stdout
        for name, one in getattr(command, "commands", {}).items():
            yield from helps(one, *path, name)

    text = "".join(helps(get_command(cli)))
    assert "FIRST:LAST:STEP" in text
    assert not [sign for sign in text if ord(sign) > 0xFFFF]


def test_numbers_read_well():
    assert shown(COUNT, 12345.0) == "12,345"
    assert shown(SHARE, 0.1486) == "14.9 %"
    assert shown(SHARE, None) == "-"
    assert [shown(ENERGY, kwh) for kwh in (1.234, 12.34, 12345.6)] == ["1.23", "12.3", "12,346"]
    assert number(-1e-12, 2) == "0.00"


# --- what is wrong ---


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("market.fraction=1", "market.fraction = 1: must be a number above 0 and below 1"),
        ("market.fraction=nan", "market.fraction = nan"),
        ("market.frac=0.5", "unknown parameter"),
        ("solar.pv_kwp=-1", "solar.pv_kwp = -1: must be at least 0"),
        ("solar.pv_kwp=nan", "must be a finite number"),
        ("steps=0", "steps = 0: must be at least 1"),
        ("steps=99999999999999999999", "must be at most 10000000"),
        ("battery.min_soc=2", "battery.min_soc = 2: must be at most 1"),
        ("batery.capacity_kwh=3", "unknown key; known here"),
        ("market.mechanism=nothing", "market rule 'nothing': unknown; choose one of"),
        ("novalue", "--set novalue: must be key=value"),
        ("=3", "--set =3: must be key=value"),
        ("homes.groups.castle.count=3", "use a number from 0 to 3"),
        ('name="two\\nlines"\n', "name = 'two\\nlines': must be text without control characters"),
        ("time_zone=Mars", "must be an IANA time zone"),
    ],
)
def test_run_refuses_a_bad_change_in_one_sentence(change, words):
    done = call("run", "paper", "--set", change)
    refused(done, words)


def test_run_refuses_what_is_no_scenario():
    Path("empty.toml").touch()
    Path("binary.toml").write_bytes(b"\x00\xff\xfe")
    Path("huge.toml").write_bytes(b"#" * 6_000_000)
    Path("broken.toml").write_text("x = [", encoding="utf-8")
    Path("folder.toml").mkdir()
    refused(call("run", "empty.toml"), "empty.toml: is empty", "jiran new")
    refused(call("run", "binary.toml"), "not a text file")
    refused(call("run", "huge.toml"), "has 6 MB")
    refused(call("run", "broken.toml"), "is not valid TOML")
    refused(call("run", "folder.toml"), "folder.toml: cannot be read")
    refused(call("run", "missing.toml"), "missing.toml: cannot be read")
    refused(call("run", "papre"), "scenario = 'papre': must be one of", "paper")
    refused(call("run", "."), "must be one of")


HEAD = """import jiran
@jiran.mechanism("bad-rule")
def bad(net_kwh, limit_price, import_price, export_price, parameters, rng, trades):
"""
TOO_MUCH = """    for seller in range(net_kwh.size):
        for buyer in range(net_kwh.size):
            if net_kwh[seller] > 0.0 and net_kwh[buyer] < 0.0:
                trade = trades[0]
                trade.seller = seller
                trade.buyer = buyer
                trade.kwh = 99.0
                trade.buyer_price = 0.3
                trade.seller_price = 0.3
                return 1
    return 0
"""
RULES = {
    "no python": ("def x(:", "is not valid Python: invalid syntax (line 1)"),
    "fails": ("1 / 0", "cannot be loaded: ZeroDivisionError"),
    "no rule": ("x = 1", "must define one function decorated with @mechanism, has 0"),
    "does not compile": (HEAD + "    return open('x')\n", "jiran: market rule 'bad-rule': does not compile: "),
    "wrong arguments": (
        "import jiran\n@jiran.mechanism('bad-rule')\ndef bad(net_kwh):\n    return 0\n",
        "market rule 'bad-rule': ",
    ),
    "too much": (HEAD + TOO_MUCH, "market rule 'bad-rule': in step 7 it trades more than there is for home "),
}


@pytest.mark.parametrize(("text", "words"), RULES.values(), ids=list(RULES))
def test_run_refuses_a_bad_rule_in_one_sentence(text, words):
    Path("bad_rule.py").write_text(text, encoding="utf-8")
    refused(call("run", "paper", "--mechanism", "bad_rule.py"), words)


def test_run_refuses_a_rule_that_is_not_there():
    refused(call("run", "paper", "--mechanism", "missing.py"), "market rule 'missing.py': there is no such file")
    refused(call("mechanisms", "fair"), "market rule 'fair': unknown")


def test_run_refuses_a_folder_that_is_not_its_own():
    Path("thesis").mkdir()
    Path("thesis/chapter.txt").write_text("years of work", encoding="utf-8")
    Path("file").write_text("x", encoding="utf-8")
    refused(call("run", "paper", "-o", "thesis"), "thesis is not written: it holds 'chapter.txt'")
    refused(call("run", "paper", "-o", "file"), "file is not written")
    refused(call("run", "paper", "-o", "file/out"), "cannot be written")
    assert sorted(path.name for path in Path().iterdir()) == ["file", "thesis"]
    assert Path("thesis/chapter.txt").read_text(encoding="utf-8") == "years of work"


def test_new_refuses_what_cannot_be_written():
    refused(call("new", "street.txt"), "must end in .toml")
    refused(call("new", "no/such/street.toml"), "cannot be written")


@pytest.mark.parametrize(
    "arguments",
    [
        ["run"],
        ["bogus"],
        ["run", "paper", "--bogus"],
        ["run", "paper", "--set"],
        ["app", "--port", "x"],
        ["app", "--port", "0"],
    ],
)
def test_a_wrong_command_line_points_to_the_help(arguments):
    refused(call(*arguments), "--help`")


def test_app_refuses_a_bad_scenario_and_a_taken_port():
    refused(call("app", "papre"), "must be one of")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused(call("app", "--port", port, "--no-browser"), f"--port {port}: is in use or not allowed")


def test_a_fault_of_jiran_asks_to_be_reported(monkeypatch):
    monkeypatch.delenv("JIRAN_DEBUG", raising=False)
    monkeypatch.setattr(jiran, "presets", lambda: 1 / 0)
    done = call("scenarios")
    assert done.exit_code == 1
    assert (
        done.stderr
        == "jiran: internal error, please report it: ZeroDivisionError: division by zero (JIRAN_DEBUG=1 shows where)\n"
    )
    monkeypatch.setenv("JIRAN_DEBUG", "1")
    assert isinstance(call("scenarios").exception, ZeroDivisionError)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "not enough memory"),
        (PermissionError(13, "Permission denied", "out/x"), "out/x: Permission denied"),
    ],
)
def test_what_the_machine_refuses_is_one_sentence(error, words, monkeypatch):
    def presets():
        raise error

    monkeypatch.setattr(jiran, "presets", presets)
    refused(call("scenarios"), words)


def test_what_nobody_can_read_is_said_in_one_sentence(monkeypatch):
    def full(*_args, **_more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(listing, "print_list", full)
    refused(call("scenarios"), "the output cannot be written: No space left on device")


@pytest.mark.parametrize("text", ["x" * 10_000_000, "a\nb"])
def test_a_sentence_is_one_line_that_can_be_read(text, monkeypatch):
    def presets():
        raise jiran.JiranError(f"{text}: must be short")

    monkeypatch.setattr(jiran, "presets", presets)
    done = call("scenarios")
    refused(done, ": must be short")
    assert len(done.stderr) < 1100


@pytest.mark.parametrize(
    "error", [RecursionError(), UnicodeEncodeError("utf-8", "a\udcff", 1, 2, "surrogates not allowed")]
)
def test_what_is_too_deep_or_no_text_is_no_fault_of_jiran(error, monkeypatch):
    def presets():
        raise error

    monkeypatch.setattr(jiran, "presets", presets)
    refused(call("scenarios"))


def test_a_file_that_ends_the_program_is_named_as_what_is_wrong(monkeypatch):
    monkeypatch.setattr(jiran, "presets", lambda: sys.exit(0))
    refused(call("scenarios"), "calls exit(0)")


def test_json_holds_no_number_that_is_none(monkeypatch):
    figures = {"cost": float("inf"), "saving": float("nan"), "co2_kg": float("-inf"), "trades": 3.0}
    monkeypatch.setattr(jiran.Result, "kpis", figures)
    done = call("run", "paper", "--json", "-o", "out")
    expected = {"cost": None, "saving": None, "co2_kg": None, "trades": 3.0}
    assert json.loads(done.stdout, parse_constant=pytest.fail) == expected
    assert json.loads(Path("out/kpis.json").read_text(), parse_constant=pytest.fail) == expected


def test_a_warning_of_a_library_is_not_for_users(monkeypatch, recwarn):
    monkeypatch.setattr(jiran, "presets", lambda: warnings.warn("overflow", RuntimeWarning, stacklevel=1) or {})
    done = call("scenarios")
    assert (done.exit_code, done.stderr, len(recwarn)) == (0, "", 0)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--set", "steps=2", "--set", "steps=3"], "--set steps: is given twice"),
        (["--set", "market.mechanism=vcg", "--mechanism", "huang"], "--mechanism huang: --set market.mechanism names"),
        (["--mechanism", "vcg", "--mechanism", "huang"], "--mechanism: is given twice; give it once"),
        (["-o", "one", "--output", "two"], "--output: is given twice; give it once"),
    ],
)
def test_what_is_said_twice_is_refused(words, sentence):
    refused(call("run", "paper", *words), sentence)


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (("meters", "simulate", "paper", "--broker", "localhost", "--dialect", "senml", "--dialect", "tasmota"), "--dialect"),
        (("live", "paper", "--demo", "--dialect", "senml", "--dialect=tasmota"), "--dialect"),
        (("sweep", "paper", "--vary", "seed=1", "--vary", "steps=2", "--seeds", "2", "--seeds", "3", "-o", "out"), "--seeds"),
        (("ledger", "make", "out", "--ledger", "a.sqlite", "--ledger", "b.sqlite"), "--ledger"),
    ],
)  # fmt: skip
def test_an_option_that_takes_one_value_is_given_once(words, option):
    refused(call(*words), f"{option}: is given twice; give it once")


OWN = 'name = "own"\nhomes.groups = [{ kind = "solar", count = 2 }, { kind = "normal" }]\nsteps = 24\n'
METER = "time,A load,B load\n" + "".join(f"2026-01-01T{hour:02}:00,1,2\n" for hour in range(24))
RULE = "import jiran\n@jiran.mechanism('own', compiled=False)\ndef own(net_kwh, limit_price, import_price, export_price, parameters, rng, trades):\n    return 0\n"
READ = {
    "street.toml": (OWN, ["{}"]),
    "meter.csv": (METER, ["meter.toml"]),
    "rule.py": (RULE, ["paper", "--set", "market.mechanism={}"]),
}


@pytest.mark.parametrize("command", ["run", "compare"])
@pytest.mark.parametrize("name", READ)
def test_what_is_read_is_never_written_and_nothing_is_run_in_vain(command, name, monkeypatch):
    monkeypatch.setattr(jiran, "simulate", lambda *_args, **_more: pytest.fail("it was run"))
    monkeypatch.setattr(comparison, "compare", lambda *_args, **_more: pytest.fail("it was run"))
    monkeypatch.setattr(comparing, "_is_ours", lambda _content: True)
    text, words = READ[name]
    file, target = Path("street", name), Path("street" if command == "run" else "table.csv")
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")
    Path("meter.toml").write_text(
        "name = 'm'\nstart = 2026-01-01\nsteps = 24\nhomes.data.path = 'street/meter.csv'\n", encoding="utf-8"
    )
    if command == "compare":
        target.hardlink_to(file)
        words = [*words, "--versus", "seed=2"]
    refused(
        call(command, *(word.format(file) for word in words), "-o", target), f"{target} is not written: this run reads"
    )
    assert file.read_text(encoding="utf-8") == text


def test_the_users_own_scenario_is_not_replaced_by_its_result():
    Path("street").mkdir()
    Path("street/scenario.toml").write_text("# by hand\n" + OWN, encoding="utf-8")
    refused(
        call("run", "street/scenario.toml", "-o", "street"),
        "street is not written: this run reads street/scenario.toml",
    )
    refused(
        call("run", "paper", "-o", "street"), "street is not written: it holds 'scenario.toml', but no manifest.json"
    )
    assert call("run", "street/scenario.toml", "-o", "out").exit_code == 0
    refused(call("run", "out/scenario.toml", "-o", "out"), "this run reads out/scenario.toml")


def test_ctrl_c_ends_with_130_and_leaves_nothing(monkeypatch):
    def interrupted(*_args, **_more):
        raise KeyboardInterrupt

    monkeypatch.setattr(jiran, "simulate", interrupted)
    done = call("run", "paper", "-o", "out")
    assert done.exit_code == 130
    assert "Traceback" not in done.output
    assert list(Path().iterdir()) == []


# --- as a process ---


def test_help_loads_neither_numba_nor_polars_nor_streamlit():
    code = (
        "import sys\nfrom jiran.cli import main\nsys.argv = ['jiran', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print([name for name in ('numba', 'polars', 'streamlit', 'pydantic') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=100, check=True)  # noqa: S603
    assert done.stdout.splitlines()[-1] == "[]"


def test_python_m_jiran_gives_clean_json_and_exit_codes():
    done = process("run", "paper", "--json")
    assert done.returncode == 0
    assert done.stderr == ""
    assert json.loads(done.stdout)["trades"] == 64
    bad = process("run", "paper", "--set", "steps=0")
    assert (bad.returncode, bad.stdout) == (2, "")
    assert bad.stderr == "jiran: steps = 0: must be at least 1\n"


def test_output_that_the_terminal_cannot_show_is_no_error():
    done = process(
        "run", "paper", "--set", "name=kampung 村", env=os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    )
    assert done.returncode == 0, done.stderr
    assert "kampung ?" in done.stdout


@POSIX
@pytest.mark.parametrize(
    "words", [["mechanisms"], ["run", "paper"], ["run", "paper", "--json"], ["--help"], ["--version"]]
)
@pytest.mark.parametrize("closed", ["full", "pipe"])
def test_output_that_nobody_takes_is_one_sentence(words, closed):
    if closed == "full" and not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    reader = None if closed == "full" else os.pipe()
    if reader:
        os.close(reader[0])
    with Path("/dev/full").open("w", encoding="utf-8") if reader is None else os.fdopen(reader[1], "w") as output:
        done = process(*words, capture_output=False, stdout=output, stderr=subprocess.PIPE)
    reason = "No space left on device" if reader is None else "Broken pipe"
    assert (done.returncode, done.stderr) == (2, f"jiran: the output cannot be written: {reason}\n")


@POSIX
def test_ctrl_c_in_a_long_run_ends_at_once_without_a_trace(tmp_path):
    long = ("run", "kampung", "--set", "steps=2000000", "--set", "step_minutes=1", "-o", "out")
    running = at_work(*long)
    running.send_signal(signal.SIGINT)
    out, errors = running.communicate(timeout=100)
    assert running.returncode == 130, (out, errors)
    assert "Traceback" not in errors
    assert list(tmp_path.iterdir()) == []


# --- the dashboard's server ---


class FakeServer:
    """Stands for the dashboard's process."""

    def __init__(self, command, stdin):
        self.command, self.ended, self.held = command, False, stdin
        FakeServer.last = self

    def wait(self, timeout=None):
        if timeout is None:
            raise KeyboardInterrupt
        return 0

    def terminate(self):
        self.ended = True

    def option(self, name):
        return self.command[self.command.index(name) + 1]


@pytest.fixture
def fake_server(monkeypatch):
    monkeypatch.setattr(subprocess, "Popen", FakeServer)
    return FakeServer


def test_app_starts_the_dashboard_for_this_machine_alone_and_ctrl_c_ends_it_quietly(fake_server):
    done = call("app", "kampung", "--no-browser")
    assert (done.exit_code, done.output) == (0, "")
    last = fake_server.last
    assert last.command[:3] == [sys.executable, "-m", "jiran.app.serve"]
    assert last.command[-1] == "kampung"
    assert "--share" not in last.command
    assert last.option("--page") == ""
    assert last.held == subprocess.PIPE  # which tells it when this process goes
    assert "--no-browser" in last.command
    assert last.ended


def test_jiran_alone_is_jiran_app(fake_server):
    assert call().exit_code == 0
    assert fake_server.last.command[-1] == ""  # the first page
    assert "--no-browser" not in fake_server.last.command


def test_app_takes_the_next_free_port_and_the_whole_path_of_a_file(fake_server, monkeypatch):
    Path("street.toml").write_text('name = "s"\nhomes.groups = [{ kind = "solar" }]\n', encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr(server, "FIRST_PORT", taken.getsockname()[1])
        call("app", "street.toml")
    assert int(fake_server.last.option("--port")) > taken_port(server)
    assert fake_server.last.command[-1] == str(Path("street.toml").resolve())


@pytest.mark.parametrize(
    ("given", "shared", "scenario"),
    [
        ([], None, None),
        (["--share"], "0.0.0.0", None),  # noqa: S104  what it opens is said
        (["--share", "127.0.0.1"], "127.0.0.1", None),
        (["--share", "--no-browser"], "0.0.0.0", None),  # noqa: S104
        (["--share", "kampung"], "0.0.0.0", "kampung"),  # noqa: S104
        (["kampung", "--share"], "0.0.0.0", "kampung"),  # noqa: S104
    ],
)
def test_class_opens_its_page_and_is_shared_only_if_asked(fake_server, given, shared, scenario):
    assert call("class", *given).exit_code == 0
    last = fake_server.last
    assert last.option("--page") == "class"
    assert ("--share" in last.command) is (shared is not None)
    assert shared is None or last.option("--share") == shared
    assert scenario is None or last.command[-1] == scenario


@pytest.mark.parametrize("address", ["192.0.2.77", "1.2", "8.8.8.8"])
def test_class_is_shared_on_addresses_of_this_machine_alone(address):
    refused(call("class", "--share", address), f"--share {address}: must be an IPv4 address of this machine")


def taken_port(module):
    return module.FIRST_PORT


@POSIX
@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 0), ("SIGKILL", -9), ("SIGHUP", 0)])
def test_the_server_goes_however_jiran_goes(name, code):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    running = subprocess.Popen(  # noqa: S603  our own
        [sys.executable, "-m", "jiran", "app", "--no-browser", "--port", str(port)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        with heard(running):
            assert any(str(port) in line for line in running.stdout), "the dashboard never told its address"
            running.send_signal(getattr(signal, name))
            assert running.wait(timeout=100) == code
            running.stdout.read()  # until the server, too, has gone
        with socket.create_server(("127.0.0.1", port)):
            pass  # the port is free again: no server is left
    finally:
        running.kill()
        running.stdout.close()


@pytest.mark.parametrize("width", ["60", "200"])
@pytest.mark.parametrize(
    "command",
    [
        ("run", "paper"), ("explain", "paper", "--step", 8), ("compare", "paper", "--mechanism", "vcg", "--seeds", 2),
        ("compare", "paper", "--versus", "battery.capacity_kwh=0", "--seeds", 1), ("mechanisms",), ("scenarios",),
        ("mechanisms", "grid-fraction"), ("strategies",),
    ],
)  # fmt: skip
def test_no_line_ends_with_blanks(command, width, monkeypatch):
    monkeypatch.setenv("COLUMNS", width)
    lines = call(*command).stdout.splitlines()
    assert len(lines) > 3
    assert all(line == line.rstrip() for line in lines)


def test_a_dash_for_evenness_is_explained():
    done = call("run", "sarawak-nem", "--set", "steps=720")
    assert re.search(r"Jain +-", done.stdout)
    assert "an index of evenness would say nothing here" in " ".join(done.stdout.split())
