"""Market mechanisms: each clears one step of time and writes trades.

A mechanism is one function decorated with `mechanism` in a file of this package, in a file of your own
(``jiran run paper --mechanism my_rule.py``) or in an installed package (entry-point group
``jiran.mechanisms``). Nothing else has to be touched.
"""

from jiran.market.base import Mechanism, Parameter, mechanism
from jiran.market.clearing import Clearing, clear
from jiran.market.registry import find, mechanisms
from jiran.market.trade import TRADE

__all__ = ["TRADE", "Clearing", "Mechanism", "Parameter", "clear", "find", "mechanism", "mechanisms"]
