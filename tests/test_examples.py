"""Each example runs as a user runs it."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "examples"


def run(*arguments, cwd):
    return subprocess.run(  # noqa: S603  our own
        [sys.executable, *map(str, arguments)], capture_output=True, text=True, cwd=cwd, timeout=300, check=False
    )


def test_every_example_has_a_test():
    assert {file.name for file in FOLDER.glob("*.py")} == {
        "my_rule.py",
        "quickstart.py",
        "compare_batteries.py",
        "simbench_year.py",
        "learn_with_a_library.py",
    }


def test_my_rule_is_short_and_runs_with_the_paper(tmp_path):
    rule = FOLDER / "my_rule.py"
    assert len(rule.read_text(encoding="utf-8").splitlines()) <= 30
    done = run("-m", "jiran", "run", "paper", "--mechanism", rule, "--set", "market.share=0.3", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "share 0.3" in " ".join(done.stdout.split())


def test_my_rule_shares_the_gap():
    import jiran  # noqa: PLC0415

    cleared = jiran.clear([3.0, -1.0, -1.0], str(FOLDER / "my_rule.py"), import_price=0.5, export_price=0.1, share=0.25)
    assert cleared.sold.tolist() == pytest.approx([2.0, 0.0, 0.0])
    assert cleared.bought.tolist() == pytest.approx([0.0, 1.0, 1.0])
    assert cleared.buyer_price.tolist() == pytest.approx([0.2, 0.2])


def test_quickstart_prints_a_row_for_each_home(tmp_path):
    done = run(FOLDER / "quickstart.py", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "shape: (12, 5)" in done.stdout


def test_compare_batteries_prints_a_row_for_each_size(tmp_path):
    done = run(FOLDER / "compare_batteries.py", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "self-sufficiency" in done.stdout
    assert len([line for line in done.stdout.splitlines() if line.startswith("│")]) == 7


def test_learning_with_a_library_says_what_to_install(tmp_path):
    blocked = (
        "import sys, runpy; sys.modules['stable_baselines3'] = None; runpy.run_path(sys.argv[1], run_name='__main__')"
    )
    done = run("-c", blocked, FOLDER / "learn_with_a_library.py", cwd=tmp_path)
    assert done.returncode == 1
    assert "pip install" in done.stderr
    assert "Traceback" not in done.stderr


def test_simbench_year_says_what_to_install(tmp_path):
    blocked = "import importlib.util, runpy, sys; importlib.util.find_spec = lambda _name: None; runpy.run_path(sys.argv[1], run_name='__main__')"
    done = run("-c", blocked, FOLDER / "simbench_year.py", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.strip() == 'This example needs the SimBench data: pip install "jiran[data]"'


@pytest.mark.skipif(importlib.util.find_spec("simbench") is None, reason='needs SimBench: pip install "jiran[data]"')
def test_simbench_year_runs_a_year_of_meter_data(tmp_path):
    done = run(FOLDER / "simbench_year.py", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "the load of 20 homes was scaled" in done.stdout
    assert list(tmp_path.iterdir()) == []
