"""A rule in plain Python that returns no number is told so, however it is run."""

from __future__ import annotations

import numpy as np
import pytest

from jiran import clear, load_scenario, simulate
from jiran.errors import MechanismError
from jiran.market import find
from jiran.testing import Book, check_mechanism, play

SAID = "must return the number of trades that it wrote, and returned None"


@pytest.fixture
def silent(tmp_path):
    path = tmp_path / "silent.py"
    path.write_text(
        "import jiran\n\n\n@jiran.mechanism('silent', compiled=False)\ndef silent(net, limit, high, low, parameters, rng, trades):\n"
        "    '''Forget to say how many trades there are.'''\n"
    )
    return str(path)


def test_in_a_run_and_by_hand(silent):
    with pytest.raises(MechanismError, match=f"^market rule 'silent': {SAID}$"):
        simulate(load_scenario("paper", {"market.mechanism": silent}))
    with pytest.raises(MechanismError, match=f"^market rule 'silent': {SAID}$"):
        clear([1.0, -1.0], silent, import_price=0.5, export_price=0.2)


def test_in_a_check(silent):
    book = Book(np.array([1.0, -1.0]), np.array([0.2, 0.5]), 0.5, 0.2)
    assert play(find(silent), book).lines() == [f"  The rule {SAID}"]
    report = check_mechanism(find(silent), books=5)
    assert not report.ok
