"""Learning to run stores: environments for libraries of reinforcement learning, and a training of jiran's own.

`task` cuts a scenario into days to learn from and days to be tried on, `cross_entropy` searches, `train` joins them and holds what was
learned against planning and against the optimum, `policy_file` keeps it. `community` and `homes` are environments, which
need the extra ``learn``. What comes in here acts on the past and on known prices alone, never on what is yet to come.
"""
