"""A street that trades by real meters: messages from a broker become registers, closed steps, and settled days.

`dialects` reads what meters say and can say the same; `registers` makes intervals of counters, `store` keeps readings in
one SQLite file, `clearing` lets the engine clear closed steps, `runs` settles days to the ledger, and
`street` brings these together without a clock, a broker or a screen of its own. `play` plays a scenario as meters; `address`
and `broker` alone know MQTT. What comes in here takes text from the network as text, and never trusts it.
"""
