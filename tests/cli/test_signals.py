"""Signals end a command at once; libraries do not take them away."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

HEARD = """
import ctypes, signal
from jiran.cli import signals

def handler():  # as the system knows it; Python does not notice when a library changes it
    found = ctypes.create_string_buffer(256)
    assert ctypes.CDLL(None).sigaction(signal.SIGINT, None, found) == 0
    return found.raw[:8]

signal.signal(signal.SIGINT, signal.default_int_handler)
signals.end_at_once()
ours = handler()
import polars
signals.hear_again()
assert handler() == ours
"""
GOES = """
import signal, sys
from jiran.cli import signals

signal.signal(signal.SIGINT, signal.default_int_handler)
signals.end_at_once()
signals.last_words.append(lambda: print("last words", flush=True))
try:
    signal.raise_signal(getattr(signal, sys.argv[1]))
finally:
    print("went on", flush=True)
"""
INTERRUPTED = """
import signal
from jiran.cli import signals

signal.signal(signal.SIGINT, signal.default_int_handler)
signals.end_at_once()
try:
    with signals.interruptible():
        signal.raise_signal(signal.SIGTERM)
except KeyboardInterrupt:
    print("heard", flush=True)
signal.raise_signal(signal.SIGTERM)
"""
AT_PAUSES = """
import signal, sys
from jiran.cli import signals

signal.signal(signal.SIGINT, signal.default_int_handler)
signals.end_at_once()
number = getattr(signal, sys.argv[1])
try:
    with signals.at_pauses() as pause:
        pause()
        try:  # as compiled code does with an answer of Python
            signal.raise_signal(number)
        except BaseException:
            print("lost", flush=True)
        print("at work", flush=True)
        if sys.argv[2] == "pause":
            pause()
            print("not heard", flush=True)
        if sys.argv[2] == "again":
            signal.raise_signal(number)
except KeyboardInterrupt:
    print("heard", flush=True)
signal.raise_signal(number)
"""


def process(code, *arguments):
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)  # noqa: S603


@pytest.mark.skipif(sys.platform != "linux", reason="sigaction as Linux lays it out")
def test_polars_does_not_take_ctrl_c_away():
    done = process(HEARD)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_ends_the_process_at_once_with_one_line(name):
    done = process(GOES, name)
    assert (done.returncode, done.stdout, done.stderr) == (
        128 + getattr(signal, name),
        "last words\n",
        "jiran: stopped\n",
    )


def test_work_that_is_worth_something_hears_it_as_an_exception():
    done = process(INTERRUPTED)
    assert (done.returncode, done.stdout, done.stderr) == (143, "heard\n", "jiran: stopped\n")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("way", ["pause", "end", "again"])
def test_work_with_pauses_hears_it_in_the_next_one_and_a_second_ends_at_once(name, way):
    done = process(AT_PAUSES, name, way)
    said = "at work\n" if way == "again" else "at work\nheard\n"
    assert (done.returncode, done.stdout, done.stderr) == (128 + getattr(signal, name), said, "jiran: stopped\n")
