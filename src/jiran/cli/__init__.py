"""The command line: what it takes, what it prints, how it ends; nothing imports it.

What comes in here reads arguments and prints; whatever another face could use lives below.
"""

from __future__ import annotations

from typing import Any

from jiran.cli.signals import end_at_once


def main() -> None:
    """Run the command line; signals are heard before anything that takes long is loaded."""
    end_at_once()
    from jiran.cli.commands import cli  # noqa: PLC0415  see above

    cli()


def __getattr__(name: str) -> Any:
    """Load `cli`, the commands as Typer knows them, when it is asked for."""
    if name != "cli":
        raise AttributeError(f"module 'jiran.cli' has no attribute {name!r}")
    from jiran.cli.commands import cli  # noqa: PLC0415  see main

    return cli
