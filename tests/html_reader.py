"""Reads pages of HTML that must be whole: tags, texts, and the rows of tables."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"meta"}
NASTY = '<b>"paper" & co</b>'


class Reader(HTMLParser):
    """Collects tags and texts, and fails on a tag that is not closed where it should be."""

    def __init__(self, page):
        super().__init__()
        self.open, self.tags, self.attributes, self.rows = [], [], [], []
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data
