"""The viewer's last change of the length of a run: the number of steps that it decided, and what was said of it."""

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


def decided_steps() -> tuple[int, int | None]:
    """Return how often a period or a resolution has decided the number of steps, and the last such number or None."""
    base, number, steps = st.session_state.get("decided", (generation(), 0, None))
    return (number, steps) if base == generation() else (0, None)


def decide_steps(steps: int) -> None:
    """Let a period or a resolution decide the number of steps; its control starts afresh with it."""
    st.session_state.decided = (generation(), decided_steps()[0] + 1, steps)
