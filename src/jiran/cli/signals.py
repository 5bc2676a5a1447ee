"""Ctrl-C and its kin: a command ends at once, and what it was writing goes with it."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from jiran.saving import give_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

STOPPED = "stopped"

#: What a user, a terminal that is closed, or a system that goes down sends to end a program.
_ENDING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]

#: Called before the process ends, such as to take a progress bar off the terminal.
last_words: list[Callable[[], None]] = []


def end_at_once() -> None:
    """Let these signals end the process: at any moment, in one line, and without waiting for its threads.

    An exception could be lost in a library's callback, or wait for a thread; and while modules are loaded nobody
    would catch it.
    """
    for number in _ENDING:
        if signal.getsignal(number) != signal.SIG_IGN:  # as nohup asks for
            signal.signal(number, _end)


def hear_again() -> None:
    """Take back the signals that a library has taken when it was loaded; nothing if they are not ours.

    Polars puts a handler of its own in front of ours, which loses a Ctrl-C that comes when its work is just done.
    """
    for number in _ENDING:
        if signal.getsignal(number) is _end:
            signal.signal(number, _end)


@contextmanager
def interruptible() -> Iterator[None]:
    """Let these signals raise KeyboardInterrupt inside, for work whose finished part is worth something."""
    before = {number: signal.getsignal(number) for number in _ENDING}
    heard = [number for number, handler in before.items() if handler is _end]
    for number in heard:
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, _end)


@contextmanager
def at_pauses() -> Iterator[Callable[[], None]]:
    """Let these signals wait for a pause of the work inside, whose finished part is worth something; a second one ends at once.

    An exception that is raised wherever this thread happens to be may be lost: compiled code asks Python for the type of what it
    is given, and takes an answer that is an error for none.

    Yields:
        What the work calls in its pauses: it raises KeyboardInterrupt once a signal has come, and so does the end of the work.
    """
    come: list[int] = []

    def hear(number: int, frame: FrameType | None) -> None:
        if come:
            _end(number, frame)
        come.append(number)

    def pause() -> None:
        if come:
            raise KeyboardInterrupt

    heard = [number for number in _ENDING if signal.getsignal(number) is _end]
    for number in heard:
        signal.signal(number, hear)
    try:
        yield pause
        pause()
    finally:
        for number in heard:
            signal.signal(number, _end)


def _end(number: int, _frame: FrameType | None) -> None:
    """Leave nothing half-written, say so, and go."""
    for number_heard in _ENDING:
        signal.signal(number_heard, signal.SIG_IGN)
    give_up()
    for say in last_words:
        say()
    with suppress(OSError):
        os.write(2, f"jiran: {STOPPED}\n".encode())
    os._exit(128 + number)
