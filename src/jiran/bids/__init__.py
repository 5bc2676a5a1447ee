"""What homes bid: strategies say, step by step, what a kWh is worth to every home and what the home bids for it.

A strategy is one function decorated with `strategy` in a file of this package, in a file of your own
(``bids.strategy = "my_bids.py"``) or in an installed package (entry-point group ``jiran.strategies``). What comes in here
sees the tariff and the homes' memory, and neither the market nor a battery, whose energy is in the home's net energy already.
"""

from jiran.bids.base import Strategy, strategy
from jiran.bids.registry import find, strategies
from jiran.plugins.plugin import Parameter

__all__ = ["Parameter", "Strategy", "find", "strategies", "strategy"]
