"""One form in bytes: the examples of RFC 8785, and Python's own writer as an oracle."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiran.ledger.canonical import LARGEST, decoded, encoded

texts = st.text(st.characters(codec="utf-8"))
ascii_keys = st.text(st.characters(max_codepoint=127))
contents = st.recursive(
    texts | st.integers(-LARGEST, LARGEST),
    lambda inside: st.lists(inside) | st.dictionaries(ascii_keys, inside),
    max_leaves=12,
)


def test_keys_are_sorted_as_in_the_rfc():
    # RFC 8785, section 3.2.3: by UTF-16 units, so U+1F600 stands before U+FB33
    given_ = {
        "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
        "\U0001f600": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis",
    }  # fmt: skip
    assert [*json.loads(encoded(given_)).values()] == [
        "Carriage Return", "One", "Control", "Latin Small Letter O With Diaeresis", "Euro Sign", "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh",
    ]  # fmt: skip


def test_texts_are_written_as_in_the_rfc():
    # RFC 8785, section 3.2.2: the example's text
    assert encoded("\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"\u002f").decode() == r'''"€$\u000f\nA'B\"\\\\\"/"'''


@given(contents)
def test_bytes_are_those_of_an_oracle_and_read_back_as_what_they_were(content):
    written = encoded(content)
    assert written == json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert decoded(written) == content


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":1}', "1.0", "1e3", "-0", "NaN", "Infinity", "9007199254740992", "-9007199254740992", "9" * 5000,
        "[" * 100_000, '{"a":1', "", "01", "\ufeff1", b"\xff", b"\x00",
    ],
)  # fmt: skip
def test_what_has_two_meanings_or_none_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        decoded(text)


@pytest.mark.parametrize("content", [LARGEST + 1, "\ud800", {"a": "\udfff"}])
def test_what_others_would_read_otherwise_is_not_written(content):
    with pytest.raises(ValueError, match=r"."):
        encoded(content)
