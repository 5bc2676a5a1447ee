"""A receipt as a page to print, which checks itself in a browser: one file, no network."""

from __future__ import annotations

from importlib.resources import files
from string import Template

import segno

from jiran.ledger.canonical import encoded
from jiran.ledger.receipt import Receipt, receipt_text

#: What the second script says of the first, which stands before it in the page.
_IMPORT = 'import { check } from "./check.js";\n'


def html(content: Receipt, public: str) -> str:
    """Return a receipt as a page, with the code of its signed head.

    Args:
        content: The receipt.
        public: Key that the page takes for trusted until its reader gives another one.
    """
    page, check, show = (
        (files("jiran.ledger") / name).read_text(encoding="utf-8") for name in ("page.html", "check.js", "page.js")
    )
    script = f"{check}\n{show.replace(_IMPORT, '')}"
    # Within a script, `<` could end it; JSON may write every letter as its number.
    inside = receipt_text(content).replace("<", "\\u003c")
    return Template(page).substitute(public=public, code=_code(content), receipt=inside, script=script)


def _code(content: Receipt) -> str:
    """Return head, signature and key of a receipt as a QR code, an SVG within the page."""
    head = encoded({name: content[name] for name in ("head", "signature", "key_id")})
    code = segno.make(head, mode="byte", error="l", micro=False)
    return code.svg_inline(scale=3, title="Head, signature and key of this receipt")
