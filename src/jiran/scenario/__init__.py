"""What the user asks for: a scenario as frozen models, with the bounds, unit and meaning of every field; to and from TOML.

Ready scenarios lie in `presets`. What comes in here is a question with its checks; it works nothing out.
"""

from jiran.scenario.check import made, validate
from jiran.scenario.data import HomeData
from jiran.scenario.ev import EvCalendar, EvSupply
from jiran.scenario.grid import Grid
from jiran.scenario.homes import KINDS, EvBlock, HomeParameters
from jiran.scenario.load import Load
from jiran.scenario.model import MAX_HOME_STEPS, WORDS, Scenario
from jiran.scenario.parts import Battery, Bids, Market
from jiran.scenario.plan import Plan
from jiran.scenario.sun import Solar

__all__ = [
    "KINDS",
    "MAX_HOME_STEPS",
    "WORDS",
    "Battery",
    "Bids",
    "EvBlock",
    "EvCalendar",
    "EvSupply",
    "Grid",
    "HomeData",
    "HomeParameters",
    "Load",
    "Market",
    "Plan",
    "Scenario",
    "Solar",
    "made",
    "validate",
]
