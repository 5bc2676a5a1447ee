"""Check a plug-in in a process of its own: what a file does there, it does not do here.

A file is a program. It may end the process, hang, or print; none of this may look like a check that found nothing. The
check counts only if its report arrives, and each book has a time limit.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from jiran.errors import ControllerError, ForecastError, MechanismError, PluginError, one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from jiran.watching import Progress

#: Longest that loading a rule, and then each book, may take, s.
LIMIT_S = 60.0

#: Whose fault it was, as the child tells it.
_FAULTS = {fault.__name__: fault for fault in (MechanismError, ForecastError, ControllerError)}

#: How often the two processes look after each other, s.
_ROUND_S = 0.1


class Verdict(NamedTuple):
    """What came out: whether the rule keeps all laws, and the report or what went wrong, in words.

    Attributes:
        ok: Whether it keeps all laws; False also if it hung or ended the program.
        text: The report, or one sentence on what went wrong and at which book.
    """

    ok: bool
    text: str


def check_in_own_process(
    name: str, *, books: int = 2000, seed: int = 0, limit_s: float = LIMIT_S, progress: Progress | None = None
) -> Verdict:
    """Try to break a plug-in, as `check_mechanism` does with a rule, in a process of its own.

    The two processes share one file, which is replaced whole: the child writes which book it is at, and at last its
    report. The parent believes nothing else: not the exit code, and nothing that is printed. Ctrl+C ends both, as does
    the end of the parent.

    Args:
        name: Its name, or the path of a file with one. What it prints goes to the standard error.
        books: How many books are tried.
        seed: Of the books.
        limit_s: How long loading the rule, and then each book, may take, s.
        progress: Is called now and then with the share of the books that are done, 0..1.

    Returns:
        Whether it keeps all laws, and what there is to say.

    Raises:
        PluginError: It is unknown, cannot be loaded or compiled, or ends or hangs while it is loaded.
    """
    with tempfile.TemporaryDirectory(prefix="jiran-check-") as folder:
        place = Path(folder) / "report.json"
        command = [
            sys.executable,
            "-P",
            "-m",
            "jiran.testing.own_process",
            name,
            str(books),
            str(seed),
            str(place),
            str(os.getpid()),
        ]
        process = subprocess.Popen(  # noqa: S603  our own program
            command, stdin=subprocess.DEVNULL, stdout=_where_prints_go(), start_new_session=True
        )
        try:
            hangs = not _ends(process, place, limit_s, lambda book: progress(book / books) if progress else None)
        finally:
            process.kill()
            process.wait()
        found = _read(place)
    if "error" in found:
        raise _FAULTS.get(found["fault"], MechanismError)(found["name"], found["error"])
    if "text" in found:
        return Verdict(bool(found["ok"]), str(found["text"]))
    problem = f"takes longer than {limit_s:g} s" if hangs else f"ends the program (exit code {process.returncode})"
    if "book" not in found:
        raise MechanismError(name, f"{problem} while it is loaded")
    return Verdict(
        ok=False, text=f"{found['kind']} {name!r}: {problem} while it {found['does']} {found['book']} of seed {seed}"
    )


def _where_prints_go() -> int | None:
    """Return the standard error, if it is a real file."""
    try:
        return sys.stderr.fileno()
    except (AttributeError, OSError, ValueError):
        return subprocess.DEVNULL


def _ends(process: subprocess.Popen[bytes], place: Path, limit_s: float, at_book: Callable[[int], None]) -> bool:
    """Wait until the process ends or has reported, saying at which book it is; False if nothing is heard for too long.

    Args:
        process: The child.
        place: The file that it reports in.
        limit_s: The longest silence, s: time without a word of another book. Until its first word the child is our own
            program, which starts; a busy machine may take longer for that than a rule may take for a book.
        at_book: Is called with each book that is heard of.
    """
    heard: dict[str, Any] = {}
    since_s = time.monotonic()
    while True:
        try:
            process.wait(_ROUND_S)
        except subprocess.TimeoutExpired:
            now = _read(place)
            if now != heard:
                heard, since_s = now, time.monotonic()
                if "book" in now:
                    at_book(int(now["book"]))
            if "text" in now or "error" in now:
                return True
            if time.monotonic() - since_s > (limit_s if heard else max(limit_s, LIMIT_S)):
                return False
        else:
            return True


def _read(place: Path) -> dict[str, Any]:
    """Return what the child has said last; {} before its first word, or if what stands there is not of ours."""
    try:
        found = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _tell(place: Path, **what: Any) -> None:
    """Put down how far the check is, whole or not at all.

    Args:
        place: The file; it is replaced in one step, so that the parent reads a whole one at any time.
        what: ``begun``, then ``book``, ``kind`` and ``does``, or at the end ``ok`` and ``text``, or ``fault``, ``name`` and
            ``error``.
    """
    fresh = place.with_suffix(".new")
    fresh.write_text(json.dumps(what), encoding="utf-8")
    fresh.replace(place)


def _end_with_parent(parent: int) -> None:
    """End this process when the one that wants its report is gone, were it before this one had begun."""
    while os.getppid() == parent:
        time.sleep(1.0)
    os._exit(1)


def main() -> None:
    """Check what the command line names and put down the report; the first process waits for that alone."""
    name, books, seed, place, parent = (
        sys.argv[1],
        int(sys.argv[2]),
        int(sys.argv[3]),
        Path(sys.argv[4]),
        int(sys.argv[5]),
    )
    threading.Thread(target=_end_with_parent, args=(parent,), daemon=True).start()
    from jiran.testing.kinds import found  # noqa: PLC0415  takes a while, and the thread is there first

    _tell(place, begun=True)
    told_s = time.monotonic()

    try:
        kind, plugin = found(name)

        def progress(book: int) -> None:
            nonlocal told_s
            if book == 0 or time.monotonic() - told_s > _ROUND_S:
                _tell(place, book=book, kind=plugin.fault.kind, does=kind.does)
                told_s = time.monotonic()

        report = kind.check(plugin, books=books, seed=seed, progress=progress)
        _tell(place, ok=report.ok, text=str(report))
    except PluginError as error:
        _tell(place, fault=type(error).__name__, name=error.name, error=error.problem)
    except BaseException as error:  # noqa: BLE001  whatever it is, it is told
        _tell(place, fault="", name=name, error=f"cannot be checked: {one_line(error)}")
    os._exit(0)  # what the file left running is of no interest


if __name__ == "__main__":
    main()
