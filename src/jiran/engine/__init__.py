"""How a step passes: own use, bids, market, battery, grid; one compiled loop over time and what it fills in.

`records` says what the loop gets and gives, `annotations` turns what they say into compiled types, `kernel` is the loop,
`fleet` is one step of homes and their EVs, `at_home` of their own
batteries, `rows` are what homes did in a step. `flows` declares each flow
once, `energy` works it out for a run. What comes in here is compiled or works on its arrays; amounts are made in `money`.
"""
