"""The command line on a terminal of its own: the bar of a long run, and Ctrl-C while it shows."""

from __future__ import annotations

import os
import select
import sys
from pathlib import Path

import pytest

pty = pytest.importorskip("pty", reason="a terminal as POSIX has it")

LONG = {
    "Simulating": ("run", "kampung", "--set", "steps=3000000", "--set", "step_minutes=1", "-o", "out"),
    "Checking": ("check", "vcg", "--books", "1000000"),
}


@pytest.mark.parametrize("what", LONG)
def test_long_work_shows_the_time_left_and_ctrl_c_leaves_a_clean_terminal(tmp_path, what):
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(tmp_path)
        os.environ |= {"TERM": "xterm", "COLUMNS": "100"}
        os.execv(sys.executable, [sys.executable, "-m", "jiran", *LONG[what]])  # noqa: S606  our own
    shown, asked = b"", False
    while select.select([terminal], [], [], 300)[0]:
        try:
            shown += os.read(terminal, 65_536)
        except OSError:  # the other end is closed
            break
        if what.encode() in shown and b"left" in shown and not asked:
            asked = bool(os.write(terminal, b"\x03"))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 130
    assert asked
    assert shown.endswith(b"\x1b[?25hjiran: stopped\r\n")  # the cursor is back, and the last line is ours
    assert b"Traceback" not in shown
    assert list(Path(tmp_path).iterdir()) == []
