"""Where a broker is, and how it is reached without a secret on the way."""

from __future__ import annotations

import logging
import re
import ssl
from dataclasses import dataclass, field
from pathlib import Path

import aiomqtt

from jiran.errors import JiranError, one_line, shortened

PORT, TLS_PORT = 1883, 8883
_LOCAL = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Broker:
    """Where a broker is, and how to reach it.

    Attributes:
        host: Name or address.
        port: Of MQTT.
        tls: Encrypt, and check who the broker is.
        ca: Certificates to trust instead of the system's.
        user: Name at the broker.
        password: Never shown, never kept.
    """

    host: str
    port: int
    tls: bool = False
    ca: Path | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    def client(self, identifier: str, *, keep: bool) -> aiomqtt.Client:
        """Return a connection that is not open yet; `keep` lets the broker keep messages while it is closed."""
        context = None
        if self.tls:
            try:
                context = ssl.create_default_context(cafile=None if self.ca is None else str(self.ca))
            except ssl.SSLError:
                raise JiranError(
                    f"--ca {self.ca}: holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----"
                ) from None
            except OSError as error:
                raise JiranError(f"--ca {self.ca}: cannot be read: {error.strerror or one_line(error)}") from None
        return aiomqtt.Client(
            self.host, self.port, username=self.user, password=self.password, identifier=identifier,
            clean_session=not keep, tls_context=context, max_inflight_messages=20, logger=_quiet(), timeout=20,
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def _quiet() -> logging.Logger:
    """Return a logger that says nothing: what matters is raised, and said in one sentence."""
    found = logging.getLogger("jiran.live.mqtt")
    found.setLevel(logging.CRITICAL + 1)
    return found


def broker_at(
    text: str, *, tls: bool = False, ca: Path | None = None, user: str | None = None, password: str | None = None
) -> Broker:
    """Return the broker that a user names as `HOST` or `HOST:PORT`.

    Raises:
        JiranError: It is no such name, or a password would go over the network in the clear.
    """
    found = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+)(?::(\d{1,5}))?", text)
    port = int(found[2]) if found and found[2] else TLS_PORT if tls else PORT
    if found is None or not 1 <= port <= 65_535:
        raise JiranError(
            f"--broker {shortened(text)!r}: must be HOST or HOST:PORT, with a port from 1 to 65535; user and password have options of their own"
        )
    host = found[1].strip("[]")
    if ca is not None and not tls:
        raise JiranError(f"--ca {ca}: needs --tls as well")
    if password is not None and user is None:
        raise JiranError("a password needs the name of a user: --user NAME")
    if password is not None and not tls and host not in _LOCAL:
        raise JiranError(f"--broker {text}: the password would go over the network in the clear; use --tls")
    return Broker(host, port, tls, ca, user, password)
