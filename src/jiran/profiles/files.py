"""Real meter data in: CSV or Parquet, wide or long, to profiles on the steps of a run.

One pipeline: read the file -> a long table of readings -> a regular grid in UTC -> the run's steps -> gaps filled ->
load scaled. Each part hands on what it changed; docs/meter-data.md says the rules in plain words.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from numpy.typing import NDArray

from jiran.errors import DataError
from jiran.profiles.base import Array, Profiles
from jiran.profiles.meter_columns import QUANTITIES, Columns, ValueColumn, check_ids, columns, split_name
from jiran.profiles.meter_grid import Grid, fill, find_grid, lay, resample
from jiran.profiles.meter_report import Change, DataReport, counted
from jiran.profiles.meter_times import DAY_S, YEARS, Instants, Seconds, read_times, utc_to_wall, wall_to_utc
from jiran.scenario import MAX_HOME_STEPS

if TYPE_CHECKING:
    from jiran.scenario import HomeData
    from jiran.timeline import Timeline
