"""Who pays whom: every trade and flow priced, booked to accounts, and balanced.

`prices` turns kWh into amounts, `totals` adds up, `settlement` books a run, `balance` refuses what does not balance,
`billing` lets a rule set its prices at the end of a billing period. No amount of a run is worked out anywhere else.
"""
