"""Public layouts of meter data as data (`layouts.toml`): what their columns mean where names do not say all."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from jiran.homes.meter.vocabulary import plain


@dataclass(frozen=True)
class PublicLayout:
    """A layout that is known by the names of its columns.

    Attributes:
        name: What it is called.
        has: Names of columns that a file of this layout has, spelt plainly.
        keys: Keys of [homes.data] that it fills in.
        columns: Meanings by the plain names of columns, as the key `columns` says them.
        quantities: Meanings of the words in its column of quantities.
        others: What all other columns mean; "" leaves them to their names.
        why: Why they are left out.
        only: A pattern that the names of all other columns have; "" for any.
    """

    name: str
    has: frozenset[str]
    keys: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    quantities: dict[str, str] = field(default_factory=dict)
    others: str = ""
    why: str = ""
    only: str = ""

    def fits(self, header: tuple[str, ...]) -> bool:
        """Tell whether a file with such columns is of this layout.

        Args:
            header: Names of the columns, in any order and spelling; all that `has` names must be there.
        """
        names = [plain(name).strip() for name in header]
        rest = [name for name in names if name not in self.has]
        return self.has <= {*names} and (
            not self.only or all(re.fullmatch(self.only, name, re.IGNORECASE) for name in rest)
        )


@cache
def public_layouts() -> tuple[PublicLayout, ...]:
    """Return all of them; the first that fits a file counts."""
    tables = tomllib.loads(files(__package__).joinpath("layouts.toml").read_text("utf-8"))["layout"]
    return tuple(
        PublicLayout(**{
            **table,
            "has": frozenset(plain(name) for name in table["has"]),
            "columns": {plain(name): meaning for name, meaning in table.get("columns", {}).items()},
        })
        for table in tables
    )  # fmt: skip


def public_layout(header: tuple[str, ...]) -> PublicLayout | None:
    """Return the public layout of a file by its columns, or None."""
    return next((layout for layout in public_layouts() if layout.fits(header)), None)
