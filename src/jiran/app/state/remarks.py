"""What was said of the viewer's last change of the length of a run; it stays until the next one."""

from __future__ import annotations

import streamlit as st

from jiran.app.state.session import generation


def remark() -> str | None:
    """Return what was said of the last change; None if nothing was, or another scenario has been opened since."""
    said: tuple[int, str | None] = st.session_state.get("remark", (-1, None))
    return said[1] if said[0] == generation() else None


def set_remark(words: str | None) -> None:
    """Say something of the change that was just made, or nothing."""
    st.session_state.remark = (generation(), words)
