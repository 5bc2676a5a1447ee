"""Find market rules: those of this package, of installed packages, and of a file."""

from __future__ import annotations

from jiran.market.base import Mechanism
from jiran.plugins.registry import Registry

_RULES = Registry(Mechanism, "jiran.market.rules", "jiran.mechanisms", "@mechanism")

#: Every market rule that is installed, by name; and the rule of a name or of a file that ends in .py.
mechanisms, find = _RULES.installed, _RULES.find
