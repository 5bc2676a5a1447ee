"""The command line."""

from jiran.cli.commands import cli, main

__all__ = ["cli", "main"]
