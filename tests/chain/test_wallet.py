"""A key of one's own signs here, and the node only gets what is signed."""

from __future__ import annotations

import json

import pytest
from eth_account import Account as Key

from jiran.errors import JiranError
from jiran.ledger.chain import calls
from jiran.ledger.chain.anchoring import deployed
from jiran.ledger.chain.node import Account
from jiran.ledger.chain.wallet import Wallet


@pytest.fixture
def file(tmp_path):
    key = Key.create()
    path = tmp_path / "wallet.json"
    path.write_text(json.dumps(Key.encrypt(key.key, "secret", iterations=2)), encoding="utf-8")
    return path


def test_a_wallet_makes_a_contract_and_anchors(node, file):
    wallet = Wallet(file, "secret")
    rich = Account(node)
    node.ask("eth_sendTransaction", {"from": rich.address, "to": wallet.address, "value": hex(10**18)})
    street = deployed(node, wallet)
    node.sent(wallet, calls.anchor(0, "ab" * 32, "0"), street)
    assert node.read(street, calls.call("heads(uint256)", 0)) == int("ab" * 32, 16)
    with pytest.raises(JiranError, match="stranger"):
        node.sent(rich, calls.anchor(1, "cd" * 32, "ab" * 32), street)


def test_a_wrong_password_or_file_is_said(file, tmp_path):
    with pytest.raises(JiranError, match="is no wallet, or the password is another one"):
        Wallet(file, "other")
    for content in ("", "{}", "[]", '{"crypto": 7, "version": 3}'):
        file.write_text(content, encoding="utf-8")
        with pytest.raises(JiranError, match="is no wallet"):
            Wallet(file, "secret")
    with pytest.raises(JiranError, match="cannot be read"):
        Wallet(tmp_path / "gone.json", "secret")
