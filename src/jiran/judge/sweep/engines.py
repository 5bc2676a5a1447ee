"""Where batches are run on this machine: here, or in processes beside; `on_dask` runs them on others."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent import futures
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from multiprocessing import connection
from types import ModuleType
from typing import TYPE_CHECKING

from jiran.errors import check_whole
from jiran.judge.sweep.work import Batch, Row, run_batch
from jiran.watching import ROUND_S, watch

if TYPE_CHECKING:
    from multiprocessing.context import BaseContext

#: Runs batches and yields the rows of each as it comes; `wait` is called now and then, and what it raises ends all.
Engine = Callable[[Sequence[Batch], Callable[[], None]], Generator[list[Row], None, None]]


#: More workers than this are a slip of the keyboard.
MOST_WORKERS = 1_024


def many(asked: int | None) -> int:
    """Return how many processes there are to be: as many as were asked for, or one for each processor.

    Raises:
        ScenarioError: No such number is allowed.
    """
    if asked is None:
        return os.cpu_count() or 1
    check_whole("workers", asked, 1, MOST_WORKERS)
    return asked


class LostWorkerError(Exception):
    """A worker is gone, killed or out of memory; what it was doing can be done again."""


def here(todo: Sequence[Batch], wait: Callable[[], None]) -> Generator[list[Row], None, None]:
    """Run batches one after the other in this process; a point may take minutes, and `wait` is called all the time."""
    for batch in todo:
        yield watch(partial(run_batch, batch), lambda _share: wait())


def processes(workers: int) -> Engine:
    """Return an engine of processes, which end when this one does, however it ends.

    Args:
        workers: How many.
    """
    return partial(_in_processes, workers)


def _in_processes(workers: int, todo: Sequence[Batch], wait: Callable[[], None]) -> Generator[list[Row], None, None]:
    """Run batches in processes.

    Raises:
        LostWorkerError: One of them is gone.
    """
    with _pool(min(workers, len(todo))) as pool:
        waiting = iter(todo)
        # Two batches a worker are sent ahead, and no more: what waits here needs no memory there.
        jobs = {_sent(pool, batch) for batch, _ in zip(waiting, range(2 * workers), strict=False)}
        try:
            while jobs:
                done, jobs = futures.wait(jobs, ROUND_S, futures.FIRST_COMPLETED)
                for job in done:
                    yield job.result()
                    if (batch := next(waiting, None)) is not None:
                        jobs.add(_sent(pool, batch))
                wait()
        except BrokenProcessPool as error:
            raise LostWorkerError from error


def _sent(pool: ProcessPoolExecutor, batch: Batch) -> futures.Future[list[Row]]:
    """Send a batch to a pool, which starts a worker for it while there are too few.

    A worker would first run the script that stands in ``__main__`` once more: one that sweeps at its top level, as in a
    notebook, would sweep in each worker, and one that came through a pipe is nowhere to be found. It needs nothing of it.
    """
    script = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        return pool.submit(run_batch, batch)
    finally:
        sys.modules["__main__"] = script


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Open a pool whose processes end at once when it is left, and by themselves when this process is gone."""
    context = _context()
    ear, mouth = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(workers, context, initializer=_listen, initargs=(ear,))
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        mouth.close()  # which each worker hears
        ear.close()


def _context() -> BaseContext:
    """Return how processes are started: never as copies of this one, whose threads they would not have."""
    if "forkserver" in multiprocessing.get_all_start_methods():
        found = multiprocessing.get_context("forkserver")
        found.set_forkserver_preload(["jiran.judge.sweep.work"])  # imported once for all workers
        return found
    return multiprocessing.get_context("spawn")


def _listen(ear: connection.Connection) -> None:
    """Make a worker deaf to Ctrl-C, which the process that started it hears, and let it end when that one is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    until: list[connection.Connection | int] = [ear]
    if parent is not None:
        until.append(parent.sentinel)

    def end() -> None:
        connection.wait(until)
        os._exit(1)

    threading.Thread(target=end, name="jiran end", daemon=True).start()
