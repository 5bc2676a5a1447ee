"""What is kept in memory for all viewers: as much as fits, by the bytes that it really holds, the newest first."""

from __future__ import annotations

import sys
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

import numpy as np
import polars as pl

from jiran.plugins.plugin import Plugin

T = TypeVar("T")

#: What most of the small parts are: passed over at a glance.
_NUMBERS = frozenset((type(None), bool, int, float))
#: What is not counted: small numbers, and classes, modules, functions and plug-ins, which are nobody's own.
_NOT_HELD = (type(None), bool, int, float, np.generic, type, type(sys), type(len), type(lambda: None), Plugin)


class Kept(Generic[T]):
    """Things by key, shared by all viewers; the oldest go when all together hold too many bytes."""

    def __init__(self, most_bytes: float) -> None:
        """Start with none, and say how many bytes may be held; the newest one stays however large it is."""
        self._most = most_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, T] = OrderedDict()
        self._sizes: dict[str, int] = {}

    @property
    def is_empty(self) -> bool:
        """Whether nothing is kept."""
        return not self._kept

    def __contains__(self, key: str) -> bool:
        """Tell whether a thing is kept."""
        return key in self._kept

    @property
    def bytes(self) -> int:
        """What all things hold together."""
        return held_bytes(list(self._kept.values()))

    def get(self, key: str) -> T | None:
        """Return a thing, which then counts as the newest.

        What was looked at may have grown since: tables are made when they are asked for. So it is weighed again, and with
        it the one before; nobody has looked at the others.
        """
        with self._lock:
            if key not in self._kept:
                return None
            before = next(reversed(self._kept))
            self._kept.move_to_end(key)
            self._make_room(key, before)
            return self._kept[key]

    def put(self, key: str, thing: T) -> None:
        """Keep a thing, and drop the oldest ones if there is no room."""
        with self._lock:
            before = next(reversed(self._kept), key)
            self._kept[key] = thing
            self._kept.move_to_end(key)
            self._make_room(key, before)

    def get_or_make(self, key: str, make: Callable[[], T]) -> T:
        """Return a thing that is kept, or make and keep it; two viewers may make the same one at the same time.

        Args:
            key: Of the thing.
            make: Makes it, if it is not there; what it raises is raised, and nothing kept.
        """
        found = self.get(key)
        if found is None:
            found = make()
            self.put(key, found)
        return found

    def _make_room(self, *looked_at: str) -> None:
        self._sizes |= {key: held_bytes(self._kept[key]) for key in set(looked_at)}
        total = sum(self._sizes.values())
        while len(self._kept) > 1 and total > self._most:
            key, _ = self._kept.popitem(last=False)
            total -= self._sizes.pop(key)


def held_bytes(thing: object) -> int:
    """Return how many bytes a thing holds in arrays, tables, texts and what contains them, each counted once."""
    seen: set[int] = set()
    total, todo = 0, [thing]
    while todo:
        one = todo.pop()
        while isinstance(one, np.ndarray) and isinstance(one.base, np.ndarray):  # a part of an array holds the whole
            one = one.base
        if type(one) not in _NUMBERS and id(one) not in seen and not isinstance(one, _NOT_HELD):
            seen.add(id(one))
            size, parts = _taken_apart(one)
            total += size
            todo += parts
    return total


def _taken_apart(one: object) -> tuple[int, list[object]]:
    """Return the bytes of a thing itself, and the parts that it holds."""
    match one:
        case np.ndarray():
            return one.nbytes, list(one.flat) if one.dtype.hasobject else []
        case pl.DataFrame() | pl.Series():
            return int(one.estimated_size()), []
        case str() | bytes():
            return sys.getsizeof(one), []
        case dict():
            return sys.getsizeof(one), [*one.keys(), *one.values()]
        case list() | tuple() | set() | frozenset():
            return sys.getsizeof(one), list(one)
        case _:
            return 0, [getattr(one, "__dict__", None)]
