"""Text is shown as it is: nothing in it is Markdown, and nothing says where files lie."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiran.app.shelf import folder
from jiran.app.showing import _seen, file_name, markdown_of, plain
from jiran.sentences import Sentence

#: What Markdown as Streamlit reads it would make something else of; the browser's test looks at all of them.
HOSTILE = (
    "![x](http://evil.test/a.png)", "[l](http://evil.test)", "<img src=http://evil.test/i.png onerror=alert(1)>",
    "<b>b</b><script>alert(1)</script>", "http://evil.test/x", "HTTPS://evil.test", "www.evil.test", "a@evil.test",
    "mailto:a@b.cc", "<http://evil.test>", ":smile:", ":+1:", ":100:", ":red[x]", ":material/home:", ":streamlit:",
    ":orange-badge[x]", ":help[x]", "$x^2$", "$$x$$", "a -> b <- c -- d >= e <= f ~= g <-> h", "`code`", "~~s~~",
    "**b** __c__ *d* _e_", "# h", "1. one", "- a", "> q", "| a | b |", "&amp; &lt; &#60;", "[^1]", "[x]: http://evil.test",
    "===", "---", "+ x", "12:30 and 12:30:45 and 1:100:", "a::b :::c", "{x=1}", "\\(x\\) \\*a\\*", "C:\\dir", "100 % & 5 kWh",
    "a--b->c", "https\\://x.y",
)  # fmt: skip


def test_one_line_is_left_and_nothing_that_steers():
    assert plain("a\nb\r\n\tc\x00d\u2028e") == "a b c d e"
    assert plain("\u202egnp.exe") == "gnp\\.exe"
    assert plain("  a  ") == "a"
    assert plain(None) == "None"


@pytest.mark.parametrize("text", HOSTILE)
def test_no_sign_of_markdown_is_left_alone(text):
    shown = plain(text)
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_\[\]#<>|~$!]", re.sub(r"\\.", "", shown))
    for late in (r":[a-z+][\w+-]*:", ":100:", r"https?://", r"www\.", r"\w@", "--", "->", "<-"):
        assert not re.search(late, shown.replace("\\", ""))


def test_amounts_stand_out_and_all_else_is_text():
    assert markdown_of("*x* sold 12.5 kWh, 40 % of it, for -MYR 3.20") == (
        "\\*x\\* sold **12\\.5 kWh**, **40 %** of it, for **\\-MYR 3\\.20**"
    )
    assert markdown_of(Sentence("a", {}, "Nobody sold.")) == "Nobody sold\\."
    assert markdown_of("12.5 kWh") == "**12\\.5 kWh**"
    assert markdown_of("to MYR 1,631, half") == "to **MYR 1,631**, half"


def test_no_way_to_an_upload_is_shown():
    path = folder() / ("0" * 64) / "street.csv"
    assert plain(f"{path}: is empty") == "street\\.csv\\: is empty"
    assert plain(f"homes.data.path = '{path}': no") == plain("homes.data.path = 'street.csv': no")


@pytest.mark.parametrize(
    "name", ["../../x", "a/b\\c", "\x00", "x" * 300, "\u202egnp", "🏠" * 200, ".", "", "con:", 'a"b']
)
def test_any_machine_takes_a_download(name):
    safe = file_name(f"jiran-{name}.csv")
    assert len(safe.encode()) <= 100
    assert safe.endswith(".csv")
    assert not set(safe) & set('/\\:*?"<>|\x00\u202e')


@given(st.text())
def test_text_that_can_be_printed_has_no_sign_that_steers(text):
    """This is why it need not be looked through sign by sign."""
    assert not text.isprintable() or "".join(map(_seen, text)) == text
