"""Try to break a plug-in: the laws that every market rule, forecast and controller must keep, and what a rule promises.

What comes in here is for authors of plug-ins; on the command line it is ``jiran check my_rule.py``.

>>> from jiran.testing import check_mechanism
>>> check_mechanism("grid-fraction", books=20).ok
True
"""

from jiran.testing.books import Book, Outcome, play
from jiran.testing.check import check_mechanism
from jiran.testing.controllers import check_controller
from jiran.testing.forecasts import check_forecast
from jiran.testing.report import Finding, Report

__all__ = ["Book", "Finding", "Outcome", "Report", "check_controller", "check_forecast", "check_mechanism", "play"]
