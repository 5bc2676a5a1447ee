"""The command line in this process, and what it must say to what is wrong."""

from __future__ import annotations

from typer.testing import CliRunner

from jiran.cli import cli


def call(*arguments):
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def refused(done, *words):
    """One sentence on stderr, exit code 2, nothing else."""
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    assert done.stderr.startswith("jiran: ")
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr
