"""Rounds as a table: one row for each seat of each round."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jiran.words import settled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jiran.classroom.rounds import Round


def rows(rounds: Iterable[Round], *, names: bool = True) -> list[dict[str, Any]]:
    """Return all seats of all rounds; prices are per kWh, a price of None means that nothing was traded.

    Args:
        rounds: That were cleared.
        names: Whether nicknames are in it; else the players are numbered as they joined.
    """
    return [
        {
            "round": one.number,
            "rule": one.rule,
            "seat": place.label,
            "player": _who(place.player, place.name, names=names),
            "played_by": "robot" if place.robot else "player",
            "side": "sells" if place.card.sells else "buys",
            "value": place.card.value,
            "card_kwh": place.card.kwh,
            "order_price": place.price if place.kwh else None,
            "order_kwh": place.kwh,
            "traded_kwh": float(one.outcome.traded_kwh[seat]),
            "price": settled(float(one.outcome.prices[seat])) if one.outcome.traded_kwh[seat] else None,
            "profit": settled(float(one.profit[seat])),
            "round_price": None if one.price is None else settled(one.price),
            "round_kwh": one.outcome.kwh,
            "round_efficiency": one.efficiency,
        }
        for one in rounds
        for seat, place in enumerate(one.places)
    ]


def _who(player: str, name: str, *, names: bool) -> str:
    if not player:
        return ""
    return name if names else f"Player {player.removeprefix('p')}"
