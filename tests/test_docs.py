"""What the documentation says is true: tables, examples, links and commands."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

import jiran
from documentation import table_of, tables
from jiran.cli import cli

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
NAMES = (ROOT / "docs" / "nomenclature.md").read_text(encoding="utf-8")
BIDS = (ROOT / "docs" / "bids.md").read_text(encoding="utf-8")
CONTROL = (ROOT / "docs" / "control.md").read_text(encoding="utf-8")
HOW_TO = (ROOT / "docs" / "how-to-add-a-mechanism.md").read_text(encoding="utf-8")
REPLICATION = (ROOT / "docs" / "paper-replication.md").read_text(encoding="utf-8")
TARIFFS = (ROOT / "docs" / "tariffs.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def rows(text, title):
    """Return the cells of the first table under a heading, without its two head lines."""
    return table_of(text.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0])


def first_cells(title):
    return [name.strip("` ") for row in rows(NAMES, title) for name in row[0].split(",")]


@pytest.mark.parametrize("page", tables.PAGES, ids=lambda page: page.name)
def test_tables_are_made_from_the_code_of_today(page):
    text = page.read_text(encoding="utf-8")
    assert text == tables.renewed(text), "out of date: run `make docs`"


def test_every_table_stands_in_some_page():
    pages = "".join(page.read_text(encoding="utf-8") for page in tables.PAGES)
    assert set(re.findall(r"<!-- begin: (\w+) -->", pages)) == set(tables.TABLES)


def test_the_strategy_of_the_page_of_bids_runs(tmp_path):
    (tmp_path / "shade.py").write_text(blocks(BIDS, "python")[0], encoding="utf-8")
    for command in "".join(blocks(BIDS, "sh")).splitlines():
        assert jiran_prints(*command.split()[1:], cwd=tmp_path)


def test_the_controller_of_the_page_of_control_keeps_the_laws(tmp_path):
    (tmp_path / "half_price.py").write_text(blocks(CONTROL, "python")[0], encoding="utf-8")
    assert jiran_prints("check", "half_price.py", "--books", "10", "--time-limit", "600", cwd=tmp_path)


def test_the_tariff_of_the_page_of_tariffs_is_one(tmp_path):
    (tmp_path / "own.toml").write_text(blocks(TARIFFS, "toml")[0], encoding="utf-8")
    assert "my-guess-for-2028" in jiran_prints("bill", "own.toml", "--import-kwh", "300", cwd=tmp_path)
    for command in blocks(TARIFFS, "sh")[0].splitlines():
        assert jiran_prints(*command.split()[1:])


@pytest.mark.parametrize("frame", ["trades", "homes", "steps", "devices"])
def test_nomenclature_has_every_column(frame):
    assert first_cells(f"`result.{frame}`") == getattr(paper(), frame).columns


def test_nomenclature_has_every_account():
    assert first_cells("Accounts") == list(paper().accounts)


def test_the_rule_of_the_how_to_runs(tmp_path, monkeypatch):
    rule, python = blocks(HOW_TO, "python")
    assert rule.count("\n") <= 30
    (tmp_path / "my_rule.py").write_text(rule, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    exec(python, names := {})  # noqa: S102  our own page
    assert names["result"].kpis["saving"] == pytest.approx(11.96, abs=0.005)
    assert names["result"].kpis["saving_jain"] == pytest.approx(0.65, abs=0.005)
    assert names["one_step"].buyer[0] == 2


def test_the_commands_of_the_how_to_run_one_after_the_other(tmp_path):
    (tmp_path / "my_rule.py").write_text(blocks(HOW_TO, "python")[0], encoding="utf-8")
    for command in blocks(HOW_TO, "sh")[0].splitlines():
        assert jiran_prints(*command.split()[1:], cwd=tmp_path)


def programs(page):
    """Return the Python blocks of a page, each with what the page says that it prints: the next block before other code, or nothing."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    pairs = itertools.pairwise([*found, ("", "")])
    return [
        (text, after if kind == "text" else "") for (language, text), (kind, after) in pairs if language == "python"
    ]


def test_what_is_named_in_how_to_add_is_there():
    text = (ROOT / "docs" / "how-to-add.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:src/jiran|tests|docs)/[\w/.-]*)`", text)
    assert len(named) > 50
    assert [name for name in named if not (ROOT / name).exists()] == []


#: The blocks of this page are files, which its own tests write and run.
OF_ITS_OWN = ["how-to-add-a-mechanism.md"]
PROGRAMS = [page for page in PAGES if page.name not in OF_ITS_OWN and programs(page)]


@pytest.mark.parametrize("page", PROGRAMS, ids=lambda page: page.name)
def test_python_blocks_run_one_after_the_other_and_print_what_stands_below_them(page, capsys, tmp_path, monkeypatch):
    shutil.copy(ROOT / "examples" / "meters.csv", tmp_path)
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "of_a_page"}
    for text, printed in programs(page):
        exec(text, names)  # noqa: S102  our own page
        assert capsys.readouterr().out == printed


def test_the_pages_with_python_are_those_that_one_looks_into():
    assert {page.name for page in PROGRAMS} >= {"README.md", "meter-data.md", "plan.md", "sweeps.md", "tariffs.md"}


def test_the_terminal_example_is_what_jiran_run_paper_prints():
    shown = next(block for block in blocks(README, "text") if "Self-sufficiency" in block)
    assert lines(shown.partition("\n")[2]) == lines(jiran_prints("run", "paper"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_and_pictures_exist(page):
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))
    here = [target for target in targets if "://" not in target]
    assert [target for target in here if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_and_names_of_the_code_exist(page):
    """Of those that are written from their room on, as `engine/kernel.run` and `market/base.py`."""
    code = ROOT / "src" / "jiran"
    rooms = {room.name for room in code.iterdir() if room.is_dir()}
    text = "" if page.name == "CHANGELOG.md" else page.read_text(encoding="utf-8")  # which tells what was
    for path, name in re.findall(r"`((?:\w+/)+\w+)\.(\w+)`", text):
        if path.split("/")[0] in rooms and not (code / f"{path}.{name}").exists():
            file = code / path / "__init__.py" if (code / path).is_dir() else code / f"{path}.py"
            assert file.exists(), f"{path}.{name}"
            assert re.search(rf"\b{name}\b", file.read_text(encoding="utf-8")), f"{path}.{name}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_exist(page):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    commands = {"jiran": {*get_command(cli).commands, ""}, "make": targets}
    for block in blocks(page.read_text(encoding="utf-8"), "(?:sh|bat)"):
        for program, command in re.findall(r"^(?:.*[/\\])?(jiran|make) *([a-z]*)", block, re.MULTILINE):
            assert command in commands[program], f"{program} {command}"


def paper():
    return jiran.simulate(jiran.load_scenario("paper"))


def jiran_prints(*arguments, cwd=None):
    """Return what a command prints on a plain terminal of 80 columns."""
    plain = os.environ | {"COLUMNS": "80", "NO_COLOR": "1", "TERM": "dumb", "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "jiran", *arguments]
    run = subprocess.run(command, capture_output=True, check=False, cwd=cwd, encoding="utf-8", env=plain)  # noqa: S603
    assert run.returncode == 0, run.stderr
    return run.stdout


def lines(text):
    """Return what is printed without trailing space and without the last digits of rounding."""
    return [line.rstrip() for line in text.splitlines() if line.strip() and "each step balances" not in line]
