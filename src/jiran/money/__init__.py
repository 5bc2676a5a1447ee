"""Who pays whom: every trade and flow priced, booked to accounts, and balanced.

`settlement` books a run, `billing` lets a rule set its prices at the end of a billing period. What comes in here turns kWh
into amounts of money; no amount is worked out anywhere else.
"""
