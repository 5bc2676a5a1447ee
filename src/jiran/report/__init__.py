"""What a comparison says: in sentences, and as a page that can be mailed or printed.

What comes in here turns a comparison into words, tables and pictures that need no server.
"""

from jiran.report.answer import answer
from jiran.report.page import html
from jiran.report.versus import is_pair, versus

__all__ = ["answer", "html", "is_pair", "versus"]
