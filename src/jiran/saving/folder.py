"""Save a result as a folder: old or new, it is complete under its name at every instant."""

from __future__ import annotations

import errno
import json
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from jiran.errors import JiranError
from jiran.saving import swap, temporary
from jiran.saving.disk import sync_folder, write_new
from jiran.saving.faults import refuse_closed, refuse_inputs, told, whole_path
from jiran.saving.own import MANIFEST, foreign, sha256

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

#: So often other runs may put their result in place in the moment between our look and our step.
_TRIES = 1000
_TAKEN = {errno.EEXIST, errno.ENOTEMPTY}


def refuse_folder(target: Path, inputs: Iterable[Path] = ()) -> None:
    """Refuse a folder that cannot become a result; cheap, to be asked before a long run.

    Args:
        target: The folder.
        inputs: Files that the run reads.

    Raises:
        JiranError: It holds something else than a result of jiran, holds what the run reads, or cannot be written.
    """
    path = whole_path(target)
    if path == Path.cwd() or path in Path.cwd().parents:
        what = "is the current folder" if path == Path.cwd() else "holds the current folder"
        raise JiranError(
            f"{path} is not written: it {what}, and a result takes the place of the whole folder; "
            "name a new folder for it, such as out"
        )
    with told(target):
        if path == _home():
            raise JiranError(f"{target} is not written: it is your home folder; name a folder for the result")
        if path.exists() and not path.is_dir():
            raise JiranError(f"{target} is not written: it is a file, not a folder")
        if path.is_mount():
            raise JiranError(f"{target} is not written: a disk or volume is mounted there; name a folder in it")
        refuse_inputs(target, path, inputs)
        refuse_closed(target, path)
        _refuse_foreign(target, path)


def save_folder(target: Path, files: Mapping[str, Callable[[BinaryIO], object]], about: dict[str, Any]) -> None:
    """Write files and a manifest to a folder that is new, empty, or an earlier result.

    Args:
        target: The folder; a symbolic link is followed and stays.
        files: What writes each file, by name.
        about: What the manifest tells besides the SHA-256 of each file.

    Raises:
        JiranError: It cannot be written, or holds something else. What was there before is still there.
    """
    refuse_folder(target)
    path = whole_path(target)
    with told(target):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.sweep(path)
        fresh = temporary.begin(path.parent)
        try:
            fresh.mkdir()
            _fill(fresh, files, about)
            if path.exists():
                fresh.chmod(stat.S_IMODE(path.stat().st_mode))
            _put_in_place(fresh, path, target)
            sync_folder(path.parent)
        finally:
            temporary.end(fresh)


def _fill(folder: Path, files: Mapping[str, Callable[[BinaryIO], object]], about: dict[str, Any]) -> None:
    """Write the files, and last the manifest, which says that all of them are there.

    A folder without a manifest is a draft, so a run that is cut off here leaves nothing that looks like a result.

    Args:
        folder: New and empty.
        files: What writes each file, by name.
        about: What the manifest tells besides.
    """
    for name, write in files.items():
        write_new(folder / name, write)
    whole = {**about, "files": {name: sha256(folder / name) for name in files}}
    text = json.dumps(whole, indent=2, allow_nan=False) + "\n"
    part = folder / "part"
    write_new(part, lambda file: file.write(text.encode()))
    part.rename(folder / MANIFEST)
    sync_folder(folder)


def _put_in_place(fresh: Path, path: Path, target: Path) -> None:
    """Give a finished folder its name, whatever other runs do with that name meanwhile.

    Args:
        fresh: The finished folder, in the same parent.
        path: The name that it is to have, behind all links.
        target: As the user calls it.

    Raises:
        JiranError: What stands there is not of jiran, or it never stands still.
    """
    for _ in range(_TRIES):
        try:
            if _is_put(fresh, path, target):
                return
        except FileNotFoundError:
            if not fresh.exists():
                raise
        except OSError as error:
            if error.errno not in _TAKEN:
                raise
    raise JiranError(f"{target}: cannot be written: other runs write to it all the time")


def _is_put(fresh: Path, path: Path, target: Path) -> bool:
    """Try to give a finished folder its name; False if what stands there has just changed.

    Raises:
        JiranError: What stands there is not of jiran.
        OSError: Something was put there or taken away in between; whoever calls tries again.
    """
    if not path.exists():
        fresh.rename(path)
        return True
    if not any(path.iterdir()):
        path.rmdir()
        return False
    _refuse_foreign(target, path)
    if not swap.swap(fresh, path):
        _one_after_the_other(fresh, path)
    elif foreign(fresh) is not None:  # put there in the instant between the look and the swap
        swap.swap(fresh, path)
        return False
    return True


def _one_after_the_other(fresh: Path, path: Path) -> None:
    """Replace a folder where names cannot be swapped; cut off in between, the next save puts the old one back.

    For an instant there is neither; who reads then finds no folder, and never half of one.
    """
    aside = temporary.begin(path.parent, aside_of=path)
    try:
        path.rename(aside)
        fresh.rename(path)
    finally:
        temporary.end(aside)


def _refuse_foreign(target: Path, path: Path) -> None:
    """Refuse to replace what is not a result of jiran.

    Raises:
        JiranError: It holds something else; the message names the first thing.
    """
    found = foreign(path) if path.exists() else None
    if found is not None:
        raise JiranError(f"{target} is not written: {found}")


def _home() -> Path | None:
    """Return the user's home folder, or None where nobody can tell."""
    try:
        return Path.home().resolve()
    except (RuntimeError, OSError):  # nobody has told where it is
        return None
