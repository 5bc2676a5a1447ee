"""Days of trades that nobody can quietly change: exact records under one root, in heads that are chained and signed.

`records` makes a day exact, `canonical` gives everything one form in bytes, `tree` is the root over a day and the path from
a record to it, `heads` chains days, `keys` signs them, `store` keeps them in one SQLite file. `make` brings a saved run in,
`receipt` takes out what one home needs, `checking` trusts nothing but a key from outside; `check.js` and `check_ledger.js` do so
in a browser. `chain` keeps heads where even their operator cannot change them. What comes in here knows neither homes nor
markets: amounts come from trades that are settled already.
"""
