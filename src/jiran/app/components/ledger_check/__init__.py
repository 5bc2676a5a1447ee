"""A check of receipts and ledgers in the browser itself: a file that is dropped here is read here, and sent nowhere.

The scripts are those of `jiran.ledger`, as the page of a receipt has them. The data::

    text      a receipt or an exported ledger that is checked at once, or ""
    about     what it is: "The ledger of this run"
    key       the public key that is taken for trusted until somebody gives another one
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from jiran.ledger.page import joined, scripts

_HERE = Path(__file__).parent

_HTML = """
<section class="lc">
  <p class="lc-said" data-el="own" role="status"></p>
  <label>Public key that is trusted
    <input data-el="key" type="text" spellcheck="false" autocomplete="off"></label>
  <label>Hash of a head that was kept elsewhere, if there is one
    <input data-el="anchor" type="text" spellcheck="false" autocomplete="off" placeholder="64 hexadecimal digits"></label>
  <label class="lc-drop">Receipt or exported ledger (.json): choose it, or drop it here
    <input data-el="file" type="file" accept=".json,application/json"></label>
  <p class="lc-said" data-el="said" role="status"></p>
</section>
"""

_mount = st.components.v2.component(
    "jiran_ledger_check",
    html=_HTML,
    css=(_HERE / "view.css").read_text(encoding="utf-8"),
    js=f"{scripts('check.js', 'check_ledger.js')}\n{joined((_HERE / 'view.js').read_text(encoding='utf-8'))}",
)


def ledger_check(text: str, about: str, public: str, *, key: str) -> None:
    """Draw the check.

    Args:
        text: A receipt or an exported ledger that is checked at once, or "".
        about: What that is.
        public: Key that is taken for trusted until somebody gives another one.
        key: Identifies it on its page.
    """
    _mount(data={"text": text, "about": about, "key": public}, key=key)
