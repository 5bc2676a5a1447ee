"""The proof that generated sentences are true: each form is held against an oracle on random runs.

An oracle finds the figures of a form again, from the arrays of a run and with nothing of the form's own code, and says
which words the sentence must hold for them. Both ways: what is said has these figures, and what is not said is not so.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from numbers import Real
from typing import Any, Self

import numpy as np

import net_metering
from jiran import JiranError, Result, Scenario, simulate
from jiran.nothing import RESIDUE
from jiran.sentences import FORMS, Sentence
from valid import ordinary, wild, with_tariff

#: A run of a random scenario has at most so many home-steps: a tenth of what other laws take, for it is done often.
MOST_HOME_STEPS = 3_000


@dataclass(frozen=True)
class Claim:
    """What a sentence should say of a subject.

    Attributes:
        figures: Its figures, by the names that the form gives them.
        words: Pieces of its text that must stand in it, in any order; every digit of the text must be in one of them. None:
            every number of the text is one of the figures as somebody would write it.
        pieces: Without words: what must stand in the text, such as which of two is less.
        numbers: Without words: what the text may work out of its figures, such as a share.
        summed: The largest amount that went into sums and differences among the figures: they leave a residue of it.
    """

    figures: Mapping[str, Any]
    words: tuple[str, ...] | None = None
    numbers: tuple[float, ...] = ()
    pieces: tuple[str, ...] = ()
    summed: float = 0.0


@dataclass(frozen=True)
class Drawn:
    """A random run, and what belongs to it.

    Attributes:
        seed: What it was drawn from.
        scenario: What was drawn.
        result: The run.
    """

    seed: int
    scenario: Scenario
    result: Result

    @cached_property
    def rng(self) -> np.random.Generator:
        """Draws that belong to this run alone."""
        return np.random.default_rng([self.seed, 1])


Subjects = Callable[[Drawn], Iterable[tuple[Any, ...]]]


@dataclass(frozen=True)
class Oracle:
    """Finds what a form should say of each subject, which `subjects` takes from a run."""

    find: Callable[..., Claim | None]
    subjects: Subjects


#: The oracle of each form, by the form's name.
ORACLES: dict[str, Oracle] = {}


def of_run(drawn: Drawn) -> Iterable[tuple[Any, ...]]:
    """Yield the run itself: the subject of most forms."""
    yield (drawn.result,)


def oracle(
    name: str, subjects: Subjects = of_run
) -> Callable[[Callable[..., Claim | None]], Callable[..., Claim | None]]:
    """Make a function the oracle of a form.

    Args:
        name: Of the form.
        subjects: Yields the form's arguments for a drawn run: one tuple a subject.
    """

    def make(find: Callable[..., Claim | None]) -> Callable[..., Claim | None]:
        ORACLES[name] = Oracle(find, subjects)
        return find

    return make


@dataclass
class Count:
    """What came out: how often each form was said and could have been, and every false one in words."""

    runs: int = 0
    said: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    false: list[str] = field(default_factory=list)

    def __iadd__(self, other: Count) -> Self:
        """Add what another process counted."""
        self.runs += other.runs
        self.said += other.said
        self.asked += other.asked
        self.false += other.false
        return self


def draw(seed: int) -> Drawn:
    """Draw a scenario and run it: two of three are what users would make, and one of two has trades for sure.

    Of one in five only import and export of some homes are known, and in one of seven homes are billed by a tariff.
    """
    rng = np.random.default_rng(seed)
    while True:
        scenario = (wild if seed % 3 == 0 else ordinary)(rng, MOST_HOME_STEPS)
        try:
            scenario = with_tariff(rng, scenario) if seed % 7 == 3 else scenario
            result = net_metering.drawn(rng, scenario) if seed % 5 == 4 else simulate(scenario)
        except JiranError:  # such as a rule that cannot scale: it says so, and there is no run to speak of
            continue
        if seed % 2 == 0 or len(result.flows.trades):
            return Drawn(seed, scenario, result)


def check(seed: int, names: Iterable[str] | None = None) -> Count:
    """Hold every form with an oracle, or those named, against a random run."""
    drawn, count = draw(seed), Count(1)
    for name in sorted(ORACLES) if names is None else names:
        known = ORACLES[name]
        for subject in known.subjects(drawn):
            count.asked[name] += 1
            sentence = None
            try:
                sentence = FORMS[name](*subject)
                fault = differ(sentence, known.find(*subject))
            except AssertionError as error:  # the oracle holds against the arrays what needs no figure
                fault = f"is not so in {known.find.__name__}, {error}"
            except Exception as error:  # noqa: BLE001  a fault of this run, not the end of all others
                fault = f"fails with {error!r}"
            count.said[name] += sentence is not None
            if fault:
                text = "(silent)" if sentence is None else sentence.text
                count.false.append(f"seed {seed}, {name}: {fault}\n    {text}")
    return count


def differ(sentence: Sentence | None, claim: Claim | None) -> str:
    """Say where a sentence and what it should say differ; empty if they agree."""
    if claim is None:
        return "" if sentence is None else f"is said with {dict(sentence.figures)}, but is not true"
    if sentence is None:
        return f"is not said, but true: {dict(claim.figures)}"
    if set(sentence.figures) != set(claim.figures):
        return f"figures {sorted(sentence.figures)} instead of {sorted(claim.figures)}"
    for name, right in claim.figures.items():
        if not alike(sentence.figures[name], right, claim.summed):
            return f"{name} is {sentence.figures[name]!r}, not {right!r}"
    if claim.words is not None:
        return _words_differ(sentence.text, claim.words)
    missing = [piece for piece in claim.pieces if piece not in sentence.text]
    return f"its text lacks {missing}" if missing else foreign(sentence.text, sentence.figures, claim.numbers)


def _words_differ(text: str, words: Iterable[str]) -> str:
    covered = [False] * len(text)
    for word in words:
        if word not in text:
            return f"its text lacks {word!r}"
        place = text.find(word)
        while place >= 0:
            covered[place : place + len(word)] = [True] * len(word)
            place = text.find(word, place + max(1, len(word)))
    rest = "".join(" " if seen else sign for sign, seen in zip(text, covered, strict=True))
    if re.search(r"\d|\bnan\b|\binf\b|\bNone\b", rest):
        return f"its text holds a number of its own: {rest!r}"
    if "  spaces  " not in text and _UNTIDY.search(text):  # that is a name that `valid` draws
        return "its text is not in good order"
    return ""


#: Two spaces, a space before a sign, two signs, a plural of one, minus nothing, a currency behind its amount.
_UNTIDY = re.compile(
    r"  | [.,;:]|[.,;:][.,;:]|^ | $|(?<![\d.,])1 (home|car|trade|step|day|hour|minute|roof|time)s|-0\.0+(?!\d)"
    r"|\d MYR\b"
)


#: What is said of money that is there, and would be written as 0.
_LESS = re.compile(r"less than (?:\S+ )?0\.01\b")
#: What is said of a share that is there, or not whole, and would be written as 0 or 100.
_LEAST_SHARE, _NEARLY_ALL = "less than 0.1%", "more than 99.9%"


def foreign(text: str, figures: Mapping[str, Any], more: Iterable[float] = ()) -> str:
    """Say which number of a text is no figure of it, rounded or as a percentage, nor one of those that follow from them."""
    known, names = _leaves(figures)
    known += more
    rest = text
    for name in sorted(names, key=len, reverse=True):
        rest = rest.replace(name, "X")
    if any(0.0 < abs(one) < 0.01 for one in known):
        rest = _LESS.sub("less than that", rest)
    if any(0.0 < one < 0.001 for one in known):
        rest = rest.replace(_LEAST_SHARE, "less than that")
    if any(0.999 < one < 1.0 for one in known):
        rest = rest.replace(_NEARLY_ALL, "more than that")
    for token in re.findall(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?%?", rest):
        digits = len(token.rstrip("%").partition(".")[2])
        value = float(token.rstrip("%").replace(",", "")) / (100.0 if token.endswith("%") else 1.0)
        near = 0.5001 * 10.0 ** -(digits + 2 * token.endswith("%"))
        if not any(abs(abs(one) - value) <= near + 1e-9 * abs(one) for one in known):
            return f"its text holds {token}, which is no figure of {dict(figures)}"
    if re.search(
        r"\bnan\b|\binf\b|(?<=\s)None\b|\s\s|\s[.,;:]|\.\.|,\.|^\s|\s$|\b1 (?:homes|sellers|buyers|draws|rules)\b|-0\.0+\b(?!\d)",
        rest,
    ):
        return "its text is not in good order"
    return ""


def _leaves(figures: Any) -> tuple[list[float], list[str]]:
    """Return all numbers and all texts of figures; how long a list is, and how much longer than three, are numbers too."""
    if isinstance(figures, Mapping):
        found = [_leaves(one) for one in (*figures.values(), *figures.keys())]
    elif isinstance(figures, list | tuple):
        found = [*(_leaves(one) for one in figures), ([float(len(figures)), float(len(figures) - 3)], [])]
    else:
        is_number = isinstance(figures, int | float) and not isinstance(figures, bool)
        return ([float(figures)] if is_number else []), ([figures] if isinstance(figures, str) and figures else [])
    return [number for numbers, _ in found for number in numbers], [name for _, names in found for name in names]


def alike(one: Any, other: Any, summed: float = 0.0) -> bool:
    """Tell whether two figures are the same but for the last digits of sums, of amounts up to the one given."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return set(one) == set(other) and all(alike(one[key], other[key], summed) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(alike(*pair, summed) for pair in zip(one, other, strict=True))
    if isinstance(one, bool | str | None) or isinstance(other, bool | str | None):
        return type(one) is type(other) and one == other
    if not isinstance(one, Real) or not isinstance(other, Real):
        return bool(one == other)
    return math.isclose(float(one), float(other), rel_tol=1e-6, abs_tol=max(1e-7, RESIDUE * summed))
