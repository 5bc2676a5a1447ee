"""Which run of its day a receipt is of, and whether a ledger holds a later run that replaced it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from jiran.ledger.canonical import encoded
from jiran.ledger.checking import Checked, check_ledger
from jiran.ledger.content import head_of
from jiran.ledger.faults import Tampered
from jiran.ledger.heads import SignedDay, digest
from jiran.ledger.receipt import Receipt, receipt
from jiran.words import counted, money

#: What runs of a day are in a live street, whose final run is in the ledger only if it changed something.
LIVE_RUNS = {0: "provisional, or final without a change", 1: "final"}


class Standing(NamedTuple):
    """A receipt beside a sound ledger that holds its head.

    Attributes:
        checked: What the ledger holds.
        run: The last run of the receipt's day there.
        later: The receipt of the home in that run, if it is a later one and knows the home.
    """

    checked: Checked
    run: int
    later: Receipt | None


def standing(content: Receipt, days: Iterable[SignedDay], trusted: str) -> Standing:
    """Hold a sound receipt against a ledger, all of which is checked too.

    Args:
        content: The receipt.
        days: All days of the ledger in order, with their records.
        trusted: Public key.

    Raises:
        Tampered: The ledger is not sound, or does not hold the head of the receipt.
    """
    head = content["head"]
    last: list[SignedDay] = []

    def seen() -> Iterator[SignedDay]:
        for day in days:
            one = head_of(day.head)
            if (one["market"], one["day"]) == (head["market"], head["day"]):
                last[:] = [day]
            yield day

    checked = check_ledger(seen(), trusted)
    if digest(encoded(head)) not in checked.hashes:
        raise Tampered(
            "anchor", "it does not hold the day of this receipt: it is another ledger, or was cut or written anew"
        )
    run = int(head_of(last[0].head)["run"])
    return Standing(checked, run, receipt(content["home"], last[0]) if run > head["run"] else None)


def replaced_by(checked: Checked, sha256: str) -> tuple[dict[str, Any], int] | None:
    """Return a head of a sound ledger, and the last run of its day if that is a later one; else None."""
    if sha256 not in checked.hashes:
        return None
    head = checked.heads[checked.hashes.index(sha256)]
    run = max(one["run"] for one in checked.heads if (one["market"], one["day"]) == (head["market"], head["day"]))
    return (head, run) if run > head["run"] else None


def called(content: Receipt) -> str:
    """Return which receipt it is: home, day, market and run."""
    head = content["head"]
    live = LIVE_RUNS.get(head["run"])
    run = f"run {head['run']}{f' (in a live street: {live})' if live else ''}"
    return f"the receipt of {content['home']} for {head['day']} of {head['market']}, {run}"


def alone_words(content: Receipt) -> str:
    """Say what a sound receipt shows by itself, and what it cannot."""
    trades = counted(len(content["records"]) - 1, "trade")
    return (
        f"Sound: {called(content)}, {trades} and their total. Whether a later run of the day replaced it only the ledger shows: "
        "--ledger FILE."
    )


def standing_words(content: Receipt, found: Standing, ledger: str) -> str:
    """Say what a sound receipt counts for beside a sound ledger that holds it.

    Args:
        content: The receipt.
        found: How it stands.
        ledger: What the ledger is called.
    """
    trades, head = counted(len(content["records"]) - 1, "trade"), content["head"]
    if found.run == head["run"]:
        return f"Sound: {called(content)}, {trades} and their total, the last run of that day in {ledger}."
    begin = f"Replaced: {called(content)}, is as it was signed, but {ledger} holds run {found.run} of that day"
    if found.later is None:
        return f"{begin}, which does not know {content['home']}."
    old, new = (one["records"][-1]["record"] for one in (content, found.later))
    if _trades(content) == _trades(found.later):
        return f"{begin}, in which the trades of {content['home']} are the same."
    sums = (
        f"{verb} {_amount(new[field], head)} ({_amount(old[field], head)} by this receipt)"
        for verb, field in (("owes", "owes_millionths"), ("earns", "earns_millionths"))
    )
    return f"{begin}, in which {content['home']} {' and '.join(sums)}."


def _amount(millionths: int, head: dict[str, Any]) -> str:
    return money(millionths / 1e6, head["currency"], 6)


def _trades(content: Receipt) -> list[dict[str, Any]]:
    """Return the trades of a receipt without what only their place in a day says."""
    apart = ("n", "run", "replaces")
    return [
        {name: value for name, value in one["record"].items() if name not in apart} for one in content["records"][:-1]
    ]
