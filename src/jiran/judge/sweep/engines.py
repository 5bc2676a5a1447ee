"""Where batches are run: here, in processes beside, or on the workers of a Dask scheduler."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent import futures
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from functools import partial
from multiprocessing import connection
from typing import TYPE_CHECKING

import jiran
from jiran.errors import JiranError
from jiran.judge.sweep.work import Batch, Row, run_batch, run_points
from jiran.watching import ROUND_S

if TYPE_CHECKING:
    from multiprocessing.context import BaseContext

#: Runs batches and yields the rows of each as it comes; `wait` is called now and then, and what it raises ends all.
Engine = Callable[[Sequence[Batch], Callable[[], None]], Generator[list[Row], None, None]]


#: More workers than this are a slip of the keyboard.
MOST_WORKERS = 1_024


class LostWorkerError(Exception):
    """A worker is gone, killed or out of memory; what it was doing can be done again."""


def here(todo: Sequence[Batch], wait: Callable[[], None]) -> Generator[list[Row], None, None]:
    """Run batches one after the other in this thread."""
    for batch in todo:
        rows = []
        for row in run_points(batch):
            rows.append(row)
            wait()
        yield rows


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
        jobs = {pool.submit(run_batch, batch) for batch, _ in zip(waiting, range(2 * workers), strict=False)}
        try:
            while jobs:
                done, jobs = futures.wait(jobs, ROUND_S, futures.FIRST_COMPLETED)
                for job in done:
                    yield job.result()
                    if (batch := next(waiting, None)) is not None:
                        jobs.add(pool.submit(run_batch, batch))
                wait()
        except BrokenProcessPool as error:
            raise LostWorkerError from error


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


def dask(address: str) -> Engine:
    """Return an engine of the workers of a Dask scheduler.

    Args:
        address: Of the scheduler, as tcp://10.0.0.5:8786.
    """
    return partial(_on_dask, address)


def _on_dask(address: str, todo: Sequence[Batch], wait: Callable[[], None]) -> Generator[list[Row], None, None]:
    """Run batches on a Dask cluster; their rows come back, so no folder need be shared.

    Raises:
        JiranError: It cannot be reached, has no worker, or its workers have another jiran.
    """
    try:
        from distributed import Client, as_completed  # noqa: PLC0415  an extra
    except ImportError as error:
        raise JiranError('--dask needs Dask: pip install "jiran[dask]"') from error
    try:
        client = Client(address, timeout=10, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise JiranError(f"--dask {address}: no scheduler answers there ({error})") from error
    with closing(client):
        _check_workers(address, client.run(_version))
        jobs = as_completed(
            (client.submit(run_batch, batch, pure=False, retries=2) for batch in todo), with_results=False
        )
        try:
            left = len(todo)
            while left:
                for job in jobs.next_batch(block=False):
                    yield job.result()
                    job.release()
                    left -= 1
                wait()
                threading.Event().wait(ROUND_S if left else 0.0)
        finally:
            client.cancel([job for job in jobs.futures if not job.done()])


def _version() -> str:
    return jiran.__version__


def _check_workers(address: str, found: dict[str, str]) -> None:
    """Refuse a cluster that would work out something else.

    Raises:
        JiranError: It has no worker, or one with another jiran.
    """
    if not found:
        raise JiranError(f"--dask {address}: the scheduler has no worker; start one with: dask worker {address}")
    for worker, version in found.items():
        if version != jiran.__version__:
            raise JiranError(f"--dask {address}: {worker} has jiran {version}, and this is {jiran.__version__}")
