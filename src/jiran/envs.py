"""Environments for libraries of reinforcement learning; they need the extra ``learn``: pip install jiran[learn].

>>> from jiran.envs import CommunityBattery  # doctest: +SKIP
>>> env = CommunityBattery("kampung")  # doctest: +SKIP
"""

from __future__ import annotations

from jiran.errors import JiranError

try:
    from jiran.learn.community import CommunityBattery
    from jiran.learn.homes import HomeBatteries
except ModuleNotFoundError as error:
    if error.name not in ("gymnasium", "pettingzoo"):
        raise
    raise JiranError(f"jiran.envs needs {error.name}: install it with pip install 'jiran[learn]'") from error

__all__ = ["CommunityBattery", "HomeBatteries"]
