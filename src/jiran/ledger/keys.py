"""Who signs: an Ed25519 key (RFC 8032), the private half in the user's own folder, the public half for everybody."""

from __future__ import annotations

import os
import re
import stat
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from jiran.errors import JiranError, shortened
from jiran.saving import create_file

_NAME = "ledger-key.pem"
_PUBLIC = re.compile(r"[0-9a-f]{64}")
#: Longer is no file with a public key.
_LONGEST = 10_000


def key_id(public: str) -> str:
    """Return the short name of a public key: the first 16 digits of its SHA-256."""
    return sha256(bytes.fromhex(public)).hexdigest()[:16]


def public_of(private: Ed25519PrivateKey) -> str:
    """Return the public key as 64 hexadecimal digits."""
    return private.public_key().public_bytes_raw().hex()


def signed(private: Ed25519PrivateKey, message: bytes) -> str:
    """Return the signature as 128 hexadecimal digits; the same message gives the same one."""
    return private.sign(message).hex()


def is_signed(public: str, message: bytes, signature: str) -> bool:
    """Tell whether a signature, of 128 hexadecimal digits in small letters, is this key's."""
    if not re.fullmatch(r"[0-9a-f]{128}", signature):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), message)
    except InvalidSignature:
        return False
    return True


def operator_key(folder: Path) -> Ed25519PrivateKey | None:
    """Return the key of this user on this machine, or None if there is none yet.

    Raises:
        JiranError: It cannot be read, is no key, or others can read it.
    """
    file = folder / _NAME
    try:
        mode = file.stat().st_mode
        content = file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise JiranError(f"{file}: the key cannot be read: {error.strerror}") from None
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise JiranError(f"{file}: others can read this private key; allow it to yourself only: chmod 600 '{file}'")
    try:
        private = form.load_pem_private_key(content, None)
    except (ValueError, TypeError):
        private = None
    if not isinstance(private, Ed25519PrivateKey):
        raise JiranError(f"{file}: is no private key for Ed25519 in the form PEM")
    return private


def new_operator_key(folder: Path) -> Ed25519PrivateKey:
    """Make the key of this user on this machine; of two that do so at once both get the first one's.

    Raises:
        JiranError: It cannot be written.
    """
    private = Ed25519PrivateKey.generate()
    content = private.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        create_file(folder / _NAME, content, mode=0o600)
    except OSError as error:
        raise JiranError(f"{folder}: cannot be written: {error.strerror}") from None
    except JiranError:
        found = operator_key(folder)
        if found is None:
            raise
        return found
    return private


def pasted_key(text: str) -> str:
    """Return a public key that somebody pastes: never the name of a file, which a page must not read.

    Raises:
        JiranError: It is none.
    """
    if not _PUBLIC.fullmatch(text.strip().lower()):
        raise JiranError(f"{shortened(text)!r}: a public key is 64 hexadecimal digits")
    return text.strip().lower()


def public_key(text: str) -> str:
    """Return a public key that a user gives: as 64 hexadecimal digits, or as a file that holds them or a key in PEM.

    Raises:
        JiranError: It is none.
    """
    allowed = "a public key is 64 hexadecimal digits, or a file that holds them or a key in the form PEM"
    if _PUBLIC.fullmatch(text.strip().lower()):
        return text.strip().lower()
    try:
        with Path(text).open("rb") as file:
            content = file.read(_LONGEST)
    except (OSError, ValueError):
        raise JiranError(f"--key {shortened(text)!r}: {allowed}") from None
    inside = content.decode("ascii", "replace").strip().lower()
    if _PUBLIC.fullmatch(inside):
        return inside
    try:
        public = form.load_pem_public_key(content)
    except ValueError:
        public = None
    if not isinstance(public, Ed25519PublicKey):
        raise JiranError(f"--key {shortened(text)!r}: {allowed}")
    return public.public_bytes_raw().hex()
