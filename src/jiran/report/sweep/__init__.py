"""What a sweep says: in sentences, and as a page that can be mailed or printed.

What comes in here turns the answers of a sweep into words, tables and pictures that need no server; they are worked out in
`jiran.judge.sweep`.
"""

from jiran.report.sweep.page import page
from jiran.report.sweep.say import say

__all__ = ["page", "say"]
