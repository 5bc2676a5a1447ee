"""What the room says to a player: what the card means, and what became of the order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiran.explain.why import explain
from jiran.nothing import NOTHING_MONEY
from jiran.words import price

if TYPE_CHECKING:
    from jiran.classroom.cards import Card
    from jiran.classroom.rounds import Round


def instruction(card: Card, *, asks_price: bool) -> str:
    """Say what a card means and what is to be sent.

    Example:
        >>> from jiran.classroom.cards import Card
        >>> instruction(Card(sells=False, value=2.5), asks_price=True).split(". ")[1]
        'A kWh is worth 2.50 to you'
    """
    does, worth = (
        ("sell", f"costs you {amount(card.value)}") if card.sells else ("buy", f"is worth {amount(card.value)} to you")
    )
    most = "lowest price you would take" if card.sells else "highest price you would pay"
    send = (
        f"Send the {most}. Nobody sees which number is yours."
        if asks_price
        else "This rule sets the price by itself: send only how many kWh."
    )
    return (
        f"You {does} up to {energy(card.kwh)}. A kWh {worth}. You earn the difference between that and the price. "
        f"{send} No trade earns 0."
    )


def verdict(one: Round, seat: int) -> str:
    """Say what became of a seat's order, and what it earned."""
    place, kwh = one.places[seat], float(one.outcome.traded_kwh[seat])
    if not place.kwh:
        return "You sent no order, so you earned 0."
    if not kwh:
        return "You did not trade, so you earned 0."
    earned = float(one.profit[seat])
    what = (
        "earned 0" if abs(earned) <= NOTHING_MONEY else f"{'earned' if earned > 0.0 else 'lost'} {amount(abs(earned))}"
    )
    part = "" if kwh >= place.kwh * (1.0 - 1e-9) else f" of {energy(place.kwh)}"
    does = "sold" if place.card.sells else "bought"
    return f"You {does} {energy(kwh)}{part} at {amount(float(one.outcome.prices[seat]))} and {what}."


def why(one: Round, seat: int) -> list[str]:
    """Say why a seat got its price, or why it did not trade; nothing for a seat without an order."""
    return [str(sentence) for sentence in explain(one.outcome, seat)] if one.places[seat].kwh else []


def amount(value: float) -> str:
    """Return play money with two digits, or with more if it has them.

    Example:
        >>> amount(2.5), amount(0.5625)
        ('2.50', '0.5625')
    """
    return f"{value:,.2f}" if abs(value - round(value, 2)) < 5e-5 else price(value)


def energy(kwh: float) -> str:
    """Return an amount of energy with at most two digits.

    Example:
        >>> energy(1.0), energy(0.25)
        ('1 kWh', '0.25 kWh')
    """
    return f"{f'{kwh:.2f}'.rstrip('0').rstrip('.')} kWh"
