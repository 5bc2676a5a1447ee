"""Files of meter data, as homes would send them."""

from __future__ import annotations

from datetime import datetime, timedelta

START = datetime(2026, 3, 21)  # noqa: DTZ001 - a file of local times


def meters(homes="ABC", hours=48):
    """Return a file of homes that generate by day, with one reading missing."""
    names = [f"{home} {quantity}" for home in homes for quantity in ("load", "generation")]
    rows = [",".join(["time", *names])]
    for hour in range(hours):
        sun = max(0.0, 6 - abs(hour % 24 - 12)) / 2
        values = [f"{value:.2f}" for place, _ in enumerate(homes) for value in (0.4 + 0.1 * place, sun * (place < 2))]
        if hour == 30:
            values[0] = ""
        rows.append(",".join([f"{START + timedelta(hours=hour):%Y-%m-%d %H:%M}", *values]))
    return "\n".join(rows).encode()
