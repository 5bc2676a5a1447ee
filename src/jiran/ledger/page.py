"""A receipt as a page to print, which checks itself in a browser: one file, no network."""

from __future__ import annotations

import re
from importlib.resources import files
from string import Template

import segno

from jiran.ledger.canonical import encoded
from jiran.ledger.receipt import Receipt, receipt_text

_SCRIPTS = ("check.js", "check_ledger.js", "page.js")
#: What a script says to others, which stand beside it in the page.
_MODULE = re.compile(r"^(import [^;]*;\n|export (?=async |function |class |const ))", re.MULTILINE)


def html(content: Receipt, public: str) -> str:
    """Return a receipt as a page, with the code of its signed head.

    Args:
        content: The receipt.
        public: Key that the page takes for trusted until its reader gives another one.
    """
    page = _text("page.html")
    script = scripts(*_SCRIPTS)
    # Within a script, `<` could end it; JSON may write every letter as its number.
    inside = receipt_text(content).replace("<", "\\u003c")
    return Template(page).substitute(public=public, code=_code(content), receipt=inside, script=script)


def scripts(*names: str) -> str:
    """Return scripts of this room as one, for a page that loads nothing."""
    return "\n".join(joined(_text(name)) for name in names)


def joined(script: str) -> str:
    """Return a script that names no others: they stand beside it."""
    return _MODULE.sub("", script)


def _text(name: str) -> str:
    return (files("jiran.ledger") / name).read_text(encoding="utf-8")


def _code(content: Receipt) -> str:
    """Return head, signature and key of a receipt as a QR code, an SVG within the page."""
    head = encoded({name: content[name] for name in ("head", "signature", "key_id")})
    code = segno.make(head, mode="byte", error="l", micro=False)
    return code.svg_inline(scale=3, title="Head, signature and key of this receipt")
