"""How good a market was: welfare, the optimum that perfect foresight would reach, indices, comparison over many seeds.

What comes in here holds results against each other or against a bound; it makes no result of its own.
"""
