"""Find controllers: those of this package, of installed packages, and of a file."""

from __future__ import annotations

from jiran.control.controlling.base import Controller
from jiran.plugins.registry import Registry

_CONTROLLERS = Registry(Controller, "jiran.control.controlling", "jiran.controllers", "@controller")

#: Every controller that is installed, by name; and the controller of a name or of a file that ends in .py.
controllers, find_controller = _CONTROLLERS.installed, _CONTROLLERS.find
