"""What the grid charges for a month, and what it gives for export: tariffs as data, one TOML file each, and their bills.

`model` says what such a file may hold, `files` finds and reads it, `rates` works out what holds in a month, `bill` makes bills,
one or a street's as arrays. Files that come with jiran lie in `grid`, schemes of sharing in `sharing`. What comes in here
knows kWh of months and neither homes nor markets; a tariff of a country is data, never code.
"""

from jiran.tariffs.bill import Bill, Bills, Line, bill, bills
from jiran.tariffs.community import Sharing
from jiran.tariffs.files import find_sharing, find_tariff, is_sharing, load_tariff, sharing, tariffs
from jiran.tariffs.model import Component, Export, Tariff
from jiran.tariffs.periods import period_of
from jiran.tariffs.shared import Shared
from jiran.tariffs.succession import held
from jiran.tariffs.usage import Usage

__all__ = [
    "Bill",
    "Bills",
    "Component",
    "Export",
    "Line",
    "Shared",
    "Sharing",
    "Tariff",
    "Usage",
    "bill",
    "bills",
    "find_sharing",
    "find_tariff",
    "held",
    "is_sharing",
    "load_tariff",
    "period_of",
    "sharing",
    "tariffs",
]
