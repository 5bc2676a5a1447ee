"""What the commands of `jiran ledger` share: where keys and heads lie, what is said of a fault, whom to trust."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from jiran.errors import JiranError

if TYPE_CHECKING:
    from collections.abc import Iterator

FOUND = 1
DEFAULT = Path("jiran-ledger.sqlite")

LEDGER = typer.Option("--ledger", metavar="FILE", help="The ledger; default: jiran-ledger.sqlite in this folder.")
JSON = typer.Option("--json", help="Print JSON and nothing else.")


def folder() -> Path:
    """Return where this user keeps the key and the last heads."""
    return Path(typer.get_app_dir("jiran"))


@contextmanager
def ending() -> Iterator[None]:
    """Say what was found, and end with 1."""
    from jiran.ledger.faults import Tampered  # noqa: PLC0415

    try:
        yield
    except Tampered as found:
        typer.echo(f"Not sound: {found} (found by: {found.by}).")
        raise typer.Exit(FOUND) from None


def trusted(key: str | None) -> tuple[str, str]:
    """Return the public key that is trusted, and whose it is."""
    from jiran.ledger import keys  # noqa: PLC0415  loads cryptography

    if key is not None:
        return keys.public_key(key), "the key given by --key"
    private = keys.operator_key(folder())
    if private is None:
        raise JiranError(
            "this machine has no key of its own: say whom you trust with --key PUB, as the operator published it"
        )
    return keys.public_of(private), "this machine's own key"
