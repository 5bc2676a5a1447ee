"""What strangers type: nicknames and numbers, taken by pattern, or refused in a sentence."""

from __future__ import annotations

import re
import unicodedata

from jiran.errors import ScenarioError

#: A longer nickname is cut.
MOST_LETTERS = 20
#: A number as people write it: `float` would also take `1_0`, `nan` and the digits of other scripts.
_NUMBER = re.compile(r"-?[0-9]{1,12}([.,][0-9]{0,9})?")
#: What a spreadsheet would take for the begin of a formula.
_FORMULA = "=+-@ "


def clean_name(text: object) -> str:
    r"""Return a nickname of up to 20 letters that can be seen, on one line, in the direction of the rest.

    Raises:
        ScenarioError: It is no text, or nothing of it is left.

    Example:
        >>> clean_name("  =Aminah\t Binti\N{RIGHT-TO-LEFT OVERRIDE} ")
        'Aminah Binti'
    """
    if not isinstance(text, str):
        raise ScenarioError("name", text, "must be text")
    known = unicodedata.normalize("NFKC", text[: 10 * MOST_LETTERS])
    seen = "".join(sign if sign.isprintable() else " " if sign.isspace() else "" for sign in known)
    name = " ".join(seen.split()).lstrip(_FORMULA)[:MOST_LETTERS].strip()
    if not name:
        raise ScenarioError("name", text, "must have at least one letter")
    return name


def number(field: str, text: object) -> float:
    """Return a number with a decimal point or comma.

    Args:
        field: What it is, for the sentence if it is none.
        text: As it was typed.

    Raises:
        ScenarioError: It is no text, or no such number.

    Example:
        >>> number("price", " 2,50 ")
        2.5
    """
    if not isinstance(text, str) or not _NUMBER.fullmatch(text.strip()):
        raise ScenarioError(field, text, "must be a number, such as 2.50")
    return float(text.strip().replace(",", "."))
