"""How a step passes: own use, bids, market, battery, grid; one compiled loop over time and what it fills in.

`records` says what the loop gets and gives, `compiled` turns its annotations into compiled types, `kernel` is the loop,
`fleet` and `storage` are one step of homes and of a battery, `rows` are what homes did in a step, and `flows` declares each
flow once. What comes in here is compiled or works on its arrays; prices and amounts are worked out in `money`.
"""
