"""What was changed in meter data on its way into a run, told in plain sentences.

A kind of change is declared once, with its sentence; what produces one is anywhere on the way. An empty sentence means
that the change brings its own, in `Change.detail`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jiran.sentences import Figures, form

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Every kind of change in the order in which it happens, as (one, several) with {n} = how many.
SENTENCES = {
    "period": ("", ""),
    "columns ignored": ("1 column was ignored", "{n} columns were ignored"),
    "rows ignored": ("rows of 1 quantity were ignored", "rows of {n} quantities were ignored"),
    "blocks ignored": ("1 block of readings was ignored", "{n} blocks of readings were ignored"),
    "encoding": ("", ""),
    "lines before the header": (
        "1 line before the names of columns was skipped",
        "{n} lines before the names of columns were skipped",
    ),
    "footers": (
        "1 row without a time at the end of the file was skipped",
        "{n} rows without a time at the end of the file were skipped",
    ),
    "headers dropped": (
        "1 row that repeats the names of columns was skipped",
        "{n} rows that repeat the names of columns were skipped",
    ),
    "columns added up": (
        "1 column is a part of a quantity and was added up",
        "{n} columns are parts of one quantity and were added up",
    ),
    "newest first": (
        "the file runs from the newest row to the oldest",
        "the file runs from the newest row to the oldest",
    ),
    "registers": (
        "the values of 1 column are readings of a counter; what was used is their difference",
        "the values of {n} columns are readings of counters; what was used is their difference",
    ),
    "power held": (
        "power at irregular times was taken to hold until the next time in 1 column of a home",
        "power at irregular times was taken to hold until the next time in {n} columns of homes",
    ),
    "columns taken as load": (
        "1 column names no quantity and was taken as load",
        "{n} columns name no quantity and were taken as load",
    ),
    "home without a name": (
        "1 column names no home and was given to the home 'home'",
        "{n} columns name no home and were given to the home 'home'",
    ),
    "rows dropped": ("1 empty row was dropped", "{n} empty rows were dropped"),
    "times that occur twice": (
        "1 row has a local time that occurs twice when summer time ends: the first is summer time",
        "{n} rows have a local time that occurs twice when summer time ends: the first is summer time",
    ),
    "placeholders": (
        "1 row of nothing in the hour that does not exist when summer time begins was skipped",
        "{n} rows of nothing in the hour that does not exist when summer time begins were skipped",
    ),
    "times that do not exist": (
        "1 row has a local time that does not exist when summer time begins and was moved forward",
        "{n} rows have a local time that does not exist when summer time begins and were moved forward",
    ),
    "times rounded": (
        "1 value was moved to the nearest interval",
        "{n} values were moved to the nearest interval",
    ),
    "duplicates merged": (
        "1 value stood in the file once more and was merged",
        "{n} values stood in the file once more and were merged",
    ),
    "duplicates replaced": (
        "1 value was replaced by a later, different one of the same time",
        "{n} values were replaced by a later, different one of the same time",
    ),
    "negative set to 0": ("1 value just below 0 was set to 0", "{n} values just below 0 were set to 0"),
    "energy below 0": ("", ""),
    "counters run over": ("1 counter ran over its last digit", "counters ran over their last digit {n} times"),
    "load derived": (
        "the load of 1 home is its import and generation less its export",
        "the load of {n} homes is their import and generation less their export",
    ),
    "generation derived": (
        "the generation of 1 home is its load and export less its import",
        "the generation of {n} homes is their load and export less their import",
    ),
    "import beside load": (
        "1 home has import or export beside its load and generation, which were not needed",
        "{n} homes have import or export beside their load and generation, which were not needed",
    ),
    "ev within import": (
        "the EV charging of 1 home is within its import and was left out",
        "the EV charging of {n} homes is within their import and was left out",
    ),
    "connection only": (
        "of 1 home only import and export are known, not what it used and generated",
        "of {n} homes only import and export are known, not what they used and generated",
    ),
    "resampled": ("", ""),
    "split by overlap": ("", ""),
    "incomplete steps scaled up": (
        "1 step had at least half of its readings and was scaled up",
        "{n} steps had at least half of their readings and were scaled up",
    ),
    "filled by interpolation": (
        "1 step was filled by interpolation",
        "{n} steps were filled by interpolation",
    ),
    "filled by typical day": (
        "1 step was filled with the home's mean at that time of day",
        "{n} steps were filled with the home's mean at that time of day",
    ),
    "filled without knowledge": (
        "1 step of a time of day without any value took the home's mean for load, 0 for generation and ev",
        "{n} steps of a time of day without any value took the home's mean for load, 0 for generation and ev",
    ),
    "no load": (
        "1 home has no load in the file; it was taken as 0",
        "{n} homes have no load in the file; it was taken as 0",
    ),
    "load scaled": ("the load of 1 home was scaled", "the load of {n} homes was scaled"),
    "load not scaled": (
        "1 home's load is 0 and could not be scaled",
        "the load of {n} homes is 0 and could not be scaled",
    ),
}
#: What may make the figures wrong: each of these is also a warning of the run.
SUSPICIONS = {
    "times that do not exist": SENTENCES["times that do not exist"],
    "duplicates replaced": SENTENCES["duplicates replaced"],
    "no load": SENTENCES["no load"],
    "times that stand once": (
        "1 row has a local time of the hour that occurs twice, but stands once in the file: half of it may be missing",
        "{n} rows have local times of the hour that occurs twice, but stand once in the file: half of it may be missing",
    ),
    "hours that hold two": (
        "1 row of the hour that occurs twice stands once and holds twice as much: it was taken for both hours",
        "{n} rows of the hour that occurs twice stand once and hold twice as much: they were taken for both hours",
    ),
    "winter time all year": ("", ""),
    "words as homes": ("", ""),
    "day first": ("", ""),
    "month first": ("", ""),
    "ends assumed": ("", ""),
    "end labels": ("", ""),
    "unit assumed": ("", ""),
    "readings dropped": (
        "1 reading of a counter lies below both its neighbours and was left out",
        "{n} readings of counters lie below both their neighbours and were left out",
    ),
    "counters reset": ("1 counter began again from 0", "counters began again from 0 {n} times"),
    "meters exchanged": (
        "1 counter jumped, as another meter would: what was used there is not known",
        "counters jumped {n} times, as other meters would: what was used there is not known",
    ),
    "load is import": (
        "1 home has load and export and no generation: its load was taken as what came from the grid",
        "{n} homes have load and export and no generation: their load was taken as what came from the grid",
    ),
    "no import": (
        "1 home has export and no import; its import was taken as 0",
        "{n} homes have export and no import; their import was taken as 0",
    ),
    "derived below 0": (
        "1 home's meters do not agree: what follows from them is below 0 in places and was set to 0",
        "the meters of {n} homes do not agree: what follows from them is below 0 in places and was set to 0",
    ),
    "rises only": (
        "the values of 1 column of a home hardly ever fall, as those of a counter: give what was used in each interval",
        "the values of {n} columns of homes hardly ever fall, as those of a counter: give what was used in each interval",
    ),
    "spikes": (
        "1 value is at least 50 times as high as those beside it",
        "{n} values are at least 50 times as high as those beside them",
    ),
    "very high": (
        "1 home has more than 100 kWh a day; is the unit right",
        "{n} homes have more than 100 kWh a day; is the unit right",
    ),
}
SENTENCES |= SUSPICIONS

#: So many homes or columns are named in a sentence; all of them stand in the rows.
NAMED = 6


@dataclass(frozen=True)
class Change:
    """One kind of change to one quantity of one home; both are empty for what concerns the whole file.

    Attributes:
        home: Id of the home.
        quantity: One of `vocabulary.QUANTITIES`.
        what: A key of `SENTENCES`.
        count: How many columns, rows, values, steps or homes.
        detail: What a number cannot say: a name, a factor, a whole sentence.
    """

    home: str
    quantity: str
    what: str
    count: int
    detail: str = ""


@dataclass(frozen=True)
class DataReport:
    """Everything that was changed in a file of meter data.

    Attributes:
        source: Name of the file.
        rows: The changes, in the order in which they happened.
    """

    source: str
    rows: tuple[Change, ...]

    def total(self, what: str) -> int:
        """Return how often a kind of change happened in all homes together."""
        return sum(row.count for row in self.rows if row.what == what)

    def lines(self) -> list[str]:
        """Return a sentence for each kind of change that happened.

        In the order of `SENTENCES`, which is that of the way from file to run; each with its stop.
        """
        return [f"{sentence}." for sentence in self._sentences(SENTENCES)]

    def sentence(self, what: str) -> str:
        """Return the sentence for a kind of change without its stop, "" if it did not happen."""
        return str(changed(self, what) or "")

    def suspected(self) -> list[tuple[str, str]]:
        """Return each kind of change that may make the figures wrong, and its sentence."""
        return [(what, sentence) for what in SUSPICIONS if (sentence := self.sentence(what))]

    def suspicions(self) -> tuple[str, ...]:
        """Return what may make the figures wrong, a sentence each without its stop.

        A run has each of them as a warning.
        """
        return tuple(self._sentences(SUSPICIONS))

    def _sentences(self, kinds: Iterable[str]) -> Iterator[str]:
        """Yield the sentence of each kind of change that happened, without its stop."""
        return (str(sentence) for what in kinds if (sentence := changed(self, what)) is not None)


def _words(figures: Figures) -> str:
    """Return the sentence of a change, with at most `NAMED` names behind a colon."""
    one, several = SENTENCES[figures["what"]]
    text = (one if figures["total"] == 1 else several).format(n=f"{figures['total']:,}")
    named = ", ".join(figures["named"]) + (f" and {figures['more']:,} more" if figures["more"] else "")
    if not text:
        return str(figures["detail"])
    return f"{text}: {named}" if named else text


@form("data.changed", _words)
def changed(report: DataReport, what: str) -> Figures | None:
    """Say how often a kind of change happened, and to what, without a full stop; None if it did not.

    Returns:
        What the sentence is made of: the total, the first names, how many more there are, and the first change's
        detail.
    """
    rows = [row for row in report.rows if row.what == what]
    if not rows:
        return None
    named = tuple(_parts(rows))
    return {
        "what": what,
        "total": sum(row.count for row in rows),
        "named": named[:NAMED],
        "more": max(0, len(named) - NAMED),
        "detail": rows[0].detail,
    }


def _parts(rows: Iterable[Change]) -> Iterator[str]:
    """Yield what stands behind the colon for each home: its id and quantity, and a count or detail.

    A count of 1 is left out, as is a change without home and detail.
    """
    for row in rows:
        home = " ".join(part for part in (row.home, row.quantity) if part)
        value = row.detail or (str(row.count) if row.count > 1 else "")
        if home or row.detail:
            yield f"{home} {value}".strip()
