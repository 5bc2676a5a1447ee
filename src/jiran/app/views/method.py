"""Method: what the words mean, the equations, and what is not modelled."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import streamlit as st

from jiran.app.glossary import GLOSSARY

_EQUATIONS = (
    ("Solar generation (1)", r"G(t)=\max\left(0,\ \sin\frac{\pi\,(t-6)}{12}\right)P_{\mathrm{pv}}", r"$t$: hour of the day; $P_{\mathrm{pv}}$: solar capacity, kWp."),
    ("Net energy", r"B_i=G_i-L_i", "What home i generates less what it needs, kWh."),
    ("Sellers and buyers", r"\begin{aligned}S_i&=\max(B_i,\,0)\\D_i&=\max(-B_i,\,0)\end{aligned}", "Surplus of a seller, deficit of a buyer, kWh."),
    ("Trade", r"E_{\mathrm{trade}}(i,j)=\min(S_i,\ D_j)", "From seller i to buyer j; what remains of either goes on to the next."),
    ("Price", r"P_{\mathrm{P2P}}=\alpha\,P_{\mathrm{grid}},\qquad 0<\alpha<1", "α = 0.8 in the paper: dearer than export, cheaper than the grid."),
    ("What comes first", r"\text{P2P}\ \to\ \text{battery}\ \to\ \text{grid}", "For a surplus as for a deficit."),
)  # fmt: skip
_LIMITS = Path(__file__).parents[1] / "limits.md"
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")


def show() -> None:
    """Draw the part."""
    st.subheader("What the words mean", anchor="glossary")
    with st.grid(2, min_column_width=320, gap="small"):
        for term, meaning in GLOSSARY.items():
            st.markdown(f"**{term}**: {meaning}")
    _equations()
    _limits()


def _equations() -> None:
    """Draw the equations with their names."""
    st.subheader("The equations", anchor="equations")
    with st.grid(2, min_column_width=300):
        for name, formula, words in _EQUATIONS:
            with st.container(border=True, height="stretch"):
                st.markdown(f"**{name}**")
                st.latex(formula)
                st.caption(words)


def _limits() -> None:
    """Draw what is not modelled."""
    st.subheader("What is not modelled", anchor="limits")
    st.markdown(limits())


@cache
def limits() -> str:
    """Return what is not modelled as Markdown, without links to pages of the documentation."""
    return _LINK.sub(r"\1", _LIMITS.read_text(encoding="utf-8"))
