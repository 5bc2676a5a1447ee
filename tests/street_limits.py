"""What a street's connection carries, and what the street does with it, worked out once more in plain Python."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def limit_kwh(result, side):
    """Return the limit of each step as energy, or None: of "import" or "export"."""
    said = getattr(result.scenario.grid, f"{side}_limit_kw")
    if said is None:
        return None
    zone, step_h = ZoneInfo(result.scenario.time_zone), result.timeline.step_h
    found = []
    for step, second in enumerate(result.timeline.utc_s):
        kw = said
        if isinstance(said, tuple):
            hour = datetime.fromtimestamp(int(second), UTC).astimezone(zone).hour
            kw = said[hour] if len(said) == 24 else said[step]
        found.append(kw * step_h)
    return found


def exchange_kwh(result):
    """Return what the street takes from the grid (> 0) or gives to it (< 0) in each step."""
    out = result.flows.outputs
    taken, given = result.flows["grid_import_kwh"], result.flows["grid_export_kwh"]
    return [
        float(taken[step].sum() - given[step].sum() + out.battery_import_kwh[step] - out.battery_export_kwh[step])
        for step in range(result.timeline.steps)
    ]
