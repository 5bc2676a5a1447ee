"""Text that a person can read: names and descriptions come from files, links and forms."""

from __future__ import annotations

import unicodedata

#: Unicode's control characters, halves of characters, and separators of lines and paragraphs.
_UNREADABLE = ("Cc", "Cs", "Zl", "Zp")
#: Marks that turn the direction of what follows, so that a name reads as another one.
TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def whole_text(value: str, *, lines: bool = False) -> str:
    """Return a text if a person can read it.

    Args:
        value: The text.
        lines: Whether it may be empty, and have several lines and tabs.

    Raises:
        ValueError: It is nothing but spaces, or holds characters that nobody sees.

    Example:
        >>> whole_text("Kampung Baru")
        'Kampung Baru'
    """
    if not lines and value and not value.strip():
        raise ValueError("text that is not only spaces")
    if value.isprintable():
        return value
    seen = value.translate(dict.fromkeys(map(ord, "\n\r\t"))) if lines else value
    if any(unicodedata.category(letter) in _UNREADABLE or letter in TURNS for letter in seen):
        raise ValueError("text without control characters")
    return value
