"""`jiran ledger verify` and `anchor`: hold receipts and ledgers against a key and against what is kept elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jiran.cli.ledger_common import DEFAULT, FOUND, JSON, LEDGER, ending, folder, trusted
from jiran.errors import JiranError

if TYPE_CHECKING:
    from collections.abc import Callable

    from jiran.ledger.anchors import Anchor
    from jiran.ledger.chain.node import Node, Sender
    from jiran.ledger.checking import Checked
    from jiran.ledger.heads import SignedDay
    from jiran.ledger.receipt import Receipt
    from jiran.ledger.standing import Standing
    from jiran.ledger.store import Ledger

_CHECKED = typer.Argument(metavar="FILE", help="A receipt, a ledger, or a ledger that was exported.")
_KEY = typer.Option("--key", metavar="PUB", help="The public key to trust, or its file; default: this machine's.")
_ANCHOR = typer.Option(
    "--anchor", metavar="HASH|FILE", help="A head that was kept elsewhere, or an old receipt: the ledger must hold it."
)
_NODE = typer.Option("--node", metavar="URL", help="A node of an Ethereum chain: http://127.0.0.1:8545")
_CONTRACT = typer.Option("--contract", metavar="0x...", help="The contract that keeps heads of the ledger.")
_NEW_CONTRACT = typer.Option("--contract", metavar="0x...", help="The contract; default: a new one is made.")
_FROM = typer.Option("--from", metavar="0x...", help="Account of the node that sends; default: its first one.")
_WALLET = typer.Option(
    "--wallet", metavar="FILE", help="Sign here with this wallet instead; asks for its password; needs jiran[chain]."
)
_AGAINST = typer.Option(
    "--ledger", metavar="FILE", help="With a receipt: the ledger that must hold it; exit 1 if a later run replaced it."
)
_SETTLE = typer.Option("--settle", help="Also book what each step comes to for each home: one transaction a step.")


def verify(
    file: Annotated[Path, _CHECKED],
    key: Annotated[str | None, _KEY] = None,
    anchor: Annotated[list[str] | None, _ANCHOR] = None,
    node: Annotated[str | None, _NODE] = None,
    contract: Annotated[str | None, _CONTRACT] = None,
    ledger: Annotated[Path | None, _AGAINST] = None,
    *,
    json: Annotated[bool, JSON] = False,
) -> None:
    """Check a receipt or a ledger with a public key from outside; exit 1 if it is not as it was signed.

    Example: `jiran ledger verify E1.json --key 3b6a...`
    """
    from jiran.ledger import anchors  # noqa: PLC0415
    from jiran.ledger.faults import Tampered  # noqa: PLC0415
    from jiran.saving.formats import json_text  # noqa: PLC0415  loads polars

    public, whose = trusted(key)
    given = [anchors.given(one) for one in anchor or ()]
    chain = _chain(node, contract)
    about: dict[str, Any] = {"file": str(file), "trusted": whose, "public_key": public}
    fault = None
    try:
        said, found = _verified(file, public, [*given, *chain()], ledger)
    except Tampered as tampered:
        said, found, fault = f"Not sound: {tampered} (found by: {tampered.by}).", {}, tampered.by
    is_good = fault is None and found.get("replaced_by_run") is None
    if json:
        typer.echo(json_text({"ok": is_good, "found_by": fault, "said": said} | found | about))
    else:
        typer.echo(said if fault else f"{said} Trusted: {whose}, {public}")
    raise typer.Exit(0 if is_good else FOUND)


def _verified(file: Path, public: str, given: list[Anchor], ledger: Path | None) -> tuple[str, dict[str, Any]]:
    """Check a file; return what is said of it, and of a receipt which run it is of."""
    from jiran.ledger.files import opened  # noqa: PLC0415
    from jiran.ledger.receipt import check_receipt  # noqa: PLC0415  loads cryptography
    from jiran.ledger.standing import alone_words, standing_words  # noqa: PLC0415

    with opened(file) as found:
        if not isinstance(found, dict):
            if ledger is not None:
                raise JiranError(f"{file}: is a ledger itself: --ledger is for a receipt")
            return _ledger_words(_checked(found, file, public, given), given), {}
        if given and ledger is None:
            raise JiranError(f"{file}: a receipt is one day: --anchor and --contract are for a whole ledger")
        check_receipt(found, public)
    about = {name: found["head"][name] for name in ("market", "day", "run")} | {"replaced_by_run": None}
    if ledger is None:
        return alone_words(found), about
    beside = _standing(found, ledger, public, given)
    if beside.run > about["run"]:
        about["replaced_by_run"] = beside.run
    return standing_words(found, beside, str(ledger)), about


def _standing(content: Receipt, ledger: Path, public: str, given: list[Anchor]) -> Standing:
    """Return how a receipt stands beside a ledger, which is checked too."""
    from jiran.ledger.faults import Tampered  # noqa: PLC0415
    from jiran.ledger.files import opened  # noqa: PLC0415
    from jiran.ledger.standing import standing  # noqa: PLC0415

    with opened(ledger) as found:
        if isinstance(found, dict):
            raise JiranError(f"{ledger}: is a receipt and no ledger")
        try:
            beside = standing(content, found if isinstance(found, list) else found.days(), public)
            _hold(beside.checked, ledger, given)
        except Tampered as fault:
            raise Tampered(fault.by, f"{ledger}: {fault}") from None
    return beside


def _checked(found: Ledger | list[SignedDay], file: Path, public: str, given: list[Anchor]) -> tuple[Checked, bool]:
    """Check a ledger; return what it holds, and whether a head of it was kept elsewhere."""
    from jiran.ledger.checking import check_ledger  # noqa: PLC0415

    checked = check_ledger(found if isinstance(found, list) else found.days(), public)
    return checked, _hold(checked, file, given)


def _hold(checked: Checked, file: Path, given: list[Anchor]) -> bool:
    """Hold a ledger against the heads that were kept elsewhere; tell whether there are any."""
    from jiran.ledger import anchors  # noqa: PLC0415
    from jiran.ledger.checking import check_anchors  # noqa: PLC0415

    known = [*given, *anchors.known(folder(), checked.birth, file)]
    check_anchors(checked, known)
    return bool(known)


def _ledger_words(found: tuple[Checked, bool], given: list[Anchor]) -> str:
    """Say of a sound ledger what was checked, what could not be, and which of the given heads a later run replaced."""
    from jiran.ledger.standing import replaced_by  # noqa: PLC0415
    from jiran.words import counted  # noqa: PLC0415

    checked, is_anchored = found
    said = f"Sound: a ledger of {counted(len(checked.heads), 'day')}, {counted(checked.records, 'record')}, last head {checked.hashes[-1]}."
    if not is_anchored:
        return f"{said} No head of it was kept on this machine: whether its end is missing only an --anchor can tell."
    said += " It holds the head that was kept elsewhere."
    for one in given:
        if (replaced := replaced_by(checked, one.sha256)) is not None:
            head, run = replaced
            said += f" Run {head['run']} of {head['day']} of {head['market']}, which {one.source} names, was replaced by run {run}."
    return said


def anchor(
    node: Annotated[str, _NODE],
    contract: Annotated[str | None, _NEW_CONTRACT] = None,
    file: Annotated[Path, LEDGER] = DEFAULT,
    account: Annotated[str | None, _FROM] = None,
    wallet: Annotated[Path | None, _WALLET] = None,
    *,
    settle: Annotated[bool, _SETTLE] = False,
    json: Annotated[bool, JSON] = False,
) -> None:
    """Keep the heads of a ledger in a contract, where even its operator cannot change them any more.

    Example: `jiran ledger anchor --node http://127.0.0.1:8545`
    """
    from jiran.ledger.chain import anchoring  # noqa: PLC0415
    from jiran.ledger.checking import check_ledger  # noqa: PLC0415  loads cryptography
    from jiran.ledger.store import reading  # noqa: PLC0415
    from jiran.saving.formats import json_text  # noqa: PLC0415  loads polars
    from jiran.words import counted  # noqa: PLC0415

    public, _ = trusted(None)
    at = None if contract is None else anchoring.address(contract)
    with ending(), reading(file) as opened:
        checked = check_ledger(opened.days(), public)
        asked, sender = _sender(node, account, wallet)
        new = at is None
        at = at or anchoring.deployed(asked, sender)
        if new and not json:
            typer.echo(f"A new contract was made: --contract {at}")
        sent = anchoring.anchor(checked.hashes, asked, at, sender)
        booked = anchoring.settle(opened.days(), asked, at, sender) if settle else anchoring.Sent(0, 0, 0)
    gas = sent.gas + booked.gas
    if json:
        typer.echo(json_text({"contract": at, "days": sent.days, "steps": booked.steps, "gas": gas}))
        return
    typer.echo(
        f"{at} keeps {counted(len(checked.hashes), 'head')}, {sent.days} new; {counted(booked.steps, 'step')} booked; {gas:,} gas."
    )


def _sender(node: str, account: str | None, wallet: Path | None) -> tuple[Node, Sender]:
    """Return the node, and who sends."""
    from jiran.ledger.chain.node import Account, Node  # noqa: PLC0415
    from jiran.ledger.chain.wallet import Wallet  # noqa: PLC0415

    asked = Node(node)
    if wallet is None:
        return asked, Account(asked, account)
    if account is not None:
        raise JiranError("--from is an account of the node, and --wallet signs here: give one of them")
    Wallet.available()
    return asked, Wallet(wallet, typer.prompt("Password of the wallet", hide_input=True, err=True))


def _chain(node: str | None, contract: str | None) -> Callable[[], list[Anchor]]:
    """Return what asks a contract for the last head that it keeps; for nothing if none is named."""
    if node is None and contract is None:
        return list
    if node is None or contract is None:
        raise JiranError("--node and --contract go together: the contract that keeps the heads, and a node to ask")
    from jiran.ledger.chain import anchoring  # noqa: PLC0415
    from jiran.ledger.chain.node import Node  # noqa: PLC0415

    asked, at = Node(node), anchoring.address(contract)
    return lambda: anchoring.stored(asked, at)
