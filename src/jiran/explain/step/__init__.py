"""What a market rule made of the orders of one step: its order book, its trades, and what can be said of them.

A cleared book or a step of a run comes in. Why a single home got its price is in `explain.why`.
"""
