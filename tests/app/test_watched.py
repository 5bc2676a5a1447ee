"""Work that takes a while: it ends when nobody waits for it, and memory that is not there is one sentence."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest

from jiran import watching
from jiran.app import watched
from jiran.errors import JiranError


class _Place:
    """A place on a page that draws nothing, and ends the page's script at a given look, as Streamlit does."""

    def __init__(self, monkeypatch, looks=None):
        self.looks, self.shown, self.is_empty = looks, [], False
        monkeypatch.setattr(watched, "_GLANCE_S", -1.0)
        monkeypatch.setattr(watching, "ROUND_S", 0.01)
        monkeypatch.setattr(watched, "ROUND_S", 0.001)
        monkeypatch.setattr(
            watched,
            "st",
            SimpleNamespace(progress=lambda *_a, **_k: self, button=lambda *_a, **_k: None, stop=self.stop),
        )

    def container(self, **_how):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        return None

    def progress(self, share, words):
        self.shown.append((share, words))
        if self.looks is not None and len(self.shown) >= self.looks:
            raise _RerunError

    def empty(self):
        self.is_empty = True

    def stop(self):
        raise _StopError


class _RerunError(BaseException):
    pass


class _StopError(BaseException):
    pass


def work_on(ended):
    """Return work that goes on until it is told to end, and then says so."""

    def work(tell):
        try:
            while True:
                tell(0.5)
        finally:
            ended.set()

    return work


def watch(work, place, **more):
    return watched.watched(work, place, key="k", words="Working", stop=lambda: None, **more)


def test_it_returns_what_was_done_and_leaves_no_bar(monkeypatch):
    place = _Place(monkeypatch)
    assert watch(lambda tell: tell(1.0) or 7, place) == 7
    assert place.is_empty


def test_work_ends_when_the_viewer_changes_something_or_presses_stop(monkeypatch):
    ended, place = threading.Event(), _Place(monkeypatch, looks=3)
    with pytest.raises(_RerunError):
        watch(work_on(ended), place)
    assert ended.wait(10.0)
    assert place.shown[0][1].startswith("Working: ")


def test_work_ends_when_the_viewer_has_left(monkeypatch):
    ended, place = threading.Event(), _Place(monkeypatch)
    monkeypatch.setattr(watched, "_GONE_S", 0.05)
    monkeypatch.setattr(watched, "get_script_run_ctx", lambda: SimpleNamespace(session_id="s"))
    runtime = SimpleNamespace(
        exists=lambda: True, instance=lambda: SimpleNamespace(is_active_session=lambda _id: False)
    )
    monkeypatch.setattr(watched, "Runtime", runtime)
    with pytest.raises(_StopError):
        watch(work_on(ended), place)
    assert ended.wait(10.0)


def test_large_work_waits_and_gives_its_turn_back(monkeypatch):
    place = _Place(monkeypatch, looks=3)
    with watched._LARGE, pytest.raises(_RerunError):
        watch(lambda _tell: 1, place, large=True)
    assert place.shown[-1][1] == "Waiting for another large run to end"
    assert watch(lambda _tell: 1, _Place(monkeypatch), large=True) == 1
    with pytest.raises(ZeroDivisionError):
        watch(lambda _tell: 1 // 0, _Place(monkeypatch), large=True)
    assert watch(lambda _tell: 2, _Place(monkeypatch), large=True) == 2


def test_memory_that_is_not_there_is_one_sentence(monkeypatch):
    def work(_tell):
        raise MemoryError

    with pytest.raises(JiranError, match="not enough memory"):
        watch(work, _Place(monkeypatch))
