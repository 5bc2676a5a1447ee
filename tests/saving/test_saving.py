"""What may be replaced, what is swept, and what is said where nothing can be written."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from jiran import saving
from jiran.errors import JiranError
from jiran.saving import swap, temporary
from soak import drafts, small, version_of

POSIX = pytest.mark.skipif(os.name != "posix", reason="links and modes as POSIX has them")


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


@pytest.fixture
def out():
    small("old", Path("out"))
    return Path("out")


def names(folder="."):
    return sorted(path.name for path in Path(folder).iterdir())


def refused(words, *arguments):
    with pytest.raises(JiranError, match=words) as caught:
        saving.refuse_folder(*arguments)
    assert "\n" not in str(caught.value)


def test_a_result_is_replaced_and_nothing_is_left_beside_it(out):
    small("new", out)
    assert version_of(out) == "new"
    assert names() == ["out"]


def test_an_empty_folder_becomes_a_result():
    Path("out").mkdir()
    small("new", Path("out"))
    assert version_of(Path("out")) == "new"


@pytest.mark.parametrize("name", ["notes.txt", ".hidden", "kpis.json.bak", "sub"])
def test_a_result_with_anything_else_in_it_is_left_alone(out, name):
    (out / name).mkdir() if name == "sub" else (out / name).write_text("mine")
    refused(f"it holds '{name}', which is not a result", out)
    with pytest.raises(JiranError, match="is not written"):
        small("new", out)
    assert (out / name).exists()


def test_files_named_as_a_result_are_no_result_without_its_manifest():
    Path("street").mkdir()
    Path("street/scenario.toml").write_text("# mine")
    refused("it holds 'scenario.toml', but no manifest.json that says that jiran wrote it", Path("street"))
    for text in ("{}", "[1]", '"jiran"', "{", '{"jiran": "0.1.0"}', "[" * 100_000):
        Path("street/manifest.json").write_text(text)
        refused("no manifest.json that says", Path("street"))


def test_a_scenario_that_was_changed_in_a_result_is_left_alone(out):
    (out / "scenario.toml").write_text("# tuned by hand\na = 2\n")
    refused(r"its scenario\.toml was changed since jiran wrote it", out)


def test_what_a_file_manager_leaves_is_no_work(out):
    (out / ".DS_Store").write_bytes(b"\0")
    small("new", out)
    assert version_of(out) == "new"


@POSIX
def test_a_link_to_a_file_in_place_of_a_file_is_something_else(out):
    (out / "kpis.json").unlink()
    (out / "kpis.json").symlink_to("../mine.json")
    refused("it holds 'kpis.json', which is not", out)


@POSIX
def test_a_link_is_followed_and_stays(out):
    Path("link").symlink_to("out")
    small("new", Path("link"))
    assert Path("link").is_symlink()
    assert version_of(out) == "new"


@POSIX
@pytest.mark.parametrize("way", ["same", "symbolic", "hard", "inside", "relative"])
def test_what_the_run_reads_is_never_overwritten(out, way):
    read = out / "scenario.toml"
    if way == "symbolic":
        Path("street.toml").symlink_to(read)
        read = Path("street.toml")
    elif way == "hard":
        Path("street.toml").hardlink_to(read)
        read = Path("street.toml")
    elif way == "inside":
        Path("link").symlink_to("out")
        read = Path("link/scenario.toml")
    elif way == "relative":
        read = Path("../here/out/../out/scenario.toml")
    refused(f"this run reads {read}", out, [Path("gone.csv"), read])
    with pytest.raises(JiranError, match="this run reads"):
        saving.refuse_file(out / "scenario.toml", [read])
    saving.refuse_folder(out, [Path("gone.csv")])


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (".", "/here is not written: it is the current folder, .* name a new folder for it, such as out"),
        ("..", "is not written: it holds the current folder, and a result takes the place of the whole folder"),
        ("", "/here is not written: it is the current folder"),
        ("/", "^/ is not written: it holds the current folder"),
        ("file", "is a file, not a folder"),
        ("file/out", "a file is in the way"),
        ("a" * 300, "File name too long"),
        ("nul\0", "null"),
        ("circle", "circle|loop|levels"),
    ],
)
@POSIX
def test_a_place_that_is_no_place_is_refused(target, words):
    Path("file").write_text("mine")
    Path("circle").symlink_to("circle")
    refused(words, Path(target))


@POSIX
def test_home_a_mounted_disk_and_a_read_only_result_are_refused(out, monkeypatch, tmp_path):
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    refused("it is your home folder", tmp_path / "home")
    refused("mounted there", Path("/proc"))
    out.chmod(0o555)
    refused("it is read-only", out)
    out.chmod(0o755)
    monkeypatch.setattr(os, "access", lambda *_args: False)
    refused("the folder .* is read-only", out)


def test_a_result_keeps_the_mode_of_its_folder(out):
    out.chmod(0o700)
    small("new", out)
    assert out.stat().st_mode & 0o777 == 0o700


def test_without_swapping_the_old_is_put_aside_and_comes_back_if_the_new_cannot_take_its_place(out, monkeypatch):
    monkeypatch.setattr(swap, "swap", lambda _one, _other: False)
    small("new", out)
    assert version_of(out) == "new"
    real = Path.rename

    def rename(self, target):
        if "-new-" in self.name:
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    monkeypatch.setattr("jiran.saving.folder._fill", lambda folder, *_args: (folder / "part").write_text(""))
    with pytest.raises(JiranError, match="out: cannot be written: Permission denied"):
        small("newer", out)
    assert version_of(out) == "new"
    assert names() == ["out"]


def dead():
    """The number of a process that is gone."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    return gone.pid


