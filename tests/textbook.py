"""The double auction of textbooks, with orders of one unit, as a table and as an order book.

Lecture notes of HS Mittweida: two trades; k = 1/2 and McAfee 87.5; trade reduction one trade at 90 and 85; VCG buyers
pay 85 and sellers get 90, a deficit of 10.
"""

from __future__ import annotations

from jiran.app.orders import EXAMPLE, EXAMPLE_EXPORT, EXAMPLE_IMPORT, read_orders
from jiran.explain.step.outcome import clear_book
from jiran.market import find

GRID = {"import_price": EXAMPLE_IMPORT, "export_price": EXAMPLE_EXPORT}


def read(table, rule="uniform-price"):
    return read_orders(table, find(rule), **GRID)


def cleared(rule, seed=0, **parameters):
    return clear_book(read(EXAMPLE), rule, find(rule).values(parameters), seed)


def home(outcome, name):
    return outcome.book.names.index(name)
