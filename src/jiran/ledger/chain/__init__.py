"""Heads on a chain: a contract keeps the hash of each day where even the ledger's operator cannot change it any more.

`street.vy` is the contract, `contract.json` what the compiler makes of it (`make contract`), `calls` the bytes of a call,
`node` talks to a node, `wallet` signs with a key of one's own, `settling` says what a step comes to, `anchoring` brings a
ledger up to date. What comes in here never sends a transaction for a single trade.
"""
