"""What a plan says: in sentences, as data, and as a page for a council that can be mailed or printed.

What comes in here turns a plan into words, tables and pictures that need no server; figures are worked out in `jiran.plan`.
"""

from jiran.report.plan.answer import answer
from jiran.report.plan.data import as_data
from jiran.report.plan.doubtful import doubts, warnings
from jiran.report.plan.page import page

__all__ = ["answer", "as_data", "doubts", "page", "warnings"]
