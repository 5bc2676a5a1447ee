"""A policy as a file: its weights by name, and how they were found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import tomli_w
from numpy.typing import NDArray

from jiran.control.policy import KIND, LEARNED

if TYPE_CHECKING:
    from jiran.learn.train import Trained


def policy_text(weights: NDArray[np.float64], trained: Trained | None = None) -> str:
    """Return a policy as TOML.

    Args:
        weights: Shape (2 * feature,).
        trained: How they were found; is written beside them.
    """
    content: dict[str, Any] = {"kind": KIND}
    content["weights"] = dict(zip(LEARNED.parameters, map(float, weights), strict=True))
    if trained is not None:
        task = trained.task
        content["learned"] = {
            "scenario": task.scenario.name, "stores": task.who, "forecast": task.forecast.name, "seed": trained.seed,
            "learned_steps": task.cut, "step_minutes": task.scenario.step_minutes, "generations": len(trained.curve),
            "episodes": trained.episodes, "first_cost": trained.greedy_cost, "curve": list(trained.curve),
        }  # fmt: skip
        content["trial"] = {
            name: {what: amount for what, amount in one.amounts.items() if what != "share"}
            | ({} if one.share is None else {"optimum_share": one.share})
            for name, one in trained.trials.items()
        }
        if trained.optimum_cost is not None:
            content["trial"]["optimum"] = {"cost": trained.optimum_cost}
    return tomli_w.dumps(content)
