"""How a store is run: what stored energy is worth by step and level, and what the store does about it.

`storage` is what a battery can do, `store` adds what its owner wants and what a step costs, `plan` works out what stored
energy is worth, exactly, and `dispatch` acts on it. Two kinds of plug-in stand in rooms of their own: `forecasting` says what an
owner will need, `controlling` what its stored energy is worth. `days` plans a day of many stores, `memory` is what
they carry from step to step, `running` takes them through time by themselves. What comes in here knows one store, its owner's
meter and the prices there; it knows neither homes nor markets, and its loops are compiled.
"""

from jiran.control.controlling import Controller, controller, controllers, find_controller
from jiran.control.forecasting import Forecast, find_forecast, forecast, forecasts
from jiran.plugins.plugin import Parameter

__all__ = [
    "Controller",
    "Forecast",
    "Parameter",
    "controller",
    "controllers",
    "find_controller",
    "find_forecast",
    "forecast",
    "forecasts",
]
