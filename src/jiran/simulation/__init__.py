"""One run from scenario to result: `setting`, then engine, money and result, in this order.

`setting` is everything but the market, so that rules share it; `run` is `jiran.simulate`; `fill` fills the kernel's records
by name and `loop` calls the kernel until all steps are done; `at_home` has the plans of batteries in homes made before each
day; `estimate` says beforehand what a run will need. What comes in here calls the other rooms in turn and calculates nothing
itself.
"""
