"""What counts as nothing and what as the same: one definition for rules, kernel, settlement and all that is shown.

Sums of ordinary numbers leave residues: 0.3 - (0.1 + 0.1 + 0.1) is -5.6e-17, and no home wants to buy that. Three questions
are asked of a small number, and each has its own answer: is it a thing at all (`NOTHING_...`), is it more than the order of
a sum can make (`LAST_DIGITS`, `RESIDUE`, `ROUNDING`), and would a reader see it (`CENT`, `LEAST_SAID_KWH`, `THIRD_DIGIT`, `SAME_PRICE`, `SEEN`).
"""

from __future__ import annotations

#: Energy of this much or less in a step, kWh, is no order, no trade and no flow; absolute, whatever the size of a market.
NOTHING_KWH = 1e-9

#: An amount of this much or less, in the currency, is no gain and no loss: a millionth.
NOTHING_MONEY = 1e-6

#: The grid's prices are above this at some time, or all zero, so that no amount that somebody would count is nothing.
LEAST_PRICE = 1e-4

#: Two results of long calculations that differ by this part of their size, or by this much if they are about 1, are the same:
#: the order of a sum makes as much. Millions of times what a double can tell from it, and far below what anybody reads.
LAST_DIGITS = 1e-9

#: What a sum of many amounts leaves over is at most this part of all that was summed.
RESIDUE = 1e-12

#: What one subtraction leaves over is at most this part of the larger number: some fifty times what a double can tell from it.
ROUNDING = 1e-14

#: Half of the last digit that amounts are written with: an amount below it is written as 0.00.
CENT = 0.005

#: The same for energy: less than this, kWh, is written as 0.00.
LEAST_SAID_KWH = 0.005

#: Half of the third digit after the point, the last that figures and most pictures show.
THIRD_DIGIT = 5e-4

#: The last digit that prices per kWh are written with: prices that differ by less are the same to a reader.
SAME_PRICE = 1e-4

#: A difference that no picture and no table shows, in kWh, money or shares.
SEEN = 1e-6
