"""What the words of the field mean: declared here once, for the hover on a sentence, for Method and for the documentation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Word -> what it means, for a reader without background.
GLOSSARY = {
    "P2P": "Peer to peer: between neighbours, not with the grid.",
    "prosumer": "A home that also generates.",
    "net metered": (
        "A home of which only import and export are known, as a community's meter sees them at the home's connection; "
        "what it uses and generates behind that meter is not."
    ),
    "kWp": "Kilowatt peak: what a solar roof gives in full sun, the usual measure of its size.",
    "surplus": "What a home has too much of in a step, after its own use; a deficit is what it lacks.",
    "step": "The time in which the market is held once: all homes with a surplus or a deficit meet in it.",
    "seed": "The number that decides all chance in a run. The same seed draws the same day, another seed another one.",
    "clearing": "Turning the surpluses and deficits of a step into trades.",
    "market rule": "Says who trades with whom in a step, and at what price; also called a mechanism.",
    "settlement": "Working out who pays whom.",
    "limit price": "The most that a buyer pays for a kWh, or the least that a seller takes for one.",
    "price taker": "A home that bids the grid's own prices: it takes any price that is no worse than the grid's.",
    "truthful": "A home that bids exactly what a kWh is worth to it, no less and no more.",
    "alpha": "α, the price between neighbours as a share of the price of the grid, above 0 and below 1.",
    "network charge": "What a buyer pays the network for a kWh from a neighbour.",
    "self-consumption": "The share of what is generated here that is also used here.",
    "self-sufficiency": "The share of what is used here that comes from here, and not from the grid.",
    "state of charge": "How full a battery is, also SOC: of all that it can hold.",
    "fund": "The account of the community battery.",
    "payback": "The years after which what was paid has come back, and stays so.",
    "discount rate": "By how much less money is worth to you a year later, on top of inflation.",
    "worth today": "The sum of what is got less what is paid in all years, each for what it is worth today; also NPV.",
    "Jain": "Jain's index, of how evenly savings are shared: 1 if all homes save the same, 1/n if one of n saves all.",
    "Gini": "Gini's coefficient, of how unevenly bills or savings are shared: 0 if all homes have the same.",
}  # fmt: skip

_FORMS = {"alpha": r"alpha|α", "clearing": r"clear(?:ing|ed|s)", "state of charge": "state of charge|SOC"}
_WORDS = {
    word: re.compile(rf"(?<![\w-])(?:{_FORMS.get(word, re.escape(word))})s?(?![\w-])", re.IGNORECASE)
    for word in GLOSSARY
}


def words_in(text: str) -> Iterator[str]:
    """Yield the words of the glossary that a text uses, each once.

    Example:
        >>> list(words_in("Price takers clear at α, in every step."))
        ['step', 'price taker', 'alpha']
    """
    return (word for word, found in _WORDS.items() if found.search(text))


def explained(text: str, least: int = 1) -> str | None:
    r"""Return what the words of the field in a text mean, as Markdown to hover over; None if it uses none.

    Args:
        text: What the viewer reads.
        least: How many such words there must be.

    Example:
        >>> explained("P2P")
        '**P2P**: Peer to peer: between neighbours, not with the grid.'
    """
    found = [f"**{word}**: {GLOSSARY[word]}" for word in words_in(text)]
    return "\n\n".join(found) if len(found) >= least else None
