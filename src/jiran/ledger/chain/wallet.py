"""A key of one's own, in an encrypted file as wallets keep it (Web3 Secret Storage): it never leaves this machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jiran.errors import JiranError
from jiran.ledger.chain.node import Node

#: How much more gas than estimated a transaction may take.
_MARGIN = 1.2


class Wallet:
    """Signs here, and sends what is signed."""

    def __init__(self, file: Path, password: str) -> None:
        """Open the file.

        Raises:
            JiranError: The extra is missing, or the file or password is wrong.
        """
        library = self.available()
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
            self._account: Any = library.from_key(library.decrypt(content, password))
        except OSError as error:
            raise JiranError(f"{file}: the wallet cannot be read: {error.strerror}") from None
        except (ValueError, TypeError, KeyError, AttributeError):
            raise JiranError(f"{file}: is no wallet, or the password is another one") from None

    @staticmethod
    def available() -> Any:
        """Return the library that signs.

        Raises:
            JiranError: It is not installed.
        """
        try:
            from eth_account import Account  # noqa: PLC0415  an extra
        except ImportError:
            raise JiranError("to sign with a wallet jiran needs its extra chain: pip install eth-account") from None
        return Account

    @property
    def address(self) -> str:
        """The account."""
        return str(self._account.address)

    def send(self, node: Node, transaction: dict[str, str]) -> str:
        """Sign and send."""
        gas = int(node.number("eth_estimateGas", transaction) * _MARGIN)
        full = {
            "data": transaction["data"], "value": 0, "gas": gas, "gasPrice": node.number("eth_gasPrice"),
            "nonce": node.number("eth_getTransactionCount", self.address, "pending"), "chainId": node.number("eth_chainId"),
        }  # fmt: skip
        to = {"to": bytes.fromhex(transaction["to"][2:])} if "to" in transaction else {}
        signed = self._account.sign_transaction(full | to)
        return str(node.ask("eth_sendRawTransaction", f"0x{bytes(signed.raw_transaction).hex()}"))
