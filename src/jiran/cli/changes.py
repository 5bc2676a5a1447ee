"""Read `KEY=VALUE`, as options take it."""

from __future__ import annotations

import tomllib
from typing import Any

from jiran.errors import JiranError


def changes_of(texts: list[str] | None, option: str = "--set", example: str = "market.fraction=0.7") -> dict[str, Any]:
    """Return what an option changes: dotted names and values.

    Args:
        texts: Each as ``key=value``; the value is TOML, or else a plain string.
        option: The option, for messages.
        example: What one may look like, for messages.

    Raises:
        JiranError: One is not written so, or names a key twice.

    Example:
        >>> changes_of(["steps=2", "market.matching=pro-rata"])
        {'steps': 2, 'market.matching': 'pro-rata'}
    """
    found: dict[str, Any] = {}
    for text in texts or ():
        field, sign, value = text.partition("=")
        if not sign or not field.strip():
            raise JiranError(f"{option} {text}: must be key=value, as in {example}")
        if field.strip() in found:
            raise JiranError(f"{option} {field.strip()}: is given twice; give it once")
        found[field.strip()] = _value(value)
    return found


def _value(text: str) -> Any:
    try:
        data = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        data = {}
    return data["value"] if list(data) == ["value"] else text.strip()
