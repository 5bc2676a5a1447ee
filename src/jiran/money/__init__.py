"""Who pays whom: every trade and flow priced, booked to accounts, and balanced.

`prices` turns kWh into amounts, `totals` adds up, `settlement` books a run, `balance` refuses what does not balance,
`repricing` lets a rule set its prices at the end of a billing period; under a tariff `bills` makes each home's monthly
bill and `worth` says what one more kWh is worth to it. No amount of a run is worked out anywhere else.
"""
