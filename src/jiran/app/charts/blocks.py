"""A big street in blocks: homes that follow each other are drawn as one, and a block opens into its own.

The homes are the leaves of a tree whose every node has at most so many parts that all that is drawn, the open block's
homes and the closed blocks beside it, stays at `MOST_HOMES` or below.
"""

from __future__ import annotations

import itertools
import re
from typing import NamedTuple

from jiran.app.charts.base import MOST_HOMES

_NAMED = re.compile(r"(\d{1,9})-(\d{1,9})")


class Block(NamedTuple):
    """The homes first <= home < last; of one, a home."""

    first: int
    last: int

    @property
    def size(self) -> int:
        """How many homes."""
        return self.last - self.first

    @property
    def text(self) -> str:
        """How a link names it: by its first and last home, counted from 1."""
        return f"{self.first + 1}-{self.last}"

    @classmethod
    def read(cls, text: str, homes: int) -> Block | None:
        """Return the block that a link names; None if a street of so many homes does not have it."""
        found = _NAMED.fullmatch(text)
        block = cls(int(found[1]) - 1, int(found[2])) if found else None
        return block if block is not None and 0 <= block.first < block.last <= homes else None


def drawn(homes: int, wanted: Block | None) -> list[Block]:
    """Return what is drawn of a street: each home in exactly one block, in order.

    Args:
        homes: How many there are.
        wanted: What is to be seen: a block is opened, and a home is drawn as itself. None: nothing is open.
    """
    now, most = Block(0, homes), _parts(homes)
    before: list[Block] = []
    after: list[Block] = []
    while True:
        parts = _split(now, most)
        inside = [part for part in parts if wanted is not None and wanted != now and _holds(part, wanted)]
        if not inside or inside[0].size == 1:
            return [*before, *parts, *after]
        place = parts.index(inside[0])
        before, after = [*before, *parts[:place]], [*parts[place + 1 :], *after]
        now = inside[0]


def _holds(block: Block, wanted: Block) -> bool:
    return block.first <= wanted.first and wanted.last <= block.last


def _split(block: Block, most: int) -> list[Block]:
    """Return the parts of a block, as equal as can be."""
    count = min(block.size, most)
    ends = [block.first + block.size * place // count for place in range(count + 1)]
    return [Block(*pair) for pair in itertools.pairwise(ends)]


def _parts(homes: int) -> int:
    """Return into how many parts a block is split: the most with which all levels together can be drawn."""
    if homes <= MOST_HOMES:
        return MOST_HOMES
    levels = next(levels for levels in range(2, MOST_HOMES) if _fits(levels) ** levels >= homes)
    return _fits(levels)


def _fits(levels: int) -> int:
    """Return how many parts a block may have, if so many levels are open at once: all but one part of each stay closed."""
    return (MOST_HOMES + levels - 1) // levels
