"""The three lines of Python: load a scenario, run it, look at the result.

Run it: python examples/quickstart.py
"""

import jiran

scenario = jiran.load_scenario("paper", {"market.fraction": 0.7})
result = jiran.simulate(scenario)
print(result.homes.select("id", "kind", "cost", "cost_without_p2p", "saving"))
