"""Every form of sentence is true of hundreds of random runs, and each is said of some of them."""

from __future__ import annotations

from jiran.sentences import FORMS
from truth.harness import ORACLES, Count, check
from truth.oracles import MODULES

RUNS = 500


def test_every_form_has_an_oracle_and_every_oracle_a_form():
    assert MODULES
    assert set(ORACLES) == {name for name in FORMS if not name.startswith("doctest.")}


def test_every_sentence_is_true_of_random_runs_and_none_is_never_said():
    total = Count()
    for seed in range(RUNS):
        total += check(seed)
    assert not total.false, f"{len(total.false)} false, the first ones:\n" + "\n".join(total.false[:10])
    assert total.runs == RUNS
    assert not [name for name in ORACLES if not total.said[name]], "never said"
