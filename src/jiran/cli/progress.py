"""The bar that a long run shows on a terminal."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from jiran.cli.printing import console
from jiran.cli.signals import hear_again, last_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Clears the line of the bar, and shows the cursor again.
_WIPE = b"\r\x1b[2K\x1b[?25h"


@contextmanager
def progress(what: str = "Simulating") -> Iterator[Callable[[float], None]]:
    """Show a bar on a terminal once a run takes over a second, and take it away again."""
    hear_again()  # polars is loaded
    screen = console(stderr=True)
    if not screen.is_interactive:
        yield lambda _done: None
        return
    columns = TextColumn("{task.description}"), BarColumn(30), TaskProgressColumn(), TimeRemainingColumn()
    bar = Progress(*columns, TextColumn("left"), console=screen, transient=True)
    task = bar.add_task("Getting ready (the first run ever compiles)", total=None)
    timer = threading.Timer(1.0, bar.start)
    timer.daemon = True
    timer.start()

    def wipe() -> None:
        if bar.live.is_started:
            os.write(2, _WIPE)

    last_words.append(wipe)
    try:
        yield lambda done: bar.update(task, description=what, total=1.0, completed=done)
    finally:
        last_words.remove(wipe)
        timer.cancel()
        timer.join()
        bar.stop()
