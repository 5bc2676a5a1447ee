"""What counts as nothing: one definition for rules, kernel, settlement and all that is shown.

Sums of ordinary numbers leave residues: 0.3 - (0.1 + 0.1 + 0.1) is -5.6e-17, and no home wants to buy that.
"""

from __future__ import annotations

#: Energy of this much or less in a step, kWh, is no order, no trade and no flow; absolute, whatever the size of a market.
NOTHING_KWH = 1e-9

#: An amount of this much or less, in the currency, is no gain and no loss: a millionth.
NOTHING_MONEY = 1e-6

#: The grid's prices are above this at some time, or all zero, so that no amount that somebody would count is nothing.
LEAST_PRICE = 1e-4
