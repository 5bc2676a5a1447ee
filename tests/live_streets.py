"""A street that is played and heard in this process, for tests of jiran.live."""

from __future__ import annotations

import contextlib

import numpy as np

import jiran
from jiran.homes.profiles import Profiles, stream
from jiran.live.dialects import DIALECTS
from jiran.live.meters import meters_of
from jiran.live.opening import played_span
from jiran.live.play import Faults, Player
from jiran.live.rules import DAY_MS, Rules
from jiran.live.store import opened
from jiran.live.street import Street

GRACE_MS = Rules().grace_ms


def scenario_of(name="paper", **overrides):
    return jiran.load_scenario(name, overrides)


def rounded_day(scenario, dialect):
    """Simulate the day anew from counters that are rounded: an own calculation, in whole steps of the resolution."""
    result = jiran.simulate(scenario)
    flows = result.flows
    net = flows["generation_kwh"] + flows["ev_supplied_kwh"] + flows["home_battery_given_kwh"]
    net = net - flows["load_kwh"] - flows["ev_kwh"] - flows["home_battery_charged_kwh"]
    a_kwh = 1_000_000 // DIALECTS[dialect].resolution
    kwh = []
    for side in (np.clip(net, 0, None), np.clip(-net, 0, None)):
        counter = [[0] * side.shape[1]]
        counter += [[round(float(part) * a_kwh) for part in side[:n].sum(axis=0)] for n in range(1, len(side) + 1)]
        kwh.append(np.diff(np.array(counter), axis=0) / a_kwh)
    return Profiles(generation_kwh=kwh[0], load_kwh=kwh[1], ev_kwh=np.zeros_like(kwh[0]))


@contextlib.contextmanager
def street_of(scenario, folder, *, dialect=None, book=None, rules=None, end=False):
    """Open a street whose meters are called as the homes."""
    homes = jiran.simulate(scenario).community.ids
    meters = meters_of(homes, None, dialect)
    with opened(folder) as store:
        span = played_span(scenario)
        yield Street(scenario, meters, store, span.first_ms, rules, book, span.end_ms if end else None), store


def player_of(scenario, dialect, faults=None, every=None):
    homes = jiran.simulate(scenario).community.ids
    return Player(scenario, list(meters_of(homes).values()), dialect, faults, every)


def play(street, player, *, until_ms=None, after_days=0):
    """Hand all that is played to a street, and let time pass; return what it published."""
    told = []
    for one in player.announced():
        street.hear(one.topic, one.payload, player.first_ms)
    for at, messages in player.played(until_ms):
        for one in messages:
            street.hear(one.topic, one.payload, at)
        told += street.tick(at)
    told += street.tick((until_ms or player.last_ms) + GRACE_MS)
    for day in range(after_days):
        told += street.tick(player.last_ms + (day + 1) * DAY_MS)
    return told


__all__ = ["Faults", "play", "player_of", "rounded_day", "scenario_of", "stream", "street_of"]
