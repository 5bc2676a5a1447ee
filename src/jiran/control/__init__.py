"""How a store is run: what stored energy is worth by step and level, and what the store does about it.

`storage` is what a battery can do, `store` adds what its owner wants and what a step costs, `plan` works out what stored
energy is worth, exactly, and `dispatch` acts on it. What comes in here knows one store, its owner's meter and the prices
there; it knows neither homes nor markets. All of it is compiled.
"""
