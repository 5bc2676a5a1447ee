"""Files that a viewer offers, and what is said of them so far: from what was dropped to the base of a scenario."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from jiran.app import links, shelf
from jiran.app.metered import called, names_of_files, reading_from
from jiran.app.runs import refuse_too_large
from jiran.errors import DataError, JiranError, shortened
from jiran.explain.assumptions import untold
from jiran.homes.meter.street import with_street
from jiran.scenario import MAX_HOME_STEPS, HomeData, Scenario, validate
from jiran.scenario.files import as_data
from jiran.simulation.estimate import of_reading
from jiran.tariffs.identity import Identity
from jiran.words import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jiran.homes.meter.look import Look
    from jiran.sentences import Sentence
    from jiran.simulation.estimate import Need

#: So many files are taken at once; a link names each of them.
MOST_FILES = 300
#: A scenario is a short text.
_LARGEST_SCENARIO = 1_000_000
#: Keys that pin every column go into the link if it does not get longer than this: servers refuse addresses of 64 kB.
_LONGEST_LINK = 30_000
#: Columns of which a file has one.
_ONCE = ("time", "date", "end", "home", "quantity", "value", "unit")
#: A tariff and a scheme of sharing say of themselves what no scenario does.
_OF_TARIFFS = frozenset({"extends", *Identity.model_fields}) - frozenset(Scenario.model_fields)
#: What meter data decide of a scenario, unless a scenario file came with them that says it.
_PERIOD = ("name", "description", "start", "steps", "step_minutes")


@dataclass(frozen=True)
class Offer:
    """Files that a viewer offers, and what is said of them so far.

    Attributes:
        number: A new one for each offer.
        source: The files and the keys that are chosen.
        begun: The scenario that gets these homes; what it says of its own homes goes.
        given: What a scenario file that came with the files says of name and period.
        own: Whether what the scenario says was said for these homes, and not for those that they replace.
        cells: How many cells there are to read.
    """

    number: int
    source: HomeData
    begun: dict[str, Any]
    given: dict[str, Any]
    cells: int
    own: bool = False

    @property
    def need(self) -> Need:
        """What reading needs."""
        return of_reading(self.cells)

    @property
    def said(self) -> dict[str, Any]:
        """What was said for these homes of the rest of the scenario."""
        return self.begun if self.own else {}

    @property
    def zone(self) -> str:
        """The time zone of the homes."""
        return str(self.begun["time_zone"])

    @property
    def name(self) -> str:
        """What the files are called."""
        return called(self.source.names)

    def saying(self, **keys: Any) -> Offer:
        """Return the offer with other keys of homes.data.

        Raises:
            JiranError: They are not allowed.
        """
        data = self.source.model_dump(exclude_none=True) | keys
        homes = {"data": {name: value for name, value in data.items() if value is not None}}
        checked = validate(self.begun | {"homes": homes}).homes.data
        assert checked is not None  # noqa: S101  it was just given
        return replace(self, source=checked)

    def in_zone(self, zone: str) -> Offer:
        """Return the offer of homes in another time zone; their files go along, unless they have one of their own.

        Raises:
            JiranError: There is no such zone.
        """
        offer = self.saying(time_zone=None) if self.source.time_zone == self.zone else self
        return replace(offer, begun=self.begun | {"time_zone": zone}).saying()

    def with_columns(self, chosen: dict[str, str]) -> Offer:
        """Return the offer with columns of which it is said what they are; no two can be the column of times, or homes.

        Raises:
            JiranError: A meaning is not allowed.
        """
        once = {meaning for meaning in chosen.values() if meaning in _ONCE}
        kept = {name: meaning for name, meaning in self.source.columns.items() if meaning not in once}
        return self.saying(columns={**kept, **chosen}, time_column=None if "time" in once else self.source.time_column)


def take(files: Sequence[tuple[str, bytes]], now: dict[str, Any], number: int) -> links.Base | Offer:
    """Return what files describe: a scenario, or homes for one.

    Args:
        files: Names, as their owner calls them, and contents.
        now: The scenario whose other parts meter data leave as they are.
        number: Number of the offer.

    Raises:
        JiranError: They cannot be used.
    """
    if len(files) > MOST_FILES:
        raise JiranError(
            f"these are {len(files):,} files; at most {MOST_FILES} can be dropped: `jiran data 'meters/*.csv' -o "
            "street.toml` takes any number"
        )
    scenarios = [file for file in files if file[0].lower().endswith(".toml")]
    if len(scenarios) > 1:
        names = " and ".join(shortened(name, 60) for name, _ in scenarios[:2])
        raise JiranError(f"{names} are {len(scenarios)} scenarios: drop one at a time")
    metered = [file for file in files if file not in scenarios]
    with links.reading(shortened(scenarios[0][0] if scenarios else files[0][0], 60)):
        given = _scenario_data(*scenarios[0]) if scenarios else None
    if given is not None and not metered:
        return _scenario(shortened(scenarios[0][0], 60), given)
    paths, cells = _kept(metered)
    try:
        if given is None:
            source = HomeData(path=paths[0], also=tuple(paths[1:]))
            return Offer(number, source, _without_homes(now), {}, cells)
        scenario, said = _with_files(shortened(scenarios[0][0], 60), given, paths)
        assert scenario.homes.data is not None  # noqa: S101  it was just given
        return Offer(number, scenario.homes.data, _without_homes(as_data(scenario)), said, cells, own=True)
    except BaseException:
        forget(paths)
        raise


def again(begun: dict[str, Any], number: int) -> Offer:
    """Return the meter data of a scenario as an offer, to look at them again.

    Raises:
        JiranError: The files are gone.
    """
    from jiran.homes.meter.size import size_of  # noqa: PLC0415  only needed once there is a file

    source = HomeData.model_validate(begun["homes"]["data"])
    return Offer(number, source, _without_homes(begun), {}, size_of(source).cells, own=True)


def _without_homes(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key != "homes"}


def assumed(offer: Offer, base: links.Base) -> Sentence | None:
    """Say what the scenario of an offer takes for granted; None if all of it was said for these homes."""
    return untold(validate(base.data), offer.said)


def base_of(offer: Offer, found: Look) -> links.Base:
    """Return the base of a scenario that has the homes of an offer, read as they were seen.

    Raises:
        JiranError: There are too many homes, or the scenario does not fit to their period.
    """
    covered = found.covered
    most = MAX_HOME_STEPS // len(covered.ids)
    if most == 0:
        raise DataError(offer.name, f"has {len(covered.ids):,} homes; at most {MAX_HOME_STEPS:,} can be run")
    homes = f"{counted(len(covered.ids), 'metered home')} from {offer.name}"
    proposed = {
        "name": PurePath(offer.name).stem[:100] if len(offer.source.names) == 1 else offer.name[:100],
        "description": f"{homes}, {covered.first:%d %b %Y} to {covered.last:%d %b %Y}.",
        "start": covered.first,
        "steps": min(covered.steps, most, 10_000_000),
        "step_minutes": covered.step_minutes,
    }
    data = offer.begun | proposed | offer.given
    pinned = links.base_of_data(shortened(offer.name, 60), with_street(data, offer.said, found.keys))
    if sum(map(len, pinned.link.values())) <= _LONGEST_LINK:
        return pinned
    chosen = offer.source.model_dump(exclude_defaults=True, exclude_none=True)
    return links.base_of_data(pinned.label, with_street(data, offer.said, chosen))


def forget(paths: Sequence[str]) -> None:
    """Remove files that turned out to be of no use."""
    for path in paths:
        if shelf.named(path) is not None:
            shelf.remove(Path(path))


def _kept(files: Sequence[tuple[str, bytes]]) -> tuple[list[str], int]:
    """Keep files of meter data that are not too large once they are read; return where they are and how many cells they have.

    Raises:
        JiranError: They are too large, or no files of meter data.
    """
    from jiran.homes.meter.size import shape  # noqa: PLC0415  only needed once there is a file

    cells = 0
    for name, content in files:
        with links.reading(shortened(name, 60)):
            rows, columns = shape(shortened(name, 60), content)
            cells += rows * columns
    what = f"{shortened(files[0][0], 60)}: reading it" if len(files) == 1 else f"reading these {len(files)} files"
    refuse_too_large(of_reading(cells), what, "jiran run SCENARIO.toml, with the files in homes.data")
    return list(dict.fromkeys(str(shelf.put(name, content)) for name, content in files)), cells


def _scenario(name: str, data: dict[str, Any]) -> links.Base:
    """Return a scenario file as a base.

    Raises:
        JiranError: It reads files that are not here, or is no scenario.
    """
    wanted = names_of_files(data)
    links.refuse_files(_without_homes(data) if wanted else data, name)
    if wanted:
        raise JiranError(f"{name} takes its homes from {shortened(called(wanted), 60)}: drop it together with its data")
    with links.reading(name):
        return links.base_of_data(name, data)


def _with_files(name: str, data: dict[str, Any], paths: list[str]) -> tuple[Scenario, dict[str, Any]]:
    """Return a scenario file that reads the dropped files, and what it says itself of name and period.

    Raises:
        JiranError: It has homes of its own, names other files, or is no scenario.
    """
    links.refuse_files(_without_homes(data), name)
    wanted = names_of_files(data)
    if data.get("homes") and wanted is None:
        raise JiranError(f"{name} has homes of its own: drop it without meter data, or the meter data without it")
    if wanted is None:
        data = data | {"homes": {"data": {}}}
    else:
        paths = _matched(name, wanted, paths)
    with links.reading(name):
        return validate(reading_from(data, paths)), {key: data[key] for key in _PERIOD if key in data}


def _matched(name: str, wanted: list[str], paths: list[str]) -> list[str]:
    """Return the dropped files in the order in which a scenario names them.

    Raises:
        JiranError: One is missing, or is not named.
    """
    found: list[str] = []
    for one in wanted:
        own = PurePath(one.replace("\\", "/")).name
        fitting = [path for path in paths if PurePath(path).name == own or fnmatch.fnmatch(PurePath(path).name, own)]
        if not fitting:
            raise JiranError(f"{name} takes its homes from {shortened(own, 60)}, which is not among the files")
        found += fitting
    left = [path for path in paths if path not in found]
    if left:
        raise JiranError(f"{name} does not name {shortened(PurePath(left[0]).name, 60)}: drop that file without it")
    return list(dict.fromkeys(found))


def _scenario_data(name: str, content: bytes) -> dict[str, Any]:
    """Return the data of an uploaded scenario.

    Raises:
        JiranError: It is no TOML, or empty.
    """
    name = shortened(name, 60)
    if len(content) > _LARGEST_SCENARIO:
        raise JiranError(f"{name}: a scenario is a short text file, this one has {len(content) / 1e6:.0f} MB")
    try:
        data = links.toml(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError) as error:
        reason = "it is no text in UTF-8" if isinstance(error, UnicodeDecodeError) else shortened(str(error), 200)
        raise JiranError(f"{name}: is not a scenario in TOML: {reason}") from error
    if not data:
        raise JiranError(f"{name}: is empty; `jiran new` writes a scenario to begin with")
    if "homes" not in data and data.keys() & _OF_TARIFFS:
        raise JiranError(
            f"{name} is a tariff or a scheme of sharing and not a scenario: let a scenario file beside it name it, and open that "
            "with jiran app SCENARIO.toml"
        )
    return data
