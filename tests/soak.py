"""Kill what saves, at any moment, and count what is lost: `make soak` prints the counts.

`python tests/soak.py` takes minutes: real results, killed at random moments, and many writers to one name.
`python tests/soak.py steps FOLDER swap|aside SIGNAL ...` is the short form of the suite: small results, killed at each line of `jiran.saving`.
"""

# ruff: noqa: T201, S311, S603  it prints its counts, draws moments and not secrets, and starts our own

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from jiran import saving
from jiran.cli.signals import end_at_once
from jiran.errors import JiranError
from jiran.saving import folder as folders
from jiran.saving.own import MANIFEST, read_manifest, sha256

SIGNALS = (signal.SIGKILL, signal.SIGINT, signal.SIGTERM)
KILLS, WRITERS, WRITES = 300, 6, 100
_HOME = Path(saving.__file__).parent


def version_of(folder):
    """Return the digest of the result in a folder if it is whole, else None."""
    manifest = read_manifest(folder)
    files = manifest.get("files", {})
    names = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    whole = bool(files) and names == {MANIFEST, *files} and all(sha256(folder / name) == files[name] for name in files)
    return manifest["digest_sha256"] if whole else None


def drafts(folder):
    return [path.name for path in folder.iterdir() if path.name.startswith(".jiran-")]


def forked(work):
    """Run work in a child process that ends as the command line does; return its number once it hears signals."""
    heard, ready = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            end_at_once()
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            os.write(ready, b"x")
            work()
        except BaseException:  # noqa: BLE001  a fork must not go on as its parent
            os._exit(1)
        os._exit(0)
    os.close(ready)
    os.read(heard, 1)
    os.close(heard)
    return child


def ended(child):
    """Wait for a child; return its exit code, or less than 0 for the signal that killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


# --- the short form: at each step ---


def small(digest, folder, *, fail=False):
    """Save a small result."""

    def write(file):
        if fail:
            raise OSError(28, "No space left on device")
        file.write(digest.encode() * 100)

    about = {"jiran": "0", "digest_sha256": digest}
    saving.save_folder(folder, {"kpis.json": write, "scenario.toml": lambda file: file.write(b"a = 1\n")}, about)


def killed_at(step, number, work):
    """Do work, and send this process a signal at its step of this number: a line of `jiran.saving`, or a system call."""
    left = step

    def count():
        nonlocal left
        left -= 1
        if left == -1:
            sys.settrace(None)
            os.kill(os.getpid(), number)

    def trace(frame, event, _argument):
        if event == "line":
            count()
        return trace if Path(frame.f_code.co_filename).parent == _HOME else None

    sys.addaudithook(lambda event, _arguments: count() if event.startswith(("os.", "open", "shutil.")) else None)
    sys.settrace(trace)
    work()


def steps(where, *, swaps=True, signals=SIGNALS):
    """Kill a save over an old result at each of its lines, once by each signal; return kills and what was lost."""
    folders.swap.swap = folders.swap.swap if swaps else lambda _one, _other: False
    os.fsync = lambda _handle: None  # the machine outlives the process: only a power cut asks for it
    kills, lost = 0, []
    target = where / "out"
    for number in signals:
        small("old", target)
        for step in range(100_000):
            code = ended(forked(lambda step=step, number=number: killed_at(step, number, lambda: small("new", target))))
            if code == 0:
                break
            kills += 1
            if number != signal.SIGKILL and (code != 128 + number or drafts(where)):
                lost.append((number.name, step, code, drafts(where)))
            if not swaps:  # the next save puts back what was moved aside, also if it fails itself
                with contextlib.suppress(JiranError):
                    small("next", target, fail=True)
            if version_of(target) not in ("old", "new"):
                lost.append((number.name, step, version_of(target)))
            small("old", target)
            if drafts(where):
                lost.append((number.name, step, drafts(where)))
    return kills, lost


# --- the long form: at random moments ---


def results():
    """Return two results of different seeds, without having used polars: its threads do not outlast a fork."""
    import jiran  # noqa: PLC0415  the short form does without

    return [jiran.simulate(jiran.load_scenario("paper", {"seed": seed})) for seed in (1, 2)]


def kill_at_random(target, number, found, rng):
    """Kill a process that saves one result after the other, at a random moment.

    Return whether it ended by that, and a result is there, whole.
    """

    def work():
        for turn in range(1000):
            found[turn % 2].save(target)

    child = forked(work)
    time.sleep(rng.uniform(0.0, 0.15))
    os.kill(child, number)
    stopped = ended(child) in (-number, 128 + number)
    return stopped and version_of(target) in {result.digest for result in found}


def kill_command(target, number, rng):
    """Kill `jiran run` over an old result, from its start to after its end."""
    command = [sys.executable, "-m", "jiran", "run", "paper", "--set", f"seed={rng.randint(1, 9)}", "-o", str(target)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(rng.uniform(0.0, 2.0))
    running.send_signal(number)
    running.wait()
    return version_of(target) is not None


def write_together(target, save):
    """Let many processes write to one name at once; return failed writers, and how often nothing was there."""

    def work(writer):
        for _ in range(WRITES):
            save(writer)

    ended(forked(lambda: save(0)))
    children = [forked(lambda writer=writer: work(writer)) for writer in range(WRITERS)]
    failed = missed = 0
    while children:
        missed += not target.exists()
        time.sleep(0.0005)
        child, status = os.waitpid(-1, os.WNOHANG)
        if child:
            children.remove(child)
            failed += status != 0
    return failed, missed


def main():
    """Print the counts; exit with 1 if anything was lost."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets what runs in the background ignore it
    rng, found = Random(), results()
    bad = 0
    with tempfile.TemporaryDirectory() as scratch:
        where = Path(scratch)
        target, file = where / "out", where / "table.csv"
        ended(forked(lambda: found[0].save(target)))
        for number in SIGNALS:
            lost = sum(not kill_at_random(target, number, found, rng) for _ in range(KILLS))
            print(f"{number.name:8} {KILLS} saves killed at random moments: {lost} lost", flush=True)
            lost_runs = sum(not kill_command(target, number, rng) for _ in range(KILLS // 10))
            print(f"{number.name:8} {KILLS // 10} runs killed at random moments: {lost_runs} lost", flush=True)
            bad += lost + lost_runs
        failed, missed = write_together(target, lambda writer: found[writer % 2].save(target))
        whole = version_of(target) is not None
        print(
            f"{WRITERS * WRITES} results written by {WRITERS} processes to one folder: {failed} failed, {missed} missed"
        )
        text = [str(writer).encode() * 100_000 for writer in range(WRITERS)]
        failed_files, missed_files = write_together(file, lambda writer: saving.save_file(file, text[writer]))
        whole &= file.read_bytes() in text
        print(
            f"{WRITERS * WRITES} tables written by {WRITERS} processes to one file: {failed_files} failed, {missed_files} missed"
        )
        left = drafts(where)
        print(f"in the end: {'whole' if whole else 'broken'}, {len(left)} temporary names left")
        bad += failed + missed + failed_files + missed_files + (not whole) + len(left)
    print(f"{bad} lost or failed")
    return bool(bad)


if __name__ == "__main__":
    if sys.argv[1:2] == ["steps"]:
        chosen = [signal.Signals[name] for name in sys.argv[4:]]
        print(json.dumps(steps(Path(sys.argv[2]), swaps=sys.argv[3] == "swap", signals=chosen)))
    else:
        sys.exit(main())
