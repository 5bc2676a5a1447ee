"""Chains to try the contract on: one in this process, and a real node. Only `make chain` installs what they need."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

#: Without the tools of `make chain` nothing here is collected: `make check` does without them.
collect_ignore_glob = [] if importlib.util.find_spec("eth_tester") else ["*.py"]


def anvil():
    """Return the program of the node: on the path, or as npm brought it for `make chain`."""
    named = os.environ.get("JIRAN_ANVIL") or shutil.which("anvil")
    return named if named and Path(named).exists() else None


@pytest.fixture(scope="session")
def in_process():
    """A chain in this process: py-evm through eth-tester."""
    from evm import InProcess  # noqa: PLC0415  needs the tools

    return InProcess()


@pytest.fixture(scope="session")
def real_node():
    """A node of its own, asked over the network as a user's would be."""
    from jiran.errors import JiranError  # noqa: PLC0415
    from jiran.ledger.chain.node import Node  # noqa: PLC0415

    program = anvil()
    if program is None:
        reason = "no anvil: `make chain` gets it from npm; without npm put it on the path"
        pytest.fail(reason, pytrace=False) if os.environ.get("CI") else pytest.skip(reason)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([program, "--port", str(port), "--silent"])  # noqa: S603  our own
    node, until = Node(f"http://127.0.0.1:{port}"), time.monotonic() + 60
    while True:
        try:
            node.ask("eth_chainId")
            break
        except JiranError:
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)
    yield node
    process.terminate()
    process.wait()


@pytest.fixture(params=["in_process", "real_node"])
def node(request):
    """Each of them in turn."""
    return request.getfixturevalue(request.param)
