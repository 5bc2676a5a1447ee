"""Watch long work: say now and then how far it is, and end it when nobody wants it any more.

Work that is watched runs in a thread of its own, and the caller waits for it in short rounds. So Ctrl-C, and a progress
function that raises, are heard at once, whatever the work does. Compiled code knows of it by a table that all threads
see (`market.pause`): it writes how far it is, reads whether to stop, and returns. Work that does not look there is left
alone; its result is thrown away.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

import numpy as np

T = TypeVar("T")
Progress = Callable[[float], None]

#: How often the caller hears how far the work is, and how long stopped work may take to end before it is left alone.
ROUND_S, GRACE_S = 0.1, 0.3

#: Columns of the table: the thread (0: free), whether it is to stop, the share of the work that is done, how much of it
#: the present part is, and the share of that part that is done.
THREAD, STOP, DONE, PART, INSIDE = range(5)

#: As many threads can be watched at once; more run unwatched, and are left alone when they are to stop.
ROWS = 64
TABLE = np.zeros((ROWS, 5))

_LOCK = threading.Lock()


class StoppedError(BaseException):
    """Ends stopped work from inside; nobody waits for it any more."""


class Work(Generic[T]):
    """Work in a thread of its own, which ends with the program."""

    def __init__(self, work: Callable[[], T]) -> None:
        """Start the work.

        Args:
            work: Is called in the new thread, with a copy of this thread's context variables.
        """
        self._work, self._finished = work, threading.Event()
        self._row: int | None = None
        self._stopped = False
        self._result: list[T] = []
        self._error: BaseException | None = None
        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(self._run,), name="jiran work", daemon=True).start()

    def _run(self) -> None:
        row = _claim()
        with _LOCK:
            self._row = row
            if self._stopped and row is not None:
                TABLE[row, STOP] = 1.0
        try:
            self._result.append(self._work())
        except BaseException as error:  # noqa: BLE001  it is raised again where it is waited for
            self._error = error
        finally:
            with _LOCK:
                self._row = None
                if row is not None:
                    TABLE[row] = 0.0
            self._finished.set()

    def stop(self) -> None:
        """Tell the work to end soon.

        It may be called at any time and more than once; work that is over is not touched.
        """
        with _LOCK:
            self._stopped = True
            if self._row is not None:
                TABLE[self._row, STOP] = 1.0

    def result(self, report: Progress | None = None) -> T:
        """Wait for the work and return its result, or raise its error.

        Args:
            report: Is called in every round with the share that is done, 0..1; if it raises, the work is stopped.

        Returns:
            What the work returned.

        Raises:
            BaseException: What the work raised, or what `report` raised.
            StoppedError: The thread that waits is watched itself and was told to stop.
        """
        share = 0.0
        try:
            while not self._finished.wait(ROUND_S):
                if is_stopped():
                    raise StoppedError  # noqa: TRY301  whoever waits here is watched too, and is to stop
                if report is not None:
                    share = max(share, self.done)  # work that ends in this moment has no share any more
                    report(share)
        except BaseException:
            self.stop()
            self._finished.wait(GRACE_S)
            raise
        if self._error is not None:
            raise self._error
        return self._result[0]

    @property
    def done(self) -> float:
        """The share that is done, as far as the work says.

        0..1; 0 before it says anything, and again once it is over.
        """
        with _LOCK:  # or the row might be that of other work already
            if self._row is None:
                return 0.0
            _, _, done, part, inside = TABLE[self._row]
        return float(min(1.0, done + part * inside))


def watch(work: Callable[[], T], report: Progress) -> T:
    """Do work and return its result; the report is called now and then, and ends the work if it raises.

    Args:
        work: What to do.
        report: Is called about every `ROUND_S` with the share that is done, 0..1.
    """
    return Work(work).result(report)


def is_stopped() -> bool:
    """Tell whether this thread does watched work that is to stop.

    Plain Python asks it between steps; compiled code reads the table itself.
    """
    return bool(TABLE[TABLE[:, THREAD] == float(threading.get_ident()), STOP].any())


def _claim() -> int | None:
    """Take a row of the table for this thread; None if all are taken."""
    with _LOCK:
        free = np.flatnonzero(TABLE[:, THREAD] == 0.0)
        if not free.size:
            return None
        TABLE[free[0]] = float(threading.get_ident()), 0.0, 0.0, 1.0, 0.0
        return int(free[0])
