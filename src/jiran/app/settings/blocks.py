"""Times of charging as one types them: "6-9, 13-14 0.25" is every day from 6 to 9, and from 13 to 14 one day in four."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from jiran.app.controls import spelled

if TYPE_CHECKING:
    from collections.abc import Sequence

_NUMBER = r"(\d+(?:\.\d+)?(?:e-?\d+)?)"
_BLOCK = re.compile(rf"{_NUMBER}\s*[-–]\s*{_NUMBER}(?:\s+{_NUMBER})?")


def written(blocks: Sequence[dict[str, Any]] | None) -> str:
    """Return times of charging as text.

    Example:
        >>> written([{"start_hour": 6.0, "end_hour": 9.5, "probability": 1.0}, {"start_hour": 13.0, "end_hour": 14.0, "probability": 0.25}])
        '6-9.5, 13-14 0.25'
    """
    return ", ".join(map(_written, blocks or ()))


def _written(block: dict[str, Any]) -> str:
    share = block.get("probability", 1.0)
    hours = f"{spelled(float(block['start_hour']))}-{spelled(float(block['end_hour']))}"
    return hours if share == 1.0 else f"{hours} {spelled(float(share))}"


def read(text: str) -> Any:
    """Return the times that a text says; the text itself if it says none, for the scenario to refuse.

    Example:
        >>> read("6-9 0.5"), read(""), read("in the evening")
        ([{'start_hour': 6.0, 'end_hour': 9.0, 'probability': 0.5}], [], 'in the evening')
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    found = [_BLOCK.fullmatch(part) for part in parts]
    if not all(found):
        return text
    return [
        {"start_hour": float(one[1]), "end_hour": float(one[2]), "probability": float(one[3] or 1.0)}
        for one in found
        if one is not None
    ]
