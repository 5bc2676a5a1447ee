"""The command line in this process, and what it must say to what is wrong."""

from __future__ import annotations

import subprocess
import sys

from typer.testing import CliRunner

from jiran.cli import cli
from processes import heard


def call(*arguments):
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


#: jiran, which says on stderr when compiled code is at work; then a signal meets a run, however slow the machine is.
SAYS_WHEN_AT_WORK = """
import sys, threading, time
from jiran.cli import main
from jiran.watching import DONE, TABLE

def tell():
    while not TABLE[:, DONE].any():
        time.sleep(0.001)
    print("at work", file=sys.stderr, flush=True)

threading.Thread(target=tell, daemon=True).start()
main()
"""


def at_work(*arguments):
    """Start a command in a process of its own, and return it when its work has begun."""
    running = subprocess.Popen(  # noqa: S603  our own
        [sys.executable, "-c", SAYS_WHEN_AT_WORK, *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with heard(running):
        if "at work\n" in running.stderr:  # reads line by line until then
            return running
    raise AssertionError(running.communicate())


def refused(done, *words):
    """One sentence on stderr, exit code 2, nothing else."""
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    assert done.stderr.startswith("jiran: ")
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr, done.stderr
