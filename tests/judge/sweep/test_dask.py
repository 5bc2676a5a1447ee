"""A sweep on a real Dask scheduler with real workers, one of which is killed: every point comes out once, as it is alone."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path

import pytest

import jiran
from jiran import JiranError
from jiran.judge.sweep import Folder, on_dask, run
from jiran.judge.sweep.points import points
from jiran.judge.sweep.run import plan
from jiran.judge.sweep.work import batches


def begun(stack, *words):
    """Start a program of Dask that ends with the test."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = stack.enter_context(subprocess.Popen([sys.executable, "-m", *words], **quiet))  # noqa: S603  our own
    stack.callback(process.kill)
    return process


def until(true, seconds=180.0):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds:g} s"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Start a scheduler and two workers; yield the address of the one and the processes of the others."""
    if find_spec("distributed") is None and not os.environ.get("CI"):
        pytest.skip("Dask is not installed: pip install distributed")
    from distributed import Client  # noqa: PLC0415  only where it is there

    place = tmp_path_factory.mktemp("dask")
    file = place / "scheduler.json"
    with ExitStack() as stack:
        begun(
            stack, "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0",
            "--dashboard-address", "127.0.0.1:0",
            "--scheduler-file", str(file),
        )  # fmt: skip
        options = ("--no-nanny", "--no-dashboard", "--nthreads", "1", "--local-directory", str(place))
        workers = [
            begun(stack, "distributed.cli.dask_worker", "--scheduler-file", str(file), *options) for _ in range(2)
        ]
        until(lambda: file.exists() and file.stat().st_size > 0)
        with Client(scheduler_file=str(file), set_as_default=False) as client:
            client.wait_for_workers(2, timeout=180)
            address = client.scheduler.address
        yield address, workers


@pytest.mark.compiled
@pytest.mark.xdist_group("dask")
def test_a_worker_is_killed_and_every_point_is_there_once(cluster, tmp_path, monkeypatch):
    address, workers = cluster
    monkeypatch.setattr(run, "_BATCH_S", 0.03)  # many small batches
    vary, folder, kept = {"market.fraction": [0.5, 0.6, 0.7]}, tmp_path / "out", []
    add = Folder.add

    def add_and_kill(into, rows, found):
        add(into, rows, found)
        kept.extend(rows)
        if len(kept) > len(rows):  # it is the second part
            workers[0].send_signal(signal.SIGKILL)

    monkeypatch.setattr(Folder, "add", add_and_kill)
    table = jiran.sweep("paper", vary, seeds=80, folder=folder, dask=address).table
    assert workers[0].wait(60) == -signal.SIGKILL
    assert on_dask.page_of(address).startswith("http://127.0.0.1:")
    assert table["key"].n_unique() == table.height == 240
    assert table["fault"].null_count() == 240
    alone = jiran.sweep("paper", vary, seeds=3, workers=1).table
    assert table.join(alone, on="key", how="semi").sort("key").equals(alone.sort("key"))


def test_a_scheduler_without_a_page_is_not_said_to_have_one(tmp_path):
    if find_spec("distributed") is None and not os.environ.get("CI"):
        pytest.skip("Dask is not installed: pip install distributed")
    file = tmp_path / "scheduler.json"
    with ExitStack() as stack:
        options = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
        begun(stack, "distributed.cli.dask_scheduler", *options)
        until(lambda: file.exists() and file.stat().st_size > 0)
        assert on_dask.page_of(json.loads(file.read_text(encoding="utf-8"))["address"]) is None


class Workers:
    """Stands for a connection whose workers answer as they are told."""

    def __init__(self, *found):
        self.found = {f"tcp://10.0.0.{place}:1": on_dask._Known(*one) for place, one in enumerate(found, 1)}

    def run(self, _what, _paths):
        return self.found


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([], "has no worker; start one with: dask worker tcp://here"),
        ([(jiran.__version__, ("of mine",)), ("0.0.0", ())], "tcp://10.0.0.2:1 has jiran 0.0.0, and this is"),
        ([(jiran.__version__, ("another",))], "tcp://10.0.0.1:1 does not have mine.py as it is here"),
    ],
)
def test_workers_that_would_work_out_something_else_are_refused(found, words, monkeypatch):
    monkeypatch.setattr(on_dask, "input_files", lambda _scenario: [Path("mine.py")])
    monkeypatch.setattr(on_dask, "digest_of", lambda _path: "of mine")
    planned = plan("paper", {"market.fraction": [0.5, 0.6]})
    todo = list(batches(points(planned.found, 1), planned.found, 10))
    with pytest.raises(JiranError, match=re.escape(words)):
        on_dask._check_workers("tcp://here", Workers(*found), todo)
    on_dask._check_workers("tcp://here", Workers((jiran.__version__, ("of mine",))), todo)


@pytest.mark.compiled
def test_nobody_at_the_address_is_one_sentence(tmp_path, monkeypatch):
    if find_spec("distributed") is None and not os.environ.get("CI"):
        pytest.skip("Dask is not installed: pip install distributed")
    monkeypatch.setattr(on_dask, "_ANSWER_S", 0.5)
    with pytest.raises(JiranError, match="no scheduler answers there"):
        jiran.sweep("paper", {"market.fraction": [0.5, 0.6]}, folder=tmp_path / "out", dask="tcp://127.0.0.1:1")


@pytest.mark.parametrize("address", ["", "10.0.0.5", "tcp://10.0.0.5", "mail://10.0.0.5:8786", "tcp://10.0.0.5:1x"])
def test_what_is_no_address_is_refused_before_a_client_is_made_of_it(address, monkeypatch):
    """Dask's own takes 20 s to give up what it could not open, and then prints a traceback."""
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(distributed, "Client", pytest.fail)
    with pytest.raises(JiranError, match=r"^--dask .*: must be as tcp://10\.0\.0\.5:8786 \(ValueError: .*\)$"):
        jiran.sweep("paper", {"market.fraction": [0.5, 0.6]}, dask=address or " ")


def test_a_machine_without_dask_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(JiranError, match="pip install distributed"):
        jiran.sweep("paper", {"market.fraction": [0.5, 0.6]}, folder=tmp_path / "out", dask="tcp://127.0.0.1:1")
