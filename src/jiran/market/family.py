"""Families of market rules that work alike: what people call them, and how pictures show them."""

from __future__ import annotations

from typing import NamedTuple

from jiran import palette


class Family(NamedTuple):
    """Rules that work alike: what they are called, their colour, and their mark as an SVG path 20 wide and high.

    Attributes:
        name: What a legend calls it.
        colour: As "#rrggbb".
        mark: Its path around (0, 0).
    """

    name: str
    colour: str
    mark: str


FIXED_PRICE = Family("Fixed price", palette.GRID, "M-8,-8H8V8H-8Z")
PRICE_BY_FORMULA = Family("Price by formula", palette.P2P, "M-9,0A9,9 0 1,0 9,0A9,9 0 1,0 -9,0Z")
AUCTION = Family("Auction", palette.BATTERY, "M0,-10L10,8H-10Z")
HONEST_AUCTION = Family("Auction for honest bids", palette.EV, "M0,10L10,-8H-10Z")
SHARED_SAVING = Family("Saving shared out", palette.SOLAR, "M0,-11L11,0L0,11L-11,0Z")
HAGGLING = Family("Haggling", palette.KINDS["hybrid"], "M-4,-10H4V-4H10V4H4V10H-4V4H-10V-4H-4Z")
#: Of rules that declare none.
OWN = Family("Own rule", palette.LOAD, "M-10,0L-5,-9H5L10,0L5,9H-5Z")

#: All of them, in the order of a legend.
FAMILIES = (FIXED_PRICE, PRICE_BY_FORMULA, AUCTION, HONEST_AUCTION, SHARED_SAVING, HAGGLING, OWN)
