"""Lessons of ten minutes: predict first, then see; each a TOML file here, with the numbers that must come out.

A lesson runs a scenario of its own, of `scenarios`, which names every field, so that no changed default or preset changes a
lesson; or it lets robots play a deck of cards.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from jiran.classroom.cards import DECKS
from jiran.classroom.games import play_games
from jiran.classroom.lessons.measures import MEASURES, Measure
from jiran.scenario import validate
from jiran.scenario.overrides import with_overrides
from jiran.simulation.run import simulate

if TYPE_CHECKING:
    from collections.abc import Callable

    from jiran.classroom.games import Games
    from jiran.result.result import Result

_HERE = resources.files(__name__)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Case(_Part):
    """One setting of a lesson.

    Attributes:
        name: As the table calls it.
        change: Dotted fields of the scenario that differ, with their values.
        scenario: What is run, if it is not the lesson's scenario.
        deck: Cards of a game, if they are not the lesson's.
        rule: Market rule of a game.
        parameters: Its own.
        robot: Kind of robots.
        calls: How often the market is called in a game.
        games: How many games.
        least_ask: No seller asks less.
    """

    name: str
    change: dict[str, Any] = Field(default_factory=dict)
    scenario: str = ""
    deck: str = ""
    rule: str = ""
    parameters: dict[str, Any] = Field(default_factory=dict)
    robot: str = "truthful"
    calls: int = 1
    games: int = 1
    least_ask: float | None = None


class Played(_Part):
    """A round of a lesson that a class plays in a room.

    Attributes:
        title: What is to be seen in it.
        rule: Market rule.
        parameters: Its own.
        robot: Kind of the robots on empty seats.
        deck: Cards, if they are not the lesson's.
        case: Name of the case whose homes become cards, for a lesson with a scenario.
        hour: Hour of the day at which they do.
    """

    title: str
    rule: str
    parameters: dict[str, Any] = Field(default_factory=dict)
    robot: str = "careful"
    deck: str = ""
    case: str = ""
    hour: int | None = None


class Prediction(_Part):
    """A number that must come out.

    Attributes:
        case: Name of the case.
        what: Name of the measure.
        of: Which hour or home, for measures that have one for each.
        value: The number.
        within: How far from it may be.
    """

    case: str
    what: str
    of: int | str | None = None
    value: float
    within: float

    @property
    def measure(self) -> Measure:
        """The measure."""
        return MEASURES[self.what]

    @property
    def label(self) -> str:
        """What is measured, for a table."""
        return self.measure.label if self.of is None else self.measure.label.format(self.of)


class Lesson(_Part):
    """A lesson.

    Attributes:
        title: Its name.
        question: What the class is asked first.
        answers: What it can choose from.
        right: Which answer is right, counted from 1.
        minutes: How long it takes.
        chart: The measures that its picture shows.
        steps: What to do, in order.
        notice: What is to be seen in the numbers.
        takeaway: What stays.
        source: Where an experiment was published; "" for our own.
        scenario: Name of the scenario; "" if a deck is played.
        deck: Name of the deck; "" if a scenario is run.
        case: The settings.
        play: Rounds for a class in a room; none if the numbers alone tell.
        predicted: The numbers that must come out.
    """

    title: str
    question: str
    answers: tuple[str, ...]
    right: int
    minutes: int
    chart: tuple[str, ...]
    steps: tuple[str, ...]
    notice: tuple[str, ...]
    takeaway: str
    source: str = ""
    scenario: str = ""
    deck: str = ""
    case: tuple[Case, ...]
    play: tuple[Played, ...] = ()
    predicted: tuple[Prediction, ...]


@cache
def lessons() -> dict[str, Lesson]:
    """Return all lessons by name, as they are numbered."""
    files = sorted((file for file in _HERE.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    return {
        file.name.removesuffix(".toml"): Lesson.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
        for file in files
    }


def scenario_data(name: str) -> dict[str, Any]:
    """Return a scenario of lessons as plain data, with every field named."""
    return tomllib.loads((_HERE / "scenarios" / f"{name}.toml").read_text(encoding="utf-8"))


def played(lesson: Lesson, case: Case) -> Result | Games:
    """Run a case of a lesson."""
    if lesson.deck:
        return play_games(
            DECKS[case.deck or lesson.deck], case.rule, case.parameters, robot=case.robot, calls=case.calls, games=case.games, least_ask=case.least_ask,
        )  # fmt: skip
    return run_of(lesson, case)


def run_of(lesson: Lesson, case: Case) -> Result:
    """Run the scenario of a case."""
    return simulate(validate(with_overrides(scenario_data(case.scenario or lesson.scenario), case.change)))


def outcomes(name: str, progress: Callable[[float], None] | None = None) -> tuple[float, ...]:
    """Run a lesson, each of its cases once; return what its predictions come to, in their order.

    Args:
        name: Of the lesson.
        progress: Told the share of its cases that are done, 0..1; what it raises ends the work, and what is done is kept.
    """
    lesson, numbers = lessons()[name], {}
    for place, case in enumerate(lesson.case):
        if progress is not None:
            progress(place / len(lesson.case))
        numbers[case.name] = iter(_numbers(name, place))
    return tuple(next(numbers[one.case]) for one in lesson.predicted)


@cache
def _numbers(name: str, place: int) -> tuple[float, ...]:
    """Run a case of a lesson; return what its own predictions come to, in their order."""
    lesson = lessons()[name]
    case = lesson.case[place]
    run = played(lesson, case)
    return tuple(one.measure.of(run, case, one.of) for one in lesson.predicted if one.case == case.name)
