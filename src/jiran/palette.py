"""Colours with a meaning, the same in every picture: Okabe and Ito's set, which colour-blind people can tell apart.

Okabe and Ito (2008), "Color Universal Design". A sale has the colour of the sun, a purchase that of the battery;
a kind of homes has that of what sets it apart: its roof, its car, or its load alone. The community battery stands among them where
it trades.
"""

SOLAR = "#E69F00"
P2P = "#009E73"
BATTERY = "#0072B2"
HOME_BATTERY = "#56B4E9"
GRID = "#D55E00"
EV = "#CC79A7"
LOAD = "#7F8C9B"
SELLERS = SOLAR
BUYERS = BATTERY
OWN_USE = "#F0C541"
EXPORT, IMPORT = "#F0E442", "#4D5965"
KINDS = {
    "solar": SOLAR,
    "ev": EV,
    "hybrid": HOME_BATTERY,
    "normal": LOAD,
    "prosumer": EXPORT,
    "consumer": IMPORT,
    "community battery": BATTERY,
}
