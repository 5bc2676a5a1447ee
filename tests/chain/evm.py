"""A node in this process: the same questions as over JSON-RPC, answered by py-evm."""

from __future__ import annotations

from eth_tester.exceptions import TransactionFailed
from web3 import EthereumTesterProvider, Web3
from web3.exceptions import Web3Exception, Web3RPCError

from jiran.errors import JiranError
from jiran.ledger.chain.node import Node


def plain(value):
    """Return an answer of web3 as JSON-RPC would write it."""
    if isinstance(value, (bytes, bytearray)):
        return f"0x{bytes(value).hex()}"
    if isinstance(value, int):
        return hex(value)
    if hasattr(value, "items"):
        return {name: plain(one) for name, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, (list, tuple)) else value


class InProcess(Node):
    """Asks a chain that lives as long as this object."""

    def __init__(self):
        self._web3 = Web3(EthereumTesterProvider())

    def ask(self, method, *parameters):
        try:
            return plain(self._web3.manager.request_blocking(method, list(parameters)))
        except (TransactionFailed, Web3RPCError, Web3Exception) as error:
            if "not found" in str(error):
                return None
            raise JiranError(f"the node refuses: {error}") from None
