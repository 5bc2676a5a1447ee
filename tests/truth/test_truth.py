"""Every form of sentence is true of hundreds of random runs, and each is said of some run."""

from __future__ import annotations

import os
import re

import pytest

from jiran.sentences import FORMS
from truth.harness import ORACLES, Count, check, draw
from truth.oracles import MODULES

#: As many random runs are held against every third sentence of a run, in turn, and every sixteenth of them
#: against all, those of comparisons, plans and classes too; `make truth` holds thousands against all.
RUNS, AT_ONCE, EVERY = (24, 6, 1) if os.environ.get("JIRAN_EXAMPLES") == "few" else (500, 50, 16)
#: In so many runs each form is said at least once; those that say what is said seldom are tried first.
ENOUGH = 600
SELDOM = (353, 80, 100, 102, 108, 120, 144, 312)

OF_OTHER_RUNS = {
    "comparing", "against", "paper", "assumed", "data", "classes", "sweeps", "lives", "rules", "controllers", "ways",
}  # fmt: skip


def module_of(name):
    """Return which file of this folder holds an oracle, or which folder below it; doctest knows them without this one's name."""
    return ORACLES[name].find.__module__.removeprefix("truth.").partition(".")[0]


#: By name, whichever test file brought them in first.
OF_THE_RUN = [name for name in sorted(ORACLES) if module_of(name) not in OF_OTHER_RUNS]
OFTEN = [name for name in OF_THE_RUN if not name.startswith("plan.")]


def test_every_form_has_an_oracle_and_every_oracle_a_form():
    assert MODULES
    assert set(ORACLES) == {name for name in FORMS if not name.startswith("doctest.")}


@pytest.mark.parametrize("first", range(0, RUNS, AT_ONCE))
def test_every_sentence_is_true_of_random_runs(first):
    total = Count()
    for seed in range(first, first + AT_ONCE):
        total += check(seed, None if seed % EVERY == 0 else OFTEN[seed // 2 % 3 :: 3])
    assert not total.false, f"{len(total.false)} false, the first ones:\n" + "\n".join(total.false[:10])
    assert total.runs == AT_ONCE


#: Runs that lie on a border: half of a last digit, an efficiency of a millionth, bills of billions.
BORDERS = {
    2744: ("reason.all_kept", "reason.parts"), 5595: ("homes.gini",), 5735: ("homes.gini",), 8616: ("battery.idle",),
    3018: ("plan.enough",), 6672: ("plan.enough",), 3390: ("home.bill_chart",), 9903: ("home.bill_chart",),
}  # fmt: skip


@pytest.mark.parametrize("seed", BORDERS)
def test_sentences_are_true_on_the_border(seed):
    total = check(seed, BORDERS[seed])
    assert not total.false, "\n".join(total.false)
    assert total.said


#: Nobody knows of these where only import and export are known.
BEHIND_THE_METER = re.compile(
    r"\b[Oo]wn sun|\bsun\b|(?i:roof|solar|generat|household|\bused?\b|self-|\bcar\b|\bcars\b)"
)


def test_nothing_is_said_of_what_is_behind_the_meters_of_homes_of_which_only_import_and_export_are_known():
    heard = set()
    for seed in range(4, 200, 5):
        drawn = draw(seed)
        if not drawn.result.community.net_metered.all():
            continue
        for name in OFTEN:
            for subject in ORACLES[name].subjects(drawn):
                sentence = FORMS[name](*subject)
                heard |= {name} if sentence else set()
                if sentence and name != "warning.net_metered":  # which says that it is not known
                    assert not BEHIND_THE_METER.search(sentence.text), sentence
    assert {"run.street", "run.exchange", "day.chart", "trades.roles", "home.day_chart", "warning.net_metered"} <= heard


@pytest.mark.compiled
def test_every_form_is_said_of_some_run():
    silent = set(ORACLES)
    for seed in (*SELDOM, *range(ENOUGH)):
        if silent:
            silent -= set(+check(seed, sorted(silent)).said)  # without those counted 0
    assert not silent
