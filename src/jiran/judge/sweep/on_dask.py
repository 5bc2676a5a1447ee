"""Batches on the workers of a Dask scheduler, on as many machines as it has; their rows come back, so no folder is shared."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.request import ProxyHandler, build_opener

import jiran
from jiran.errors import JiranError, one_line
from jiran.judge.sweep.engines import Engine, LostWorkerError
from jiran.judge.sweep.points import digest_of
from jiran.judge.sweep.work import Batch, Row, run_batch
from jiran.scenario.files import input_files
from jiran.watching import ROUND_S

if TYPE_CHECKING:
    from distributed import Client

#: How long a scheduler may take to answer, s.
_ANSWER_S = 10
#: A batch that has lost so many workers is not tried on another.
_RETRIES = 2


def dask(address: str) -> Engine:
    """Return an engine of the workers of a Dask scheduler.

    Args:
        address: Of the scheduler, as tcp://10.0.0.5:8786.
    """
    return partial(_on_dask, address)


def page_of(address: str) -> str | None:
    """Return where a Dask scheduler shows what its workers do; None if it serves no such page.

    Raises:
        JiranError: It cannot be reached.
    """
    with _client(address) as client:
        page = str(client.dashboard_link)
    return page if page.startswith(("http://", "https://")) and _is_served(page) else None


def _is_served(page: str) -> bool:
    """Tell whether a page is there; a scheduler names one also where it was started without."""
    direct = build_opener(ProxyHandler({}))
    try:
        with direct.open(page, timeout=_ANSWER_S):
            return True
    except (OSError, HTTPException):
        return False


def _on_dask(address: str, todo: Sequence[Batch], wait: Callable[[], None]) -> Generator[list[Row], None, None]:
    """Run batches on a Dask cluster.

    Raises:
        JiranError: It cannot be reached, has no worker, or its workers would work out something else.
        LostWorkerError: Workers are lost again and again.
    """
    with _client(address) as client:
        _check_workers(address, client, todo)
        from distributed import KilledWorker  # noqa: PLC0415  an extra

        jobs = {client.submit(run_batch, batch, pure=False, retries=_RETRIES) for batch in todo}
        try:
            while jobs:
                for job in [job for job in jobs if job.done()]:
                    yield job.result()
                    jobs.remove(job)  # the scheduler forgets it with this
                wait()
                threading.Event().wait(ROUND_S if jobs else 0.0)
        except KilledWorker as error:
            raise LostWorkerError from error
        except CancelledError as error:
            raise JiranError(
                f"--dask {address}: the scheduler is gone; what is done is kept, start it again"
            ) from error
        finally:
            client.cancel(list(jobs))


@contextmanager
def _client(address: str) -> Iterator[Client]:
    """Open a connection to a scheduler.

    Raises:
        JiranError: Dask is not installed, or no scheduler answers.
    """
    try:
        from distributed import Client  # noqa: PLC0415  an extra
    except ImportError as error:
        raise JiranError("--dask needs Dask: pip install distributed") from error
    _check_address(address)
    try:
        client = Client(address, timeout=_ANSWER_S, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise JiranError(f"--dask {address}: no scheduler answers there ({one_line(error)})") from error
    try:
        yield client
    finally:
        client.close()


def _check_address(address: str) -> None:
    """Refuse what can be no address, before a client is made of it: Dask tries for long to close what it could not open.

    Raises:
        JiranError: It names no port, or a way of talking that Dask does not know.
    """
    from distributed.comm.addressing import parse_address, parse_host_port  # noqa: PLC0415  an extra
    from distributed.comm.registry import get_backend  # noqa: PLC0415

    try:
        way, place = parse_address(address)
        get_backend(way)
        parse_host_port(place)
    except ValueError as error:
        raise JiranError(f"--dask {address}: must be as tcp://10.0.0.5:8786 ({one_line(error)})") from error


class _Known(NamedTuple):
    """What a worker has: its jiran, and the files that points read, as they stand there."""

    version: str
    files: tuple[str, ...]


def _known(paths: Sequence[Path]) -> _Known:
    return _Known(jiran.__version__, tuple(map(digest_of, paths)))


def _check_workers(address: str, client: Any, todo: Sequence[Batch]) -> None:
    """Refuse a cluster that would work out something else.

    Raises:
        JiranError: It has no worker, one without jiran or with another one, or one that reads other files.
    """
    tasks = {place: task for batch in todo for place, task in batch.scenarios.items()}
    scenarios = {place: task.scenario for place, task in tasks.items() if task.scenario is not None}
    paths = sorted({path for scenario in scenarios.values() for path in input_files(scenario)})
    here = _known(paths)
    try:
        found: dict[str, _Known] = client.run(_known, paths)
    except ImportError as error:
        raise JiranError(
            f"--dask {address}: a worker has no jiran; install the same version there ({error})"
        ) from error
    if not found:
        raise JiranError(f"--dask {address}: the scheduler has no worker; start one with: dask worker {address}")
    for worker, there in found.items():
        if there.version != here.version:
            raise JiranError(f"--dask {address}: {worker} has jiran {there.version}, and this is {here.version}")
        for path, own, other in zip(paths, here.files, there.files, strict=True):
            if own != other:
                raise JiranError(
                    f"--dask {address}: {worker} does not have {path} as it is here; put the same file there"
                )
