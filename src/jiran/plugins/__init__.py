"""What rules and strategies have in common: `plugin` is a function with a name and parameters, `registry` finds them.

What comes in here serves every kind of plug-in; a kind says what is special about it in its own room.
"""
