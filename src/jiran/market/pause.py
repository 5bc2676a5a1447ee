"""Let compiled code say how far it is and hear that it is to stop; see `jiran.watching`.

A rule that may take longer than a tenth of a second for one step asks `stopped(share)` every few milliseconds of its
work and, if it is True, returns whatever it likes: nobody looks at it. This works in any thread, costs some 50 ns, and
needs nothing in the signature of rules.
"""

from __future__ import annotations

import threading
from typing import Any

import llvmlite.binding  # type: ignore[import-untyped]
import numba
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from jiran.compiled import njit
from jiran.watching import DONE, INSIDE, PART, ROWS, STOP, TABLE, THREAD

#: Compiled code, which is kept on disk, finds the table by this name in whatever process it is loaded.
_NAME = "jiran_watching_table"
llvmlite.binding.add_symbol(_NAME, TABLE.ctypes.data)

_COLUMNS = TABLE.shape[1]


def _address(builder: Any, place: Any) -> Any:
    """Return the place of a number in the table, as LLVM sees it.

    It is a symbol that is resolved when the code is loaded, so compiled code can be kept on disk.
    """
    module = builder.module
    table = module.globals.get(_NAME)
    if table is None:
        table = ir.GlobalVariable(module, ir.DoubleType(), _NAME)
        table.linkage = "external"
    return builder.gep(table, [place])


def _compiled_read(_typing: Any, _place: Any) -> Any:
    """Return a number of the table, counted through its rows."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.load(_address(builder, arguments[0]))

    return types.float64(types.intp), generate


def _compiled_write(_typing: Any, _place: Any, _value: Any) -> Any:
    """Write a number of the table, counted through its rows."""

    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        builder.store(arguments[1], _address(builder, arguments[0]))
        return context.get_dummy_value()

    return types.none(types.intp, types.float64), generate


# Without the compiler (NUMBA_DISABLE_JIT=1) the same lines run in plain Python.
PLAIN = bool(getattr(numba.config, "DISABLE_JIT", 0))
_thread: Any = threading.get_ident if PLAIN else types.ExternalFunction("PyThread_get_thread_ident", types.ulong())
_read: Any = TABLE.item if PLAIN else intrinsic(_compiled_read)
_write: Any = TABLE.put if PLAIN else intrinsic(_compiled_write)


@njit(cache=True)
def _row() -> int:
    """Return where this thread's row begins in the table; -1 if it is not watched."""
    thread = float(_thread())
    for row in range(ROWS):
        if _read(row * _COLUMNS + THREAD) == thread:
            return row * _COLUMNS
    return -1


@njit(cache=True)
def stopped(share: float) -> bool:
    """Say that this share of the present part of the work is done, 0..1, and return whether to stop."""
    row = _row()
    if row < 0:
        return False
    _write(row + INSIDE, share)
    return bool(_read(row + STOP) != 0.0)


@njit(cache=True)
def begin(done: float, part: float) -> bool:
    """Say that this share of the work is done and a part of this size begins, 0..1, and return whether to stop."""
    row = _row()
    if row < 0:
        return False
    _write(row + INSIDE, 0.0)
    _write(row + DONE, done)
    _write(row + PART, part)
    return bool(_read(row + STOP) != 0.0)
