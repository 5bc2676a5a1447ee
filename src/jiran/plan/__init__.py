"""Whether an investment pays: bills of a year without it and with it, cash flows of its life, and what would make it pay.

`year` takes a run for a year, `stages` says what each home pays without PV, with it, with the battery and with sharing,
`later` what its bills come to in the years that follow, `installed` what stands there and costs, `finance` what a row of cash flows comes to, `planned` brings them together; `ranges`
moves the assumptions, `tries` looks for prices at which nobody loses. What comes in here looks at finished runs, or makes
some of its own; words and pages are made in `report`.
"""

from jiran.plan.planned import Planned, plan
from jiran.plan.ranges import Ranges, ranges
from jiran.plan.tries import Found, tries

__all__ = ["Found", "Planned", "Ranges", "plan", "ranges", "tries"]
