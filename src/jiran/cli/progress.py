"""The bar that a long run shows on a terminal."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from jiran.cli.printing import console

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def progress(what: str = "Simulating") -> Iterator[Callable[[float], None]]:
    """Show a bar on a terminal once a run takes over a second, and take it away again."""
    screen = console(stderr=True)
    if not screen.is_interactive:
        yield lambda _done: None
        return
    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn()
    bar = Progress(*columns, console=screen, transient=True)
    task = bar.add_task("Getting ready (the first run ever compiles)", total=None)
    timer = threading.Timer(1.0, bar.start)
    timer.daemon = True
    timer.start()
    try:
        yield lambda done: bar.update(task, description=what, total=1.0, completed=done)
    finally:
        timer.cancel()
        timer.join()
        bar.stop()
