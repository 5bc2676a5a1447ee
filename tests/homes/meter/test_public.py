"""Public layouts: each is read without keys, or with those that the page says; what is not understood is refused."""

from __future__ import annotations

import pytest

from homes.meter.public import public_files, totals, written
from jiran.errors import DataError
from jiran.homes.meter.look import look
from jiran.homes.meter.vocabulary import QUANTITIES
from jiran.scenario import HomeData

FILES = public_files()


def looked(file, **keys):
    return look(HomeData(path="meters.csv", **keys), zone="UTC", content=written(file))


def assert_reads(told, file):
    read = {what: sum(home[what] for home in told.totals.values()) for what in QUANTITIES}
    assert {what: kwh for what, kwh in read.items() if kwh} == pytest.approx(totals(file), abs=1e-6)
    assert len(told.totals) == (file.ids or len(file.homes))
    assert not told.filled()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_public_layout_is_read_as_the_page_says(file):
    told = looked(file, **file.keys)
    assert_reads(told, file)
    again = look(HomeData(**told.keys), zone="Pacific/Apia", content=written(file))
    assert (again.totals, again.keys) == (told.totals, told.keys)
    assert {kind for kind in file.say if not told.report.total(kind)} == set()


@pytest.mark.parametrize("file", [file for file in FILES if file.keys], ids=lambda file: file.name)
def test_without_its_keys_a_layout_is_refused_or_doubted_but_never_read_wrong_in_silence(file):
    if file.refused:
        with pytest.raises(DataError, match=file.refused):
            looked(file)
        return
    told = looked(file)
    if not told.suspicions():
        assert_reads(told, file)


def test_names_are_given_once():
    assert len({file.name for file in FILES}) == len(FILES)
