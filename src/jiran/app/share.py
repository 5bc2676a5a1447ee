"""Share: the link of what is shown, as text and as a code for phones, and what it can and cannot do."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit, urlunsplit

import segno
import streamlit as st

from jiran.app import frame, state

if TYPE_CHECKING:
    from collections.abc import Mapping

#: A code of more letters has squares that a phone's camera cannot tell apart.
MOST_IN_CODE = 1_200
_HERE = ("localhost", "127.0.0.1", "::1")


def show() -> None:
    """Draw the button that opens the link."""
    if st.button("Share", icon=":material/share:", type="tertiary", key="share"):
        _window()


# A popover gets the height that is left below its button, which may not be enough for the code.
@st.dialog("Share", icon=":material/share:")
def _window() -> None:
    frame.colour_dialog()
    _link()


def _link() -> None:
    if not state.base().link:
        st.caption(
            "This scenario reads files of this machine, so no link can hold it. Its file is under Data & method."
        )
        return
    link = link_of(str(st.context.url or ""), state.whole_link())
    st.code(link, language=None, wrap_lines=True)
    picture = code(link)
    if picture is None:
        st.caption("The link is too long for a code that a phone can read: copy it.")
    else:
        st.image(picture, width=220, alt="The link as a QR code")
    metered = state.scenario().homes.data is not None
    if urlsplit(link).hostname in _HERE:
        rest = "." if metered else "; what follows the question mark opens wherever jiran runs."
        st.caption(f"This address is that of this machine and opens on no other{rest}")
    if metered:
        st.caption(
            "The meter data is no part of the link: it stays for a day on the machine that serves this page. Later, or where "
            "another jiran serves it, the link asks for the file again."
        )


def link_of(url: str, link: Mapping[str, str]) -> str:
    """Return the address of a page with a link behind it.

    Example:
        >>> link_of("http://localhost:8501/street?seed=1#top", {"preset": "paper", "seed": "7"})
        'http://localhost:8501/street?preset=paper&seed=7'
    """
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(link), ""))


def code(link: str) -> str | None:
    """Return a link as a QR code, an SVG picture; None if it is too long for one."""
    if len(link) > MOST_IN_CODE:
        return None
    out = io.BytesIO()
    segno.make(link, error="l").save(out, kind="svg", scale=4, border=4, light="white")
    return out.getvalue().decode()
