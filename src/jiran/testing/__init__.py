"""Try to break a market rule: the laws that every rule must keep, and what the rule itself promises.

>>> from jiran.testing import check_mechanism
>>> check_mechanism("grid-fraction", books=20).ok
True

On the command line: ``jiran check my_rule.py``.
"""

from jiran.testing.books import Book, Outcome, play
from jiran.testing.check import Finding, Report, check_mechanism

__all__ = ["Book", "Finding", "Outcome", "Report", "check_mechanism", "play"]
