"""Why a broker cannot be reached, in words that say what to do; what a library says stays where nothing better is known."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

from jiran.errors import one_line

if TYPE_CHECKING:
    from jiran.live.address import Broker

#: Codes of MQTT 3.1.1 and 5 for a user who is not let in.
_NOT_LET_IN = frozenset({4, 5, 134, 135})
#: What stands for a connection that was lost without a word.
_UNSPECIFIED = 128
#: Codes of OpenSSL: https://docs.openssl.org/3.0/man1/openssl-verification-options/
_OUT_OF_DATE, _OTHER_NAME = frozenset({9, 10}), frozenset({62, 64})


def why(broker: Broker, error: BaseException) -> str:
    """Return why a broker cannot be reached, without a stop; no credential is in it.

    Args:
        broker: Which.
        error: Of a connection; what it was raised for counts.
    """
    cause = error.__cause__ or error.__context__ or error
    code = getattr(error, "rc", None)  # of the broker, or of the library, whose numbers are whole and mean other things
    said = None if isinstance(code, int) else getattr(code, "value", None)
    if said in _NOT_LET_IN:
        return _not_let_in(broker)
    if isinstance(code, int) or said == _UNSPECIFIED:
        return "the connection broke off"
    if isinstance(cause, ssl.SSLCertVerificationError):
        return _not_trusted(broker, cause)
    return _in_words(broker, error, cause) or one_line(cause)


def _in_words(broker: Broker, error: BaseException, cause: BaseException) -> str:
    """Return what is known of other causes; "" if nothing is."""
    if isinstance(cause, ssl.SSLError) and cause.reason == "WRONG_VERSION_NUMBER":
        return "it does not encrypt at this port; leave out --tls, or give the port that does"
    if isinstance(cause, socket.gaierror):
        return f"no machine called {broker.host} is known"
    if isinstance(cause, TimeoutError) or "timed out" in str(error):
        return "it gives no answer in MQTT" + ("" if broker.tls else "; a port that encrypts wants --tls")
    if isinstance(cause, ConnectionRefusedError):
        return "nothing listens at this address; is the broker running there?"
    if isinstance(cause, ConnectionResetError) and broker.tls:
        return "it broke off; perhaps it does not encrypt at this port"
    return ""


def _not_let_in(broker: Broker) -> str:
    if broker.user is None:
        return "it lets nobody in without a name; give --user NAME, and a password"
    return f"it does not let --user {broker.user} in with this password"


def _not_trusted(broker: Broker, error: ssl.SSLCertVerificationError) -> str:
    if error.verify_code in _OTHER_NAME:
        return f"its certificate is not for {broker.host}; give --broker the name that stands in it"
    if error.verify_code in _OUT_OF_DATE:
        return "its certificate is out of date, or not valid yet; look at it, and at the clock of this machine"
    by = "this machine trusts; give what signed it with --ca FILE" if broker.ca is None else f"--ca {broker.ca} trusts"
    return f"its certificate is signed by nobody whom {by} ({error.verify_message})"
