"""A class that trades: a room with seats and cards, its rounds, robots for empty seats, and lessons.

The room is a state machine in memory, without a server and without a screen; a round is cleared by `jiran.clear` like any
other book. What comes in here decides who may do what when, and works a round out; phones and wall live in `app`.
"""
