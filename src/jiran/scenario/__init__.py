"""What the user asks for: a scenario as frozen models, to and from TOML."""

from jiran.scenario.check import validate
from jiran.scenario.model import MAX_HOME_STEPS, Scenario
from jiran.scenario.parts import (
    KINDS,
    Battery,
    Bids,
    EvBlock,
    EvSupply,
    Grid,
    HomeData,
    HomeParameters,
    Load,
    Market,
    Solar,
)

__all__ = [
    "KINDS",
    "MAX_HOME_STEPS",
    "Battery",
    "Bids",
    "EvBlock",
    "EvSupply",
    "Grid",
    "HomeData",
    "HomeParameters",
    "Load",
    "Market",
    "Scenario",
    "Solar",
    "validate",
]
