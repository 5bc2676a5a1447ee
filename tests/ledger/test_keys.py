"""Keys: RFC 8032's own signatures, and a private key that nobody else can read."""

from __future__ import annotations

import os

import pytest
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from jiran.errors import JiranError
from jiran.ledger import keys
from plain_receipts import is_signed as plainly
from random_days import OPERATOR, TRUSTED

# RFC 8032, section 7.1, tests 1 to 3: secret, public, message, signature.
VECTORS = (
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
)


@pytest.mark.parametrize(("secret", "public", "message", "signature"), VECTORS)
def test_signatures_are_those_of_the_rfc(secret, public, message, signature):
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret))
    said = bytes.fromhex(message)
    assert keys.public_of(private) == public
    assert keys.signed(private, said) == signature
    assert keys.is_signed(public, said, signature)
    assert plainly(bytes.fromhex(public), said, bytes.fromhex(signature))
    assert not keys.is_signed(public, said + b"x", signature)
    assert not plainly(bytes.fromhex(public), said + b"x", bytes.fromhex(signature))


@pytest.mark.parametrize(
    "change", [str.upper, lambda s: s[:-2], lambda s: s + "00", lambda s: f" {s}", lambda _: "é" * 128]
)
def test_a_signature_has_one_form(change):
    assert not keys.is_signed(TRUSTED, b"x", change(keys.signed(OPERATOR, b"x")))


def test_a_key_is_made_once_and_read_by_its_owner_alone(tmp_path):
    folder = tmp_path / "deep" / "jiran"
    assert keys.operator_key(folder) is None
    made = keys.new_operator_key(folder)
    found = keys.operator_key(folder)
    assert keys.public_of(found) == keys.public_of(made)
    assert keys.public_of(keys.new_operator_key(folder)) == keys.public_of(made)  # another process was first
    (file,) = folder.iterdir()
    if os.name == "posix":
        assert (file.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
        file.chmod(0o640)
        with pytest.raises(JiranError, match="others can read this private key"):
            keys.operator_key(folder)


@pytest.mark.parametrize(
    "content", [b"", b"garbage", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_what_is_no_private_key_is_said(tmp_path, content):
    keys.new_operator_key(tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(content)
    with pytest.raises(JiranError, match="is no private key"):
        keys.operator_key(tmp_path)


def test_a_public_key_is_taken_as_digits_or_as_a_file(tmp_path):
    pem = OPERATOR.public_key().public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "key.pem").write_bytes(pem)
    (tmp_path / "key.txt").write_text(f"{TRUSTED}\n", encoding="utf-8")
    for given in (TRUSTED, TRUSTED.upper(), f" {TRUSTED} ", str(tmp_path / "key.pem"), str(tmp_path / "key.txt")):
        assert keys.public_key(given) == TRUSTED


@pytest.mark.parametrize("given", ["", "x", TRUSTED[:-1], f"{TRUSTED}0", "a\0b", "/dev/null", "."])
def test_what_is_no_public_key_is_said_in_one_sentence(given):
    with pytest.raises(JiranError, match="a public key is 64 hexadecimal digits"):
        keys.public_key(given)


def test_the_short_name_of_a_key_is_the_start_of_its_hash():
    # printf d75a98... | xxd -r -p | sha256sum, of the first key of RFC 8032
    assert keys.key_id(VECTORS[0][1]) == "21fe31dfa154a261"
