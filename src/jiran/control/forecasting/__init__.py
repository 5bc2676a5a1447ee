"""What an owner will need: a forecast is one function in a file here, of the past alone.

`base` says what one is, `registry` finds them, here, in a file of your own and in installed packages (entry-point group
``jiran.forecasts``). What comes in here sees what one owner needed until now, and nothing later.
"""

from jiran.control.forecasting.base import Forecast, forecast
from jiran.control.forecasting.registry import find_forecast, forecasts

__all__ = ["Forecast", "find_forecast", "forecast", "forecasts"]
