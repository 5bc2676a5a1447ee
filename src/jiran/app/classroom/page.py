"""The page of phones: markup, style and script in one answer, which asks for nothing outside."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

_PARTS = Path(__file__).parent / "phone"


def _read(name: str) -> str:
    """Return a part without what only its readers need: comments on lines of their own, and indents."""
    text = (_PARTS / name).read_text(encoding="utf-8")
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not re.match(r"//|/\*.*\*/$|<!--.*-->$", line))


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


_STYLE, _SCRIPT = re.sub(r"\s*([{};:,])\s*", r"\1", _read("phone.css")), _read("phone.js")

#: The whole page.
PAGE = _read("phone.html").replace("STYLE", _STYLE).replace("SCRIPT", _SCRIPT)

#: Nothing runs but this script, and it speaks to this server alone.
HEADERS = {
    "content-security-policy": (
        f"default-src 'none'; script-src {_hash(_SCRIPT)}; style-src {_hash(_STYLE)}; connect-src 'self'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "cache-control": "no-cache",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
