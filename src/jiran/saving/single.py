"""Write a single file, whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from jiran.errors import JiranError
from jiran.saving import temporary
from jiran.saving.disk import sync_folder, write_new
from jiran.saving.faults import refuse_closed, refuse_inputs, told, whole_path

if TYPE_CHECKING:
    from collections.abc import Iterable


def refuse_file(target: Path, inputs: Iterable[Path] = ()) -> None:
    """Refuse a name that no file can be written to; cheap, to be asked before a long run.

    Args:
        target: The file; one that is there will be replaced.
        inputs: Files that the run reads.

    Raises:
        JiranError: It is a folder or a device, is read by the run, or cannot be written.
    """
    path = whole_path(target)
    with told(target):
        if path.exists() and not path.is_file():
            what = "a folder" if path.is_dir() else "a device"
            raise JiranError(f"{target} is not written: it is {what}, not a file")
        refuse_inputs(target, path, inputs)
        if not path.parent.exists():
            raise JiranError(f"{target}: cannot be written: there is no folder {path.parent}")
        refuse_closed(target, path)


def save_file(target: Path, content: bytes) -> None:
    """Write a file, or replace one at one instant; a symbolic link is followed and stays.

    Args:
        target: As the user calls it; permissions of a file that is replaced stay.
        content: All of its bytes.

    Raises:
        JiranError: It cannot be written. What was there before is still there.
    """
    refuse_file(target)
    path = whole_path(target)
    with told(target):
        temporary.sweep(path)
        fresh = temporary.begin(path.parent)
        try:
            mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else None
            write_new(fresh, lambda file: file.write(content), mode)
            fresh.replace(path)
            sync_folder(path.parent)
        finally:
            temporary.end(fresh)


def create_file(target: Path, content: bytes, mode: int | None = None) -> None:
    """Write a file that is not there yet, with a mode of its own if one is given.

    Of two that create the same name at once, one gets it and the other is told so.

    Args:
        target: As the user calls it; a symbolic link counts as a file that is there.
        content: All of its bytes.
        mode: Permissions, set before anything is written; default: as for every new file.

    Raises:
        JiranError: It is there, or cannot be written.
    """
    path = target.parent.resolve() / target.name
    with told(target):
        if os.path.lexists(path):
            raise JiranError(f"{target}: is there already and is not overwritten; choose another name")
        refuse_file(target)
        temporary.sweep(path)
        fresh = temporary.begin(path.parent)
        try:
            write_new(fresh, lambda file: file.write(content), mode)
            _link(fresh, path)
            sync_folder(path.parent)
        except FileExistsError:
            raise JiranError(f"{target}: is there already and is not overwritten; choose another name") from None
        finally:
            temporary.end(fresh)


def _link(fresh: Path, path: Path) -> None:
    """Give a finished file its name, unless there is one of this name.

    A hard link is the one step that fails if the name is taken, on every file system that has links.
    """
    try:
        path.hardlink_to(fresh)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links; Windows refuses to rename onto a file by itself
        if os.name == "posix":
            path.open("xb").close()
            fresh.replace(path)
        else:
            fresh.rename(path)
