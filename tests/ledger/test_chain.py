"""What goes to a chain without its tools: the bytes of calls, sums by step, and one sentence for what a node answers.

`make chain` (tests/chain) tries the contract itself.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiran.errors import JiranError
from jiran.ledger.canonical import decoded
from jiran.ledger.chain import anchoring, calls
from jiran.ledger.chain.node import Account, Node
from jiran.ledger.chain.settling import Settlements
from jiran.ledger.chain.wallet import Wallet
from jiran.ledger.faults import Tampered
from jiran.ledger.keys import new_operator_key
from jiran.ledger.make import make
from random_days import BY_HAND
from tampering import random_case
from terminal import call, refused

STREET = f"0x{'5a' * 20}"


class Answering(BaseHTTPRequestHandler):
    """A node that answers what a test says, by method."""

    answers: dict[str, object] = {}  # noqa: RUF012  each test sets its own
    asked: list[tuple[str, list[object]]] = []  # noqa: RUF012  as above

    def do_POST(self):
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append((question["method"], question["params"]))
        answer = self.answers[question["method"]]
        if callable(answer):
            answer = answer(question["params"])
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def served():
    """A node that is asked over the network, and its address."""
    server = HTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    Answering.answers, Answering.asked = {}, []
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_call_is_written_as_the_abi_says():
    """By hand: four bytes, then a word each; a list stands behind, after its place and length."""
    head, previous = "0a" * 32, "0b" * 32
    assert calls.anchor(3, head, previous).hex() == calls.contract()["methods"]["anchor(uint256,bytes32,bytes32)"][
        2:
    ] + (f"{3:064x}{head}{previous}")
    assert calls.settle(7, [1, -1]).hex()[8:] == f"{7:064x}{64:064x}{2:064x}{1:064x}{'f' * 64}"
    assert all(len(four) == 10 for four in calls.contract()["methods"].values())
    assert {one["name"] for one in calls.contract()["abi"] if one["type"] == "function"} == {
        name.partition("(")[0] for name in calls.contract()["methods"]
    }


@given(st.integers(0, 10**6))
def test_each_settlement_comes_to_zero_and_all_of_them_to_the_totals(seed):
    case = random_case(Random(seed))  # noqa: S311  draws cases and not secrets
    known, sums = Settlements(), Counter()
    for day in case.days:
        for net in known.of_day(decoded(day.head), [decoded(record) for record in day.records]):
            assert sum(net) == 0
            sums.update(dict(enumerate(net)))
    owed = Counter()
    for day in {(day.market, day.day): made for day, made in zip(case.plan, case.days, strict=True)}.values():
        for record in map(decoded, day.records):
            if record["kind"] == "total":
                owed[known.accounts[record["market"], record["home"]]] += (
                    record["earns_millionths"] - record["owes_millionths"]
                )
    assert {n: sums[n] for n in known.accounts.values()} == {n: owed[n] for n in known.accounts.values()}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"", "does not answer as a node"),
        (b"<html>", "does not answer as a node"),
        (b"[]", "does not answer as a node"),
        (b'{"a":1}', "does not answer as a node"),
        (
            {"error": {"code": 3, "message": "execution reverted: \n stranger"}},
            "the node refuses: execution reverted: stranger",
        ),
        ({"error": "no"}, "the node refuses: no"),
        ({"result": "0x"}, "no number: is the contract at this address"),
        ({"result": None}, "no number"),
    ],
)
def test_what_a_node_answers_is_one_sentence(served, answer, said):
    Answering.answers = {"eth_call": answer}
    with pytest.raises(JiranError, match=said) as found:
        Node(served).read(STREET, calls.call("days()"))
    assert "\n" not in str(found.value)


def test_a_node_that_is_not_there_and_addresses_that_are_none_are_said():
    with pytest.raises(JiranError, match="the node does not answer: Connection refused"):
        Node("http://127.0.0.1:9").ask("eth_chainId")
    for url in ("file:///etc/passwd", "127.0.0.1:8545", "", "http://", "http://[::1", "http://a b/", "http://x\n"):
        with pytest.raises(JiranError, match="begins with http"):
            Node(url)
    with pytest.raises(JiranError, match="no name and password") as found:
        Node("http://me:secret@127.0.0.1:8545/")
    assert "secret" not in str(found.value)
    with pytest.raises(JiranError, match="40 hexadecimal digits"):
        anchoring.address("0x12")


def test_what_the_contract_would_refuse_is_never_sent(served):
    Answering.answers = {
        "eth_accounts": {"result": [STREET]},
        "eth_call": lambda parameters: (
            {"result": "0x0"} if "from" not in parameters[0] else {"error": {"message": "stranger"}}
        ),
    }
    node = Node(served)
    with pytest.raises(JiranError, match="stranger"):
        anchoring.anchor(["ab" * 32], node, STREET, Account(node))
    assert "eth_sendTransaction" not in dict(Answering.asked)


def test_a_contract_that_keeps_other_heads_is_found(served):
    def read(parameters):
        is_count = parameters[0]["data"] == f"0x{calls.call('days()').hex()}"
        return {"result": "0x1" if is_count else f"0x{'ab' * 32}"}

    Answering.answers = {"eth_call": read, "eth_accounts": {"result": [STREET]}}
    node = Node(served)
    assert [(one.days, one.sha256) for one in anchoring.stored(node, STREET)] == [(1, "ab" * 32)]
    assert anchoring.anchor(["ab" * 32], node, STREET, Account(node)) == (0, 0, 0)
    for hashes in (["cd" * 32, "ab" * 32], []):
        with pytest.raises(Tampered, match="does not hold the last of the 1 heads"):
            anchoring.anchor(hashes, node, STREET, Account(node))


def test_without_the_extra_a_wallet_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(__import__("sys").modules, "eth_account", None)
    with pytest.raises(JiranError, match="its extra chain: pip install eth-account"):
        Wallet(tmp_path / "wallet.json", "")


def test_the_command_says_what_it_needs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("typer.get_app_dir", lambda name: str(tmp_path / "config" / name))
    refused(
        call("ledger", "verify", "x", "--key", "1" * 64, "--node", "http://127.0.0.1:9"),
        "--node and --contract go together",
    )
    refused(call("ledger", "anchor", "--node", "http://127.0.0.1:9"), "this machine has no key")


class Contract:
    """What a node answers that has the contract on its chain: a second one, in Python, of what street.vy promises."""

    def __init__(self):
        self.heads, self.steps, self.sent = [], [], []

    def answers(self):
        return {
            "eth_accounts": lambda _: {"result": [STREET]},
            "eth_call": lambda parameters: {
                "result": hex(self.read(parameters[0])) if "from" not in parameters[0] else "0x"
            },
            "eth_sendTransaction": lambda parameters: {"result": self.take(parameters[0])},
            "eth_getTransactionReceipt": lambda _: {
                "result": {"status": "0x1", "contractAddress": STREET, "gasUsed": "0x64"}
            },
        }

    def read(self, transaction):
        four, rest = transaction["data"][2:10], transaction["data"][10:]
        name = next(name for name, one in calls.contract()["methods"].items() if one == f"0x{four}")
        if name == "heads(uint256)":
            return int(self.heads[int(rest, 16)], 16)
        return len({"days()": self.heads, "steps()": self.steps}[name])

    def take(self, transaction):
        self.sent.append(transaction)
        data = transaction["data"][10:]
        words = [data[at : at + 64] for at in range(0, len(data), 64)]
        if "to" in transaction and transaction["data"].startswith(
            calls.contract()["methods"]["settle(uint256,int256[])"]
        ):
            assert int(words[0], 16) == len(self.steps)
            self.steps.append([int(word, 16) for word in words[3:]])
        elif "to" in transaction:
            assert int(words[0], 16) == len(self.heads)
            assert words[2] == (self.heads[-1] if self.heads else "0" * 64)
            self.heads.append(words[1])
        return f"0x{len(self.sent):064x}"


def test_from_a_ledger_to_a_chain_and_back(served, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("typer.get_app_dir", lambda name: str(tmp_path / "config" / name))
    private = new_operator_key(tmp_path / "config" / "jiran")
    file = tmp_path / "jiran-ledger.sqlite"
    made = make([BY_HAND], file, private, tmp_path / "config" / "jiran")
    contract = Contract()
    Answering.answers = contract.answers()
    done = call("ledger", "anchor", "--node", served, "--settle")
    assert done.exit_code == 0, done.output
    assert done.stdout == (
        f"A new contract was made: --contract {STREET}\n{STREET} keeps 1 head, 1 new; 2 steps booked; 300 gas.\n"
    )
    assert contract.heads == [made[0].sha256]
    of = ("--node", served, "--contract", STREET)
    made += make([replace(BY_HAND, day="2026-03-22", trades=())], file, private, tmp_path / "config" / "jiran")
    done = call("ledger", "anchor", *of, "--json")
    assert json.loads(done.stdout) == {"contract": STREET, "days": 1, "steps": 0, "gas": 100}
    assert contract.heads == [one.sha256 for one in made]
    assert "It holds the head that was kept elsewhere" in call("ledger", "verify", file, *of).stdout
    contract.heads[-1] = "ab" * 32
    done = call("ledger", "verify", file, *of)
    assert (done.exit_code, "found by: anchor" in done.stdout, STREET in done.stdout) == (1, True, True)
    done = call("ledger", "anchor", *of)
    assert (done.exit_code, "found by: anchor" in done.stdout) == (1, True)
    refused(
        call("ledger", "anchor", "--node", served, "--from", f"0x{'00' * 20}"), "does not hold the key of the account"
    )
    refused(call("ledger", "anchor", "--node", served, "--contract", "x"), "--contract 'x'")
