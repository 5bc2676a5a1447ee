"""Whatever table a test of the command line has printed, its figures and keys stay whole on narrow terminals too."""

from __future__ import annotations

import pytest

import uncut
from jiran.cli import fitting, printing


@pytest.fixture(autouse=True)
def every_table_fits_narrow_terminals(monkeypatch, request):
    if request.path.name == "test_fitting.py":  # it holds its tables itself, of which there are very many
        yield
        return
    tables = []

    def seen(table, screen, options):
        tables.append(table)
        return fitting.fitted(table, screen, options)

    monkeypatch.setattr(printing, "fitted", seen)
    yield
    monkeypatch.undo()
    for table in tables:
        for width in (80, 60):
            uncut.check(table, width)
