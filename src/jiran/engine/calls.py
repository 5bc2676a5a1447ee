"""What the compiled loop calls: market rule, bidding strategy, and what stores and the street's connection do."""

from __future__ import annotations

from typing import NamedTuple

from jiran.engine.annotations import Bid, Clear, Direct
from jiran.engine.at_home import Act
from jiran.engine.at_market import Change, Hold
from jiran.engine.limits import Heed
from jiran.engine.street import ActForAll
from jiran.engine.street_at_market import AskForAll


class Calls(NamedTuple):
    """Functions, each of its own signature, so that one compiled loop serves all rules, strategies and controllers."""

    clear: Clear  # the market rule
    bid: Bid  # the bidding strategy
    cars: Act  # what cars that charge by plans do before the market
    batteries: Act  # what batteries in homes do then
    hold: Hold  # holds homes with a store that bids to what their orders are worth
    change_mind: Change  # says whether one brings another order
    settle_cars: Act  # what cars that bid do after the market
    settle: Act  # what batteries that bid do then
    direct: Direct  # says what those at homes do that have no plan
    ask_for_all: AskForAll  # says what the community battery brings to the market
    for_all: ActForAll  # what it does after the market
    for_all_direct: Direct  # says what it does if a controller runs it that has no plan
    heed: Heed  # holds the street to what its connection carries
