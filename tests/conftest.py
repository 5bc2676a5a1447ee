"""What every test shares: how Hypothesis searches, and a thread in which no loop runs."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Begun in the background or under nohup, tests would start programs that are deaf to what these tests send them.
for number in (getattr(signal, name) for name in ("SIGINT", "SIGHUP") if hasattr(signal, name)):
    if signal.getsignal(number) == signal.SIG_IGN:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)

# No deadline: the first example may compile. In CI the same examples every time: red is about the change.
settings.register_profile("dev", deadline=None)
settings.register_profile(
    "ci",
    deadline=None,
    max_examples=30,
    derandomize=True,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
#: With compilation off, where a run takes a hundred times as long: `make coverage` and `make mutants` (JIRAN_EXAMPLES=few).
settings.register_profile("few", settings.get_profile("ci"), max_examples=8, suppress_health_check=[*HealthCheck])
FEW = os.environ.get("JIRAN_EXAMPLES") == "few"
settings.load_profile("few" if FEW else "ci" if os.environ.get("CI") else "dev")


def pytest_collection_modifyitems(items):
    """Let a test that asks for many examples of its own do with few."""
    for item in items if FEW else []:
        test = getattr(item, "obj", None)
        asked = getattr(test, "_hypothesis_internal_use_settings", None)
        if asked is not None and asked.max_examples > settings.default.max_examples:
            test._hypothesis_internal_use_settings = settings(asked, max_examples=settings.default.max_examples)


@pytest.fixture(autouse=True)
def no_loop_of_the_browser(request):
    """Let a test run loops of its own, though the browser of the tests before it keeps one in this thread.

    Playwright's stays "running" between its calls, and asyncio runs no second one beside it.
    """
    loop = asyncio._get_running_loop()
    if loop is None or "e2e" in Path(request.node.path).parts:
        yield
        return
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(loop)
