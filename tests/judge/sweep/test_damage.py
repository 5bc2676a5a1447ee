"""A folder of a sweep that a disk or another program damaged: one sentence, never a wrong or a doubled point."""

from __future__ import annotations

import io
import shutil
from random import Random

import polars as pl
import pytest

import jiran
from jiran import JiranError
from jiran.judge.sweep import Folder, run
from jiran.judge.sweep.answers import answers
from jiran.report.sweep import page
from terminal import call

VARY = {"market.fraction": "0.5:0.7:0.1", "market.matching": "index-order,pro-rata"}
TIMES = 25


class EnoughError(Exception):
    pass


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Return folders of the same sweep: one that is done, and one that was cut off, with several parts; and its rows."""
    top = tmp_path_factory.mktemp("sweeps")
    right = jiran.sweep("paper", VARY, seeds=3, folder=top / "whole", workers=1).table

    def enough(share):
        if share > 0.5:
            raise EnoughError

    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(run, "_BATCH_S", 0.02)
        with pytest.raises(EnoughError):
            jiran.sweep("paper", VARY, seeds=3, folder=top / "half", workers=1, progress=enough)
    assert len(list((top / "half" / "parts").glob("*"))) > 1
    return top / "whole", top / "half", right


def as_parquet(frame):
    held = io.BytesIO()
    frame.write_parquet(held)
    return held.getvalue()


def damaged(content, how, rng):
    """Return what is left of a file."""
    found, places = bytearray(content), sorted(rng.randrange(len(content)) for _ in range(2))
    if how == "flip":
        found[places[0]] ^= 1 << rng.randrange(8)
    elif how == "scatter":
        for _ in range(rng.randint(2, 60)):
            found[rng.randrange(len(found))] = rng.randrange(256)
    elif how == "cut":
        del found[places[0] :]
    elif how == "middle":
        del found[slice(*places)]
    elif how == "longer":
        found[places[0] : places[0]] = rng.randbytes(rng.randint(1, 50))
    elif how == "foreign":
        found = as_parquet(pl.DataFrame({"a": [1, 2], "b": ["x", "y"]}))
    return bytes(found)


@pytest.mark.parametrize("turns", [range(TIMES), pytest.param(range(TIMES, 200), marks=pytest.mark.long)])
def test_whatever_is_damaged_no_point_is_wrong_or_twice(turns, folders, tmp_path):
    whole, half, right = folders
    refused = 0
    for turn in turns:
        rng = Random(turn)  # noqa: S311  no secret
        copy = shutil.copytree(rng.choice([whole, half]), tmp_path / str(turn))
        file = rng.choice(sorted(one for one in copy.rglob("*") if one.is_file()))
        how = rng.choice(["flip", "scatter", "cut", "middle", "longer", "foreign"])
        file.write_bytes(damaged(file.read_bytes(), how, rng))
        for ask in (
            lambda copy=copy: page(answers(Folder(copy), "saving")),
            lambda copy=copy: Folder(copy).rows().collect(),
            lambda copy=copy: jiran.sweep("paper", VARY, seeds=3, folder=copy, workers=1).table,
        ):
            try:
                found = ask()
            except JiranError as error:
                assert str(file) in str(error) or file.name == "sweep.toml", (turn, how, str(error))  # noqa: PT017
                refused += 1
                continue
            if isinstance(found, pl.DataFrame):
                assert found["key"].n_unique() == found.height
                wanted = right.join(found, on="key", how="semi")
                assert found.sort("key").equals(wanted.sort("key")), (turn, how, file)
    assert refused > len(turns)


def test_a_bit_that_parquet_does_not_miss_is_missed(tmp_path):
    """Of a table that is not compressed each bit is a number's, and any number is one."""
    folder = Folder(tmp_path / "out")
    jiran.sweep("paper", VARY, folder=folder.path, workers=1)
    (part,) = folder.parts.glob("*")
    whole = part.read_bytes()
    for place in range(4, len(whole), len(whole) // 97):
        part.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        with pytest.raises(JiranError, match=r"all\.parquet: is damaged; remove it and start the sweep again, which"):
            folder.rows()


@pytest.mark.parametrize("name", ["parts/all.parquet", "parts/mine.parquet", "points.parquet"])
def test_a_table_of_somebody_else_is_named_and_the_same_command_goes_on_without_it(name, folders, tmp_path):
    copy = shutil.copytree(folders[0], tmp_path / "out")
    (copy / name).write_bytes(as_parquet(pl.DataFrame({"a": [1], "key": ["x"]})))
    shown = call("sweep", "show", copy)
    assert shown.exit_code == 2
    (line,) = shown.stderr.splitlines()
    assert f"{copy / name}: is none of this sweep, or of another version of jiran, as its column " in line
    vary = (f"--vary={key}={of}" for key, of in VARY.items())
    again = ("sweep", "paper", *vary, "--seeds", 3, "-o", copy)
    if name != "points.parquet":  # which the next start makes anew
        assert call(*again).exit_code == 2
        (copy / name).unlink()
    assert call(*again).exit_code == 0
    assert Folder(copy).rows().collect().equals(folders[2])


def test_a_point_that_stands_twice_in_a_table_of_another_program_is_one(folders, tmp_path):
    folder = Folder(shutil.copytree(folders[0], tmp_path / "out"))
    part = folder.parts / "all.parquet"
    rows = pl.read_parquet(part)
    pl.concat([rows, rows.head(4)]).write_parquet(part)
    assert folder.rows().collect().equals(folders[2])
    assert jiran.sweep("paper", VARY, seeds=3, folder=folder.path, workers=1).table.equals(folders[2])
    assert pl.read_parquet(part).height == rows.height
