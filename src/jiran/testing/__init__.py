"""Try to break a market rule: the laws that every rule must keep, and what the rule itself promises.

What comes in here is for authors of plug-ins; on the command line it is ``jiran check my_rule.py``.

>>> from jiran.testing import check_mechanism
>>> check_mechanism("grid-fraction", books=20).ok
True
"""

from jiran.testing.books import Book, Outcome, play
from jiran.testing.check import Finding, Report, check_mechanism

__all__ = ["Book", "Finding", "Outcome", "Report", "check_mechanism", "play"]
