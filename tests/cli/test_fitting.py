"""Tables on terminals of any width: nothing of a figure or a key is lost."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.box import SIMPLE_HEAD
from rich.table import Table

import uncut

WORDS = st.lists(st.text(string.ascii_letters + "_.", min_size=1, max_size=24), min_size=1, max_size=4).map(" ".join)
FIGURES = st.builds("{:,.2f}".format, st.floats(-1e9, 1e9))


@st.composite
def tables(draw):
    """Draw a table of up to three keys and up to twelve figures, with or without edges, headings and widths of its own."""
    keys, figures, rows = draw(st.integers(1, 3)), draw(st.integers(0, 12)), draw(st.integers(0, 4))
    table = Table(box=SIMPLE_HEAD, pad_edge=draw(st.booleans()), show_header=draw(st.booleans()))
    for place in range(keys + figures):
        table.add_column(
            draw(WORDS), justify="left" if place < keys else "right", no_wrap=draw(st.booleans()),
            min_width=draw(st.none() | st.integers(1, 12)),
        )  # fmt: skip
    for _ in range(rows):
        table.add_row(*(draw(WORDS) for _ in range(keys)), *(draw(FIGURES) for _ in range(figures)))
    return table


@given(tables(), st.integers(60, 120))
def test_no_figure_no_key_and_no_heading_is_cut_at_any_width(table, width):
    uncut.check(table, width)


def plans(key="Solar + EV"):
    table = Table("Homes", box=SIMPLE_HEAD, pad_edge=False)
    for heading in (
        "Number",
        "Invests",
        "Pays before",
        "Pays after",
        "By the battery",
        "Lose by sharing",
        "Get it back",
    ):
        table.add_column(heading, justify="right")
    table.add_row(key, "24", "16,667.00", "2,035.50", "1,198.25", "-86.00", "12,345.67", "24 of 24")
    return table


def test_what_fits_stays_one_table_and_folds_its_headings_first():
    lines = uncut.printed(plans(), 80)
    assert sum(line.lstrip().startswith("─") for line in lines) == 1
    assert any("Solar + EV" in line and "24 of 24" in line for line in lines)


def test_what_does_not_fit_comes_as_tables_that_begin_with_the_same_keys():
    lines = uncut.printed(plans(), 60)
    assert sum("Solar + EV" in line for line in lines) == 2


def test_a_key_as_wide_as_the_screen_puts_rows_on_their_side():
    lines = uncut.printed(plans("k" * 58), 60)
    assert f"Homes: {'k' * 58}" in " ".join(lines)
    assert "Lose by sharing: 12,345.67" in lines


@pytest.mark.parametrize("width", [60, 80])
def test_title_and_caption_are_said_once(width):
    table = plans()
    table.title, table.caption = "What sharing is worth to every home of the street", "... 20 more"
    text = "\n".join(uncut.printed(table, width))
    assert text.count("What sharing is worth") == text.count("... 20 more") == 1
