"""Who trades with whom, and at what price: one order book, one clearing, one check of what a rule trades.

The rules stand in `rules`, one file a family; a rule is one function decorated with `mechanism`, there, in a file of your own
(``jiran run paper --mechanism my_rule.py``) or in an installed package (entry-point group ``jiran.mechanisms``). What comes
in here clears one step or helps a rule to do so; it knows neither homes nor time.
"""

from jiran.market.base import Mechanism, Parameter, mechanism
from jiran.market.clearing import Clearing, clear
from jiran.market.registry import find, mechanisms
from jiran.market.trade import TRADE

__all__ = ["TRADE", "Clearing", "Mechanism", "Parameter", "clear", "find", "mechanism", "mechanisms"]
