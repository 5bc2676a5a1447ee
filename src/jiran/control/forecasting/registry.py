"""Find forecasts: those of this package, of installed packages, and of a file."""

from __future__ import annotations

from jiran.control.forecasting.base import Forecast
from jiran.plugins.registry import Registry

_FORECASTS = Registry(Forecast, "jiran.control.forecasting", "jiran.forecasts", "@forecast")

#: Every forecast that is installed, by name; and the forecast of a name or of a file that ends in .py.
forecasts, find_forecast = _FORECASTS.installed, _FORECASTS.find
