"""Find bidding strategies: those of this package, of installed packages, and of a file."""

from __future__ import annotations

from jiran.bids.base import Strategy
from jiran.plugins.registry import Registry

_STRATEGIES = Registry(Strategy, "jiran.bids", "jiran.strategies", "@strategy")

#: Every strategy that is installed, by name; and the strategy of a name or of a file that ends in .py.
strategies, find = _STRATEGIES.installed, _STRATEGIES.find
