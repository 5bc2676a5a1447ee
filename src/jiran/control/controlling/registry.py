"""Find controllers: those of this package, of installed packages, of a file, and policies that were learned."""

from __future__ import annotations

from jiran.control.controlling.base import Controller
from jiran.plugins.registry import Registry

_CONTROLLERS = Registry(Controller, "jiran.control.controlling", "jiran.controllers", "@controller")

#: Every controller that is installed, by name.
controllers = _CONTROLLERS.installed


def find_controller(name: str) -> Controller:
    """Return the controller of a name, of a file that ends in .py, or the policy of one that ends in .toml.

    Raises:
        ControllerError: There is none.
    """
    if name.endswith(".toml"):
        from jiran.control.policy import read_policy  # noqa: PLC0415  loads numba, and needs this package

        return read_policy(name)
    return _CONTROLLERS.find(name)
