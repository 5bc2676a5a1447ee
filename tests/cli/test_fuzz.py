"""Random command lines, right and wrong: each ends with its work done, or with one sentence; files stay whole."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from jiran.app.labels import named
from jiran.app.panel import at
from terminal import call, refused

HOSTILE = (
    "", " ", "=", ".", "..", "/", "~", "-", "--", "-1", "0", "1e999", "nan", "inf", "-inf", "9" * 400, "x" * 5000, "é", "村",
    "\udcff", "a\nb", "a\tb", "[red]", "{x}", "%s", "%", "=1+1", "'", '"', "a.b.c", "." * 50, "a." * 3000 + "a", "[" * 3000,
    "true", "1", "[]", "{}", "null", "None", "/dev/null", "/dev/full", "/proc/self/mem", "../../etc", "out/../out",
)  # fmt: skip
FIELDS = (
    "steps", "step_minutes", "seed", "name", "start", "time_zone", "currency", "market.mechanism", "market.fraction",
    "market.matching", "bids.strategy", "battery.capacity_kwh", "battery.min_soc", "solar.pv_kwp", "grid.import_price",
    "grid.export_price", "homes.groups.ev.count", "homes.groups", "homes.single", "homes.data.path", "homes.data.unit",
    "load.daily_kwh", "ev.supply.enabled", "emissions.import_kg", "bogus", "market", "homes",
)  # fmt: skip
VALUES = (
    "0",
    "1",
    "2",
    "0.5",
    "1000",
    "1e308",
    "-0.0",
    "true",
    '"1"',
    "[1, 2]",
    "{a = 1}",
    "2026-01-01",
    "mid-market-rate",
)
SCENARIOS = (
    "paper",
    "five-prosumers",
    "street.toml",
    "marked.toml",
    "linked.toml",
    "meter.toml",
    "half.toml",
    "gone.toml",
)
RULES = ("vcg", "huang", "grid-fraction", "all", "vcg,huang", "exits.py", "broken.py", "gone.py", "street.toml")
TARGETS = (
    "out", "table.csv", "table.html", "street.toml", "meter.csv", "broken.py", "linked.csv", "hard.csv", "METER.CSV", "thesis",
    "thesis/notes.txt", "street.toml/out", "deep/er/out", "./out", "dangling", "circle", "same", "a" * 300, "a" * 300 + ".csv",
)  # fmt: skip
SMALL = ("--set", "steps=2")
TARIFFS = (
    "my-tnb-rp4-domestic-general",
    "my-tnb-rp4-domestic-tou",
    "my-seb-domestic-nem",
    "own.toml",
    "half.toml",
    "street.toml",
)
BILL_OPTIONS = {
    "--export-kwh": ("0", "450", "-1"),
    "--peak-kwh": ("0", "100", "1000"),
    "--period": ("peak=0", "peak=1000", "night=1", "peak", "=", "peak=true"),
    "--demand-kw": ("5", "-5"),
    "--months": ("1", "4", "0"),
    "--month": ("2025-07", "2026-12", "1900-01", "2025-13"),
    "--without": ("sst", "energy", "minimum", "eei"),
    "--set": (
        "components.sst.rate=0.1",
        "components.energy.rate=[1, 2]",
        "components.energy.bounds=5",
        "export.carry=none",
    ),
}
OWN = "name = 'own'\nhomes.groups = [{ kind = 'solar' }, { kind = 'normal' }]\nsteps = 2\n"


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A folder with files that a user may have."""
    monkeypatch.chdir(tmp_path)
    Path("street.toml").write_text(f"# mine\n{OWN}", encoding="utf-8")
    Path("marked.toml").write_bytes(b"\xef\xbb\xbf" + OWN.encode())
    Path("linked.toml").symlink_to("street.toml")
    Path("half.toml").write_text("x = [", encoding="utf-8")
    Path("own.toml").write_text(
        "extends = 'my-seb-domestic'\nname = 'own'\ntitle = 'Own'\nstatus = 'estimate'\n", encoding="utf-8"
    )
    Path("meter.toml").write_text(
        "name = 'metered'\nsteps = 2\nstart = 2026-01-01\nhomes.data.path = 'meter.csv'\n", encoding="utf-8"
    )
    rows = "\n".join(f"2026-01-01T{hour:02}:00,{hour % 3},1" for hour in range(24))
    Path("meter.csv").write_text(f"time,=A load,B load\n{rows}\n", encoding="utf-8")
    Path("hard.csv").hardlink_to("meter.csv")
    Path("linked.csv").symlink_to("meter.csv")
    Path("exits.py").write_text("raise SystemExit(0)\n", encoding="utf-8")
    Path("broken.py").write_text("from numpy import nothing\n", encoding="utf-8")
    Path("thesis").mkdir()
    Path("thesis/notes.txt").write_text("years of work", encoding="utf-8")
    Path("same").symlink_to(".")
    Path("dangling").symlink_to("nowhere/at/all")
    Path("circle").symlink_to("circle")
    return tmp_path


