"""A node of an Ethereum chain, asked over JSON-RPC: nothing but Python's own library is needed for that."""

from __future__ import annotations

import http.client
import json
import re
import time
from typing import Any, Protocol
from urllib.error import URLError
from urllib.request import Request, urlopen

from jiran.errors import JiranError, shortened

_URL = re.compile(r"https?://[^\s/\[\]]+(:\d+)?(/\S*)?|https?://\[[0-9a-fA-F:]+\](:\d+)?(/\S*)?")
_WAIT_S = 30.0
#: How long to wait until a transaction is in a block, and how often to ask, s.
_MINED_S, _ASK_S = 180.0, 0.25
#: Longer is no answer to what is asked here.
_LONGEST = 5_000_000


class Sender(Protocol):
    """Who sends transactions, and pays for them."""

    @property
    def address(self) -> str:
        """The account."""

    def send(self, node: Node, transaction: dict[str, str]) -> str:
        """Send a transaction, and return its hash."""


class Node:
    """A node at an address such as ``http://127.0.0.1:8545``."""

    def __init__(self, url: str) -> None:
        """Keep the address.

        Raises:
            JiranError: It is none of http or https, or holds a name and a password, which would stand in shells and logs.
        """
        if "@" in url.partition("://")[2].partition("/")[0]:
            raise JiranError("--node: the address of a node has no name and password in it")
        if not _URL.fullmatch(url):
            raise JiranError(
                f"--node {shortened(url)!r}: the address of a node begins with http:// or https:// and names a host"
            )
        self._url = url

    def ask(self, method: str, *parameters: object) -> Any:
        """Return the answer to a question.

        Raises:
            JiranError: The node cannot be reached, or refuses.
        """
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}).encode()
        try:
            request = Request(self._url, body, {"Content-Type": "application/json"})  # noqa: S310  http or https
            with urlopen(request, timeout=_WAIT_S) as answer:  # noqa: S310  as above
                found = json.loads(answer.read(_LONGEST))
        except URLError as error:
            why = getattr(error.reason, "strerror", None) or error.reason
            raise JiranError(f"the node does not answer: {shortened(str(why), 200)}") from None
        except (OSError, ValueError, http.client.HTTPException):
            raise JiranError("the node does not answer as a node of an Ethereum chain") from None
        if not isinstance(found, dict) or ("error" not in found and "result" not in found):
            raise JiranError("the node does not answer as a node of an Ethereum chain")
        if "error" in found:
            why = found["error"]
            said = str(why.get("message", why) if isinstance(why, dict) else why)
            raise JiranError(f"the node refuses: {shortened(' '.join(said.split()), 200)}")
        return found["result"]

    def number(self, method: str, *parameters: object) -> int:
        """Return an answer that is a whole number.

        Raises:
            JiranError: It is none.
        """
        found = self.ask(method, *parameters)
        try:
            return int(found, 16)
        except (TypeError, ValueError):
            raise JiranError(f"the node answers {method} with no number: is the contract at this address?") from None

    def read(self, contract: str, data: bytes) -> int:
        """Return the word that a function of a contract answers."""
        return self.number("eth_call", {"to": contract, "data": f"0x{data.hex()}"}, "latest")

    def sent(self, sender: Sender, data: bytes, contract: str | None = None) -> dict[str, Any]:
        """Send a transaction, wait until it is in a block, and return its receipt.

        Args:
            sender: Sends and pays.
            data: A call, or what makes a contract.
            contract: Whom to call; None makes a contract.

        Raises:
            JiranError: It was refused, or is not in a block in time.
        """
        transaction = {"from": sender.address, "data": f"0x{data.hex()}"} | ({"to": contract} if contract else {})
        self.ask("eth_call", transaction, "latest")  # what would be refused is said, and costs nothing
        name = sender.send(self, transaction)
        until = time.monotonic() + _MINED_S
        while time.monotonic() < until:
            receipt = self.ask("eth_getTransactionReceipt", name)
            if isinstance(receipt, dict):
                if receipt.get("status") != "0x1":
                    raise JiranError(f"the transaction {name} was refused by the contract")
                return receipt
            time.sleep(_ASK_S)
        raise JiranError(
            f"the transaction {name} is in no block after {_MINED_S:.0f} s; look for it before you try again"
        )


class Account:
    """An account whose key the node itself holds, as nodes for trying do."""

    def __init__(self, node: Node, address: str | None = None) -> None:
        """Take an account of the node, by default its first one.

        Raises:
            JiranError: The node holds no such account.
        """
        held = node.ask("eth_accounts")
        accounts = held if isinstance(held, list) else []
        fitting = [one for one in accounts if address is None or str(one).lower() == address.lower()]
        if not fitting:
            what = f"the account {shortened(address)}" if address else "any account"
            raise JiranError(f"the node does not hold the key of {what}; sign with --wallet FILE")
        self.address = str(fitting[0])

    def send(self, node: Node, transaction: dict[str, str]) -> str:
        """Let the node sign and send."""
        return str(node.ask("eth_sendTransaction", transaction))
