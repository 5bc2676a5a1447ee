"""Parts of a page of HTML that needs nothing else. Texts are escaped here, at the one place where they become markup."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape


def document(title: str, style: str, parts: Iterable[str]) -> str:
    """Return a whole page.

    Args:
        title: Text, for the window.
        style: The style sheet.
        parts: Markup, of which "" is left out.
    """
    head = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
    )
    return head + "\n".join(part for part in parts if part) + "\n</body>\n</html>\n"


def section(title: str, *parts: str) -> str:
    """Return a part of the page under its heading; "" if there is nothing in it. The parts are markup already."""
    inside = "\n".join(part for part in parts if part)
    return f"<section>\n<h2>{escape(title)}</h2>\n{inside}\n</section>" if inside else ""


def bullets(items: Iterable[str]) -> str:
    """Return items of text as a list; "" without items."""
    rows = "\n".join(f"<li>{escape(item)}</li>" for item in items)
    return f"<ul>\n{rows}\n</ul>" if rows else ""


def terms(rows: dict[str, str], kind: str = "") -> str:
    """Return terms with their explanations, both text.

    Args:
        rows: Explanation by term.
        kind: Attributes of the list, with a space in front.
    """
    inside = "\n".join(f"<dt>{escape(term)}</dt><dd>{escape(words)}</dd>" for term, words in rows.items())
    return f"<dl{kind}>\n{inside}\n</dl>"


def facts(rows: dict[str, str], kind: str) -> str:
    """Return short terms with their values, both text, each pair in a box of its own.

    Args:
        rows: Value by term.
        kind: Class of the list.
    """
    inside = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in rows.items())
    return f'<dl class="{kind}">{inside}</dl>'


def table(head: Iterable[str], rows: Iterable[Iterable[str]], words: Iterable[int] = ()) -> str:
    """Return a table of texts, whose rows are named by their first cell.

    Args:
        head: Headings.
        rows: Cells of each row.
        words: Places of the columns that hold words and not numbers, besides the first.
    """
    wordy = set(words)
    tops = "".join(
        f'<th scope="col"{" class=word" if place in wordy else ""}>{escape(one)}</th>' for place, one in enumerate(head)
    )

    def cell(place: int, text: str) -> str:
        if not place:
            return f'<th scope="row">{escape(text)}</th>'
        return f'<td class="word">{escape(text)}</td>' if place in wordy else f"<td>{escape(text)}</td>"

    body = "\n".join("<tr>" + "".join(cell(*one) for one in enumerate(row)) + "</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{tops}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>'
