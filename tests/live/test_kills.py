"""SIGKILL of service, broker, dashboard and a reader at random moments; `make soak` does it 300 times."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import live_soak as soak


@pytest.mark.compiled  # it starts processes, which compile
@pytest.mark.long
def test_a_street_that_is_killed_settles_as_one_that_is_left_alone(mosquitto):  # noqa: ARG001  says where there is none
    assert soak.kills(5, seed=2)  # each once, the service twice
