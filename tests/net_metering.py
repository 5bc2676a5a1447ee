"""Communities of which a community meter sees some homes: what came in and went out of them, and nothing behind that."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from jiran import Result, Scenario
from jiran.homes.profiles import Profiles
from jiran.simulation.run import run_market, without_trading
from jiran.simulation.setting import Setting, prepare
from meter_files import meters


def some_homes(rng: np.random.Generator, setting: Setting) -> np.ndarray:
    """Draw homes that are net metered, at least one where there is one whose EV the run does not charge."""
    possible = ~np.isin(np.arange(setting.community.size), [*setting.plan.homes, *setting.cars.homes])
    chosen = possible & (rng.random(possible.size) < rng.choice([0.3, 0.7, 1.0]))
    if possible.any() and not chosen.any():
        chosen[rng.choice(np.flatnonzero(possible))] = True
    return chosen


def read_as_load(setting: Setting, homes: np.ndarray) -> Setting:
    """Return a setting in which some homes' import stands for their load, and their export for their generation."""
    given, community = setting.profiles, setting.community
    net_kwh = given.generation_kwh - given.load_kwh - given.ev_kwh
    profiles = Profiles(
        generation_kwh=np.where(homes, np.maximum(net_kwh, 0.0), given.generation_kwh),
        load_kwh=np.where(homes, np.maximum(-net_kwh, 0.0), given.load_kwh),
        ev_kwh=np.where(homes, 0.0, given.ev_kwh),
    )
    known = {name: np.where(homes, 0.0, getattr(community, name)) for name in ("pv_kwp", "ev_kw")}
    return replace(setting, profiles=profiles, community=replace(community, **known))


def net_metered(setting: Setting, homes: np.ndarray) -> Setting:
    """Return the same homes, where of some only import and export are known."""
    found = read_as_load(setting, homes)
    exports = found.profiles.generation_kwh.any(axis=0)
    kinds = (
        ("prosumer" if gives else "consumer") if hidden else kind
        for kind, hidden, gives in zip(setting.community.kinds, homes, exports, strict=True)
    )
    return replace(found, community=replace(found.community, kinds=tuple(kinds), net_metered=homes))


def run(setting: Setting) -> Result:
    """Run the market of a setting, and the same homes without trades."""
    return run_market(setting, partial(without_trading, setting))


def file_of_import_and_export(file: Path) -> None:
    """Write a meter file of three homes, of two of which it has import and export alone."""
    text = meters().decode().split("\n", 1)
    names = ["time", "A import", "A export", "B load", "B generation", "C import", "C export"]
    file.write_text(",".join(names) + "\n" + text[1])


def drawn(rng: np.random.Generator, scenario: Scenario) -> Result:
    """Run a scenario of which some homes are net metered."""
    setting = prepare(scenario)
    return run(net_metered(setting, some_homes(rng, setting)))