def test_only_what_dead_processes_left_is_swept(out):
    host = temporary._host()
    left = {
        "dead": f".jiran-new-{host}-{dead()}-{'0' * 12}",
        "alive": f".jiran-new-{host}-{os.getpid()}-{'0' * 12}",
        "elsewhere": f".jiran-new-{'f' * 8}-{dead()}-{'0' * 12}",
        "other": ".jiran-notes",
    }
    for name in left.values():
        Path(name).mkdir()
    Path(left["dead"], "trades.parquet").write_text("half")
    small("new", out)
    assert sorted(drafts(Path())) == sorted(left[name] for name in ("alive", "elsewhere", "other"))
    os.utime(left["elsewhere"], (0, 0))
    saving.save_file(Path("table.csv"), b"x")
    assert left["elsewhere"] not in drafts(Path())


def test_a_folder_with_work_in_it_is_never_swept(out):
    draft = Path(f".jiran-new-{temporary._host()}-{dead()}-{'0' * 12}")
    small("a", draft)
    (draft / "thesis.txt").write_text("mine")
    small("new", out)
    assert (draft / "thesis.txt").read_text() == "mine"


def test_a_file_is_replaced_whole_or_not_at_all():
    file = Path("table.csv")
    saving.save_file(file, b"old")
    file.chmod(0o640)
    saving.save_file(file, b"new")
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"new", 0o640)
    for place, words in ((Path("gone/t.csv"), "there is no folder"), (Path(), "is a folder, not a file")):
        with pytest.raises(JiranError, match=words):
            saving.save_file(place, b"x")
    assert names() == ["table.csv"]


@POSIX
def test_a_device_is_no_file_and_a_link_stays():
    Path("plug").touch()
    with socket.socket(socket.AF_UNIX) as device:
        device.bind("device.csv")
        with pytest.raises(JiranError, match="it is a device"):
            saving.refuse_file(Path("device.csv"))
    Path("link.csv").symlink_to("plug")
    saving.save_file(Path("link.csv"), b"x")
    assert Path("link.csv").is_symlink()
    assert Path("plug").read_bytes() == b"x"


def test_a_new_file_is_made_whole_and_never_over_another(monkeypatch):
    saving.create_file(Path("a.toml"), b"one")
    with pytest.raises(JiranError, match="is there already and is not overwritten"):
        saving.create_file(Path("a.toml"), b"two")
    assert Path("a.toml").read_bytes() == b"one"

    def no_links(*_args):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", no_links)
    saving.create_file(Path("b.toml"), b"three")
    assert Path("b.toml").read_bytes() == b"three"
    assert names() == ["a.toml", "b.toml"]


def test_the_system_swaps_or_says_that_it_cannot():
    for name in ("one", "other"):
        Path(name).mkdir()
        Path(name, name).touch()
    if swap.swap(Path("one"), Path("other")):
        assert names("one") == ["other"]
    with pytest.raises(FileNotFoundError):
        swap.swap(Path("one"), Path("gone"))
