"""Text as Streamlit shows it: whatever comes from a link, a file, a name or a scenario is text, never Markdown.

Streamlit reads almost every string as Markdown: labels, captions, messages, figures. A picture or a link in a name would
be loaded from another server by whoever looks. So every string that jiran did not write itself goes through `plain`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import streamlit as st

from jiran.app.glossary import explained
from jiran.app.shelf import safe_name, without_paths
from jiran.explain import say

if TYPE_CHECKING:
    from jiran.sentences import Sentence

#: Characters that mean something to Markdown, to directives such as :red[...] or to formulas.
_SIGNS = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&=])")
#: Places that are found in the text only after Markdown was read, so that a backslash does not help: short codes of
#: emojis and icons, addresses that are made into links, arrows and dashes that are made into signs.
_FOUND_LATE = re.compile(
    r"(?<=:)(?=[\w+\-])(?!(?<=\d:)\d\d(?!\d))"  # :smile: and :material/home:, but not the time 12:30
    r"|(?<=:)(?=//)|(?<=www)(?=\.)|(?=@)"  # https://, www. and a@b
    r"|(?<=[<>~\-])(?=[<>=\-])",  # ->, <-, --, <=
    re.IGNORECASE,
)
#: Takes no room and is not seen, but holds apart what stands on its two sides.
_JOINER = "\N{WORD JOINER}"
#: Characters that turn the direction of what follows, or cannot be seen at all.
_UNSEEN = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
_TURNING = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

_NUMBER = r"[+\-\N{MINUS SIGN}]?\d+(?:,\d{3})*(?:\.\d+)?"
_UNITS = r"%|[kMG]?Wh?\b|kWp\b|kg\b|g CO2\b"
#: An amount with its unit, as 12.5 kWh, 40 %, MYR 1,234.50 or -MYR 0.30.
_AMOUNT = re.compile(rf"(?<!\w)(?:-?\b[A-Z]{{3}} {_NUMBER}|{_NUMBER} ?(?:{_UNITS}))")


def plain(text: object) -> str:
    r"""Return text that Streamlit shows as it is, wherever it reads Markdown; in one line.

    Example:
        >>> plain("S1"), plain("*a*"), plain("12:30")
        ('S1', '\\*a\\*', '12\\:30')
    """
    named = without_paths(str(text))
    seen = named if named.isprintable() else "".join(map(_seen, named))  # the first is quick, and so is almost all text
    return _escaped(" ".join(seen.split()))


def plain_label(text: object) -> str:
    r"""Return text for the label of a control, which is its accessible name too, so that a backslash in it would be heard.

    A formula needs two dollars: a single one stays as it is, as in names of currencies.

    Example:
        >>> plain_label("R$"), plain_label("*a*"), plain_label("$a$")
        ('R$', '\\*a\\*', '\\$a\\$')
    """
    shown = plain(text)
    return shown.replace(r"\$", "$") if shown.count("$") == 1 else shown


def markdown_of(said: Sentence | str) -> str:
    r"""Return a sentence as Markdown: all of it is text, and amounts with a unit stand out.

    Example:
        >>> markdown_of("[x](y) sold 12.5 kWh for MYR 3.20")
        '\\[x\\]\\(y\\) sold **12\\.5 kWh** for **MYR 3\\.20**'
    """
    text = str(said)
    parts, end = [], 0
    for amount in _AMOUNT.finditer(text):
        parts += [_inner(text[end : amount.start()]), f"**{plain(amount.group())}**"]
        end = amount.end()
    return "".join((*parts, _inner(text[end:])))


def percentage(share: float | None) -> str:
    """Return a share as a figure of a card: with the digit that it has everywhere, and a dash where it has no meaning.

    Example:
        >>> percentage(0.4364), percentage(0.0), percentage(0.0001), percentage(0.99999), percentage(None)
        ('43.6%', '0.0%', '<0.1%', '>99.9%', '–')
    """
    if share is None:
        return "–"
    return say.share(share).replace("less than ", "<").replace("more than ", ">")


def show_text(*said: Sentence | str | None, heading: bool = False) -> None:
    """Show sentences as one paragraph; None is no sentence.

    Args:
        said: Sentences, or text.
        heading: Whether they stand on top of the page and are set larger.
    """
    text = " ".join(markdown_of(one) for one in said if one is not None)
    if text:
        st.markdown(f"##### {text}" if heading else text, help=explained(text) if heading else None)


def file_name(name: str) -> str:
    """Return a name that any machine takes for a file, with the same ending.

    Example:
        >>> file_name("jiran-../a:b.csv"), file_name("jiran-paper.zip")
        ('jiran-.. a b.csv', 'jiran-paper.zip')
    """
    return safe_name(name)


def _inner(text: str) -> str:
    """Return text from the middle of a sentence: the spaces at its ends stay."""
    left, right = (" " if text[place:][:1].isspace() else "" for place in (0, -1))
    return f"{left}{plain(text)}{right}" if text.strip() else left


def _seen(sign: str) -> str:
    """Return a sign that can be seen and turns nothing, or what stands for it."""
    return "" if sign in _TURNING else " " if unicodedata.category(sign) in _UNSEEN else sign


def _escaped(text: str) -> str:
    return _SIGNS.sub(r"\\\1", _FOUND_LATE.sub(_JOINER, text))
