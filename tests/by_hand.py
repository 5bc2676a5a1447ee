"""Every figure has a value that was worked out by hand: what the tests of figures share to see to that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Worked = Mapping[str, Mapping[str, float | None]]


def without_a_value(figures: Iterable[str], worked: Worked) -> str:
    """Say which figures have no value worked out by hand; "" if all have one.

    A value of 0 or None does not count: too much that is wrong comes to nothing.

    Args:
        figures: Names of figures.
        worked: Of each run that was worked out by hand, its figures by name.
    """
    missing = [name for name in figures if not any(run.get(name) for run in worked.values())]
    return f"work out by hand, in a run of WORKED, and not as 0: {', '.join(missing)}" if missing else ""


def cases(worked: Worked) -> list[tuple[str, str]]:
    """Return run and figure of each value, for `pytest.mark.parametrize`."""
    return [(run, name) for run, figures in worked.items() for name in figures]