def one(rng, *choices):
    return rng.choice(HOSTILE) if rng.random() < 0.15 else rng.choice(choices)


def change(rng):
    sign = "" if rng.random() < 0.05 else "="
    return f"{one(rng, *FIELDS)}{sign}{one(rng, *VALUES)}"


def line(rng):
    """Return a random command line: most of its words fit, some do not."""
    kind = rng.choices(("run", "compare", "new", "explain", "bill", "other"), (6, 4, 1, 2, 3, 1))[0]
    if kind == "other":
        return [one(rng, "scenarios", "bogus", "--version", "--help", "run", "app"), one(rng, "--help", "--bogus")]
    if kind == "bill":
        return bill(rng)
    if kind == "explain":
        return [rng.choice(("mechanisms", "strategies")), one(rng, *RULES)]
    if kind == "new":
        return ["new", one(rng, *TARGETS, "new.toml", "deep/new.toml", "street.toml")]
    words = [kind, one(rng, *SCENARIOS), *SMALL, *(comparison(rng) if kind == "compare" else ())]
    words += [word for _ in range(rng.choice((0, 0, 1, 1, 2))) for word in ("--set", change(rng))]
    words += ["--mechanism", one(rng, "vcg", "vcg,grid-fraction", *RULES)] if rng.random() < 0.3 else []
    words += ["-o", one(rng, *TARGETS)] if rng.random() < 0.6 else []
    words += ["--json"] if rng.random() < 0.4 else []
    words += [one(rng, "--bogus", "extra")] if rng.random() < 0.1 else []
    return words


def bill(rng):
    if rng.random() < 0.2:
        return ["tariffs", one(rng, *TARIFFS, "--json", "--sharing", "it-cer")]
    words = ["bill", one(rng, *TARIFFS), "--import-kwh", one(rng, "0", "300", "700.5", "1e9")]
    for option, values in BILL_OPTIONS.items():
        words += [option, one(rng, *values)] if rng.random() < 0.3 else []
    return words + (["--json"] if rng.random() < 0.4 else [])


def comparison(rng):
    second = rng.choice(([], ["--mechanism", "vcg"], [one(rng, *SCENARIOS)], ["--versus", change(rng)]))
    return [*second, "--seeds", one(rng, "1", "1", "2")]


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def refuse(constant):
    raise AssertionError(f"{constant} is no JSON")


def judged(words, done, before, folder):
    """Hold what a command line did against what every one must do."""
    code, said = done.exit_code, done.stderr
    assert code in (0, 2), (code, said)
    assert "Traceback" not in done.output
    assert "internal error" not in said
    if code == 2:
        assert done.stdout == ""
        assert said.startswith("jiran: ")
        assert said.count("\n") == 1
        assert len(said) < 1100
    elif "--json" in words and words[0] in ("run", "compare", "bill", "tariffs") and "--help" not in words:
        json.loads(done.stdout, parse_constant=refuse)
    made = ("table.csv", "table.html", "out")
    after = contents(folder)
    assert [name for name in before if name.split("/")[0] not in made and after.get(name) != before[name]] == []
    assert list(folder.rglob(".jiran-*")) == []


@pytest.mark.parametrize("seed", range(12))
def test_any_command_line_ends_well(seed, desk):
    rng = Random(seed)  # noqa: S311  no secrets
    for _ in range(10):
        words, before = line(rng), contents(desk)
        done = call(*words)
        try:
            judged(words, done, before, desk)
        except AssertionError as error:
            raise AssertionError(f"{words}: {error}") from done.exception


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("homes.groups.².count", "homes.groups.².count = 1: '²' names 0 entries of the list; use a number from 0 to 3"),
        (f"homes.groups.{'9' * 5000}.count", "names 0 entries of the list; use a number from 0 to 3"),
        ("homes..count", "'homes..count' = 1: there is no field of this name: it needs a key on each side of a dot"),
        ("...", "'...' = 1: there is no field of this name: it needs a key on each side of a dot"),
    ],
)
def test_a_name_that_leads_nowhere_is_refused_by_name(name, said):
    refused(call("run", "paper", "--set", f"{name}=1"), said)


def test_a_field_shown_first_may_have_any_name():
    assert at({"homes": {"groups": [{"count": 1}]}}, "homes.groups.².count") is None
    assert named("homes.groups.².count", {"homes": {"groups": [{"kind": "solar"}]}})[1] == ""


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="this system has no /dev/null")
def test_a_device_is_no_folder():
    refused(call("data", "/dev/null"), "/dev/null: is a device or a pipe, not a file")
