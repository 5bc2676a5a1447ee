"""Certificates and passwords for a broker in tests: an authority made on the spot, what it signs, and mosquitto's hashes."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

A_DAY = dt.timedelta(days=1)

#: What a key may do that signs certificates; strict readers ask for it.
_SIGNS = x509.KeyUsage(
    digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
    key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
)  # fmt: skip


class Authority:
    """Signs certificates; nobody knows it who is not told."""

    def __init__(self, name):
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._own = self._signed(
            self._name,
            self._key.public_key(),
            A_DAY,
            (x509.BasicConstraints(ca=True, path_length=None), True),
            (_SIGNS, True),
            (x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), False),
        )

    def _signed(self, name, public, until, *extensions):
        now = dt.datetime.now(dt.UTC)
        made = x509.CertificateBuilder(
            issuer_name=self._name, subject_name=name, public_key=public, serial_number=x509.random_serial_number(),
            not_valid_before=now - 2 * A_DAY, not_valid_after=now + until,
        )  # fmt: skip
        for extension, critical in extensions:
            made = made.add_extension(extension, critical)
        return made.sign(self._key, hashes.SHA256())

    def write(self, file):
        file.write_bytes(self._own.public_bytes(serialization.Encoding.PEM))
        return file

    def issue(self, folder, host, until=A_DAY):
        """Write `server.pem` and `server.key` for a host."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = self._signed(
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "broker")]), key.public_key(), until,
            (x509.SubjectAlternativeName([x509.DNSName(host)]), False),
            (x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), False),
        )  # fmt: skip
        (folder / "server.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
        (folder / "server.key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return f"certfile {folder}/server.pem\nkeyfile {folder}/server.key\n"


def password_line(user, password):
    """Return a line of mosquitto's `password_file`."""
    salt, rounds = hashlib.sha256(user.encode()).digest()[:12], 101
    made = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, rounds, 64)
    return f"{user}:$7${rounds}${base64.b64encode(salt).decode()}${base64.b64encode(made).decode()}\n"
