"""Tables and figures as text that any other program reads: CSV that a spreadsheet may open, and strict JSON."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import polars as pl

#: A spreadsheet takes a text that starts with one of these for a formula.
_FORMULA = r"^[=+\-@\t\r\n]"


def csv_bytes(frame: pl.DataFrame) -> bytes:
    """Return a frame as CSV in UTF-8; text that a spreadsheet would run as a formula gets a quote in front.

    Example:
        >>> csv_bytes(pl.DataFrame({"id": ["=1+1", "S1"], "net": [-1.5, 2.0]})).decode().split()
        ['id,net', "'=1+1,-1.5", 'S1,2.0']
    """
    schema = frame.schema
    text = [name for name, kind in schema.items() if kind in (pl.String, pl.Categorical, pl.Enum)]
    zoned = [name for name, kind in schema.items() if isinstance(kind, pl.Datetime) and kind.time_zone]
    safe = frame.with_columns(
        pl.col(text).cast(pl.String).str.replace(_FORMULA, r"'$0"),
        pl.col(zoned).dt.strftime("%Y-%m-%dT%H:%M:%S%:z"),
    )
    return safe.rename(_no_formula).write_csv().encode()


def _no_formula(heading: str) -> str:
    """Return the heading of a column as text that a spreadsheet takes for text."""
    return re.sub(_FORMULA, r"'\g<0>", heading)


def json_text(content: Any) -> str:
    r"""Return figures as JSON that every reader takes: what is no finite number is null.

    Example:
        >>> json_text({"price": float("inf"), "trades": 2})
        '{\n  "price": null,\n  "trades": 2\n}'
    """
    return json.dumps(finite(content), indent=2, allow_nan=False)


def finite(content: Any) -> Any:
    """Return figures with None in place of what is no finite number."""
    if isinstance(content, dict):
        return {key: finite(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [finite(value) for value in content]
    return None if isinstance(content, float) and not math.isfinite(content) else content
