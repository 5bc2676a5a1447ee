"""What a check can find."""

from __future__ import annotations

from jiran.errors import shortened


class Tampered(Exception):  # noqa: N818  no error: the check did its work
    """A ledger or receipt is not as it was signed; says in one sentence what was found.

    Attributes:
        by: What found it: `form`, `signature`, `records`, `chain`, `content` or `anchor`; docs/ledger.md explains them.
    """

    def __init__(self, by: str, sentence: str) -> None:
        """Keep what found it, and the sentence as one line: what was read may hold any text."""
        self.by = by
        super().__init__(shortened(" ".join(sentence.split()), 400))
