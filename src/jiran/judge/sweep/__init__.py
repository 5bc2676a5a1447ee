"""Thousands of runs that differ in a few values and in chance: kept on disk as they come, and never run twice.

`axes` reads what a key takes, `points` makes the scenarios and their names by content, `batches` puts side by side what shares
its homes, `work` runs a batch, `engines` spreads batches over processes, `folder` keeps what came out, in files
that are `sealed`, `run` is `jiran.sweep`, `answers` looks at it.
"""

from jiran.judge.sweep.axes import Axis, Drawn, Listed, axis_of
from jiran.judge.sweep.folder import Folder
from jiran.judge.sweep.run import Sweep, sweep

__all__ = ["Axis", "Drawn", "Folder", "Listed", "Sweep", "axis_of", "sweep"]
