"""The ledger of the run that is shown, and the key of this session that signs it."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from jiran.app.proofs import Proofs
    from jiran.result.result import Result


def proofs(result: Result) -> Proofs:
    """Return the ledger of a run; its key is drawn once a session, kept in memory alone, and never the user's own."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415  loads OpenSSL

    from jiran.app.proofs import Proofs  # noqa: PLC0415  as above

    if "proof_key" not in st.session_state:
        st.session_state.proof_key = Ed25519PrivateKey.generate()
    kept: weakref.ref[Proofs] | None = st.session_state.get("proofs")
    found = None if kept is None else kept()
    if found is None or found.result is not result:
        found = Proofs(result, st.session_state.proof_key)
        st.session_state.proofs = weakref.ref(found)  # the buttons hold it: a run that nobody looks at may be let go
    return found
