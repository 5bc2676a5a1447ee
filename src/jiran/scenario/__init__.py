"""What the user asks for: a scenario as frozen models, with the bounds, unit and meaning of every field; to and from TOML.

Ready scenarios lie in `presets`. What comes in here is a question with its checks; it works nothing out.
"""

from jiran.scenario.check import validate
from jiran.scenario.data import HomeData
from jiran.scenario.homes import KINDS, EvBlock, HomeParameters
from jiran.scenario.model import MAX_HOME_STEPS, WORDS, Scenario
from jiran.scenario.parts import (
    Battery,
    Bids,
    EvSupply,
    Grid,
    Load,
    Market,
    Solar,
)

__all__ = [
    "KINDS",
    "MAX_HOME_STEPS",
    "WORDS",
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
