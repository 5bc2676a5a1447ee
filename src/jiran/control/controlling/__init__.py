"""How a store is run: a controller is one function in a file here, which says what stored energy is worth.

`base` says what one is, `registry` finds them, here, in a file of your own and in installed packages (entry-point group
``jiran.controllers``). What comes in here sees prices as they are known and what is expected of one owner; it moves no energy.
"""

from jiran.control.controlling.base import Controller, controller
from jiran.control.controlling.registry import controllers, find_controller

__all__ = ["Controller", "controller", "controllers", "find_controller"]
