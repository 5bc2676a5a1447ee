"""The random numbers of one clearing."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from jiran.market.signature import GENERATOR


class _Kept(np.random.Generator):
    """A generator that numba knows without asking."""

    _numba_type_ = GENERATOR  # numba need not find out what it is at each call


class _Threads(threading.local):
    """What each thread keeps."""

    def __init__(self) -> None:
        self.rng = _Kept(np.random.PCG64(0))


_THREADS = _Threads()


def generator(seed: Any, *, compiled: bool) -> np.random.Generator:
    """Return a generator that gives what `numpy.random.default_rng(seed)` gives.

    To pass a new generator to a compiled rule takes 12 µs, so a thread keeps one and sets it back; a compiled rule
    cannot hold on to it. A rule in plain Python can, and may clear a market itself: it gets its own.
    """
    if not compiled or type(seed) is not int:
        return np.random.default_rng(seed)
    _THREADS.rng.bit_generator.state = _state(seed)
    return _THREADS.rng


@lru_cache
def _state(seed: int) -> Mapping[str, Any]:
    """Return the state of numpy's default generator for a seed."""
    return np.random.default_rng(seed).bit_generator.state
