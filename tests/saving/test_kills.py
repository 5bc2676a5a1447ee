"""A save that is killed at any of its steps leaves the old or the new result, whole: the short form of `make soak`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import soak

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="a process for each step")


@pytest.fixture
def quick():
    """A folder in memory, where there is one: thousands of small files."""
    memory = Path("/dev/shm")  # noqa: S108  a folder of its own in it
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield folder


@pytest.mark.parametrize(
    "how",
    [("swap", "SIGKILL"), ("aside", "SIGKILL"), pytest.param(("swap", "SIGTERM"), marks=pytest.mark.long)],
    ids=" ".join,
)
def test_a_save_killed_at_any_step_loses_nothing(how, quick):
    command = [sys.executable, soak.__file__, "steps", quick, *how]  # small: the process is forked for each step
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)  # noqa: S603  our own
    assert done.returncode == 0, done.stderr
    kills, lost = json.loads(done.stdout)
    assert lost == []
    assert kills > 200
