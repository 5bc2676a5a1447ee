"""Several files that go on with the same meters: one table of readings, so that what lies between two files counts too."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from jiran.homes.meter.readings import Channel, Readings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jiran.homes.meter.series import Series


def together(files: Sequence[Readings]) -> Readings:
    """Return the readings of all files, with those of one meter in one channel.

    A meter is what a home has of a quantity: the first such column of each file, the second of each, and so on. A time
    that stands in two files is then one reading that stands twice, not twice the energy. Files of other intervals, or
    counters beside energy, stay apart.
    """
    if len(files) == 1:
        return files[0]
    ids = list(dict.fromkeys(home for one in files for home in one.ids))
    usual = min((one.length_s for one in files if one.length_s), default=0)
    channels: dict[tuple[object, ...], int] = {}
    found: list[Channel] = []
    homes, places = [], []
    for one in files:
        homes.append(np.array([ids.index(home) for home in one.ids], np.uint32)[one.home])
        new = np.zeros(len(one.channels), np.uint16)
        seen: dict[tuple[object, ...], int] = {}
        for place, channel in enumerate(one.channels):
            kind = (
                channel.said.home,
                channel.said.quantity,
                channel.said.reading,
                channel.is_power,
                one.length_s or usual,
            )
            seen[kind] = seen.get(kind, 0) + 1
            new[place] = channels.setdefault((*kind, seen[kind]), len(channels))
            if new[place] == len(found):
                found.append(channel)
        places.append(new[one.channel])
    return replace(
        files[0], ids=tuple(ids), channels=tuple(found), length_s=usual,
        home=np.concatenate(homes),
        channel=np.concatenate(places),
        quantity=np.concatenate([one.quantity for one in files]),
        begin_s=np.concatenate([one.begin_s for one in files]),
        end_s=np.concatenate([one.end_s for one in files]),
        value=np.concatenate([one.value for one in files]),
        row=np.concatenate([one.row for one in files]),
        sizes=tuple(size for one in files for size in one.sizes),
    )  # fmt: skip


def taking_turns(found: Sequence[Series]) -> list[Series]:
    """Return meters with those made one that take turns: registers of tariffs, each without values while another counts.

    Counters stay apart, as each is the difference of its own readings. Meters that have values at the same time are
    added up, not joined.

    Args:
        found: Meters of all files; joined are those of one home, quantity and length of interval.
    """
    groups: dict[tuple[int, int, int], list[Series]] = {}
    for series in found:
        groups.setdefault((series.home, series.quantity, series.length_s), []).append(series)
    merged: list[Series] = []
    for parts in groups.values():
        begin_s = np.concatenate([part.begin_s for part in parts])
        if len(parts) == 1 or any(part.channel.is_register for part in parts) or np.unique(begin_s).size < begin_s.size:
            merged += parts
            continue
        order = np.argsort(begin_s)
        counts: dict[str, float] = {}
        for part in parts:
            counts |= {what: counts.get(what, 0) + count for what, count in part.counts.items()}
        end_s, kwh = (np.concatenate([getattr(part, name) for part in parts])[order] for name in ("end_s", "kwh"))
        merged.append(replace(parts[0], begin_s=begin_s[order], end_s=end_s, kwh=kwh, counts=counts))
    return merged
