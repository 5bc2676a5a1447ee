"""One process at a time is in a folder, by the locks of this system and by those that Windows has."""

from __future__ import annotations

import errno
from types import SimpleNamespace

import pytest

from jiran import JiranError
from jiran.saving import alone as module
from jiran.saving.alone import alone


def windows():
    """Return what stands for `msvcrt`: it locks a byte of a file, and any other is told that permission is denied."""
    fcntl = pytest.importorskip("fcntl")

    def locking(door, how, many):
        assert (how, many) == (2, 1)
        try:
            fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise PermissionError(errno.EACCES, "Permission denied") from error

    return SimpleNamespace(LK_NBLCK=2, locking=locking)


@pytest.mark.parametrize("system", ["this", "Windows"])
def test_a_second_one_is_refused_until_the_first_is_gone(system, tmp_path, monkeypatch):
    if system == "this" and module.fcntl is None:
        pytest.skip("this is Windows")
    if system == "Windows":
        monkeypatch.setattr(module, "fcntl", None)
        monkeypatch.setattr(module, "msvcrt", windows(), raising=False)
    for _ in range(2):
        with (
            alone(tmp_path),
            pytest.raises(JiranError, match=r"another process is at work in it; wait for its end"),
            alone(tmp_path),
        ):
            pytest.fail("there were two")
    assert [file.name for file in tmp_path.iterdir()] == ([".jiran-lock"] if system == "Windows" else [])


def test_a_file_system_without_locks_keeps_nobody_out(tmp_path, monkeypatch):
    def none(_door, _how):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(module, "fcntl", SimpleNamespace(flock=none, LOCK_EX=1, LOCK_NB=2))
    with alone(tmp_path), alone(tmp_path):
        pass
