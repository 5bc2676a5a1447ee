"""One form in bytes for everything that is hashed or signed: RFC 8785, of texts, integers and lists alone.

A number with a fraction has no place here: a person could not type 0.30000000000000004 again. Amounts are whole millionths.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

import rfc8785

#: The largest integer that every reader of JSON keeps exactly (RFC 7493).
LARGEST = 2**53 - 1


def encoded(content: Any) -> bytes:
    """Return the bytes of a value, the same for everybody.

    Raises:
        ValueError: It holds an integer above `LARGEST`, or a text that is no Unicode.

    Example:
        >>> encoded({"n": 1, "home": "S1"})
        b'{"home":"S1","n":1}'
    """
    return rfc8785.dumps(content)


def decoded(text: str | bytes) -> Any:
    """Read JSON that means one thing only: in UTF-8, no key twice, no fraction, no number in an unusual form.

    Raises:
        ValueError: It is not such JSON.
    """
    try:  # `json.loads` would guess the encoding of bytes
        return json.loads(
            text.decode() if isinstance(text, bytes) else text,
            object_pairs_hook=_once,
            parse_int=_whole,
            parse_float=_fraction,
            parse_constant=_fraction,
        )
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _whole(digits: str) -> int:
    number = int(digits) if len(digits) < 20 else LARGEST + 1
    if str(number) != digits or abs(number) > LARGEST:
        raise ValueError("a number is not a whole number of at most 2^53 - 1")
    return number


def _fraction(_digits: str) -> NoReturn:
    raise ValueError("a number is not a whole number")
