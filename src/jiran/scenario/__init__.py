"""What the user asks for: a scenario as frozen models, to and from TOML."""

from jiran.scenario.check import validate
from jiran.scenario.model import MAX_HOME_STEPS, Scenario
from jiran.scenario.parts import KINDS, Battery, EvBlock, EvSupply, HomeData, HomeParameters, Load, Solar

__all__ = [
    "KINDS",
    "MAX_HOME_STEPS",
    "Battery",
    "EvBlock",
    "EvSupply",
    "HomeData",
    "HomeParameters",
    "Load",
    "Scenario",
    "Solar",
    "validate",
]
