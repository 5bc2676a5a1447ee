"""Tariffs that follow each other: each month has the one that holds in it, and what cannot follow is refused."""

from __future__ import annotations

import pytest

from jiran.errors import TariffError
from jiran.tariffs import find_tariff, held, tariffs

RP4 = "my-tnb-rp4-domestic-general"


def named(tariff, months):
    return [(one.name, months[part]) for one, part in held(tariff, months)]


def test_without_a_tariff_before_it_one_is_taken_for_all_months():
    old = find_tariff("my-tnb-a-2014-domestic")
    assert named(old, ["2013-12", "2014-01"]) == [(old.name, ["2013-12", "2014-01"])]
    assert held(find_tariff(RP4), ["2026-01"])[0][0] is find_tariff(RP4)


@pytest.mark.parametrize("name", sorted(tariffs()))
def test_every_tariff_that_comes_with_jiran_follows_one_that_ends_the_day_before_it_or_says_nothing(name):
    months = [f"{year}-{month:02}" for year in range(2010, 2030) for month in range(1, 13)]
    parts = held(tariffs()[name], months)
    assert [place for _, part in parts for place in range(part.start, part.stop)] == list(range(len(months)))


def write(tmp_path, name, follows, begin, **more):
    file = tmp_path / f"{name}.toml"
    lines = [f'extends = "{RP4}"', f'name = "{name}"', 'title = "Own"', 'status = "estimate"', f'follows = "{follows}"',
             f"valid_from = {begin}", *(f'{key} = "{value}"' for key, value in more.items())]  # fmt: skip
    file.write_text("\n".join(lines))
    return str(file)


def test_a_file_follows_another_one_beside_it(tmp_path):
    write(tmp_path, "first", RP4, "2026-01-01")
    second = find_tariff(write(tmp_path, "second", "first.toml", "2026-03-01"))
    months = ["2025-05", "2025-06", "2025-12", "2026-01", "2026-03", "2030-01"]
    assert named(second, months) == [
        ("my-tnb-a-2014-domestic", months[:2]), (RP4, months[2:3]), ("first", months[3:4]), ("second", months[4:]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("begin", "more", "sentence"),
    [
        ("2025-07-01", {}, f"follows of own = '{RP4}': must hold from a day before 2025-07-01"),
        ("2026-01-01", {"currency": "EUR"}, f"follows of own = '{RP4}': must count in EUR, not in MYR"),
    ],
)
def test_what_cannot_follow_is_refused(tmp_path, begin, more, sentence):
    own = find_tariff(write(tmp_path, "own", RP4, begin, **more))
    with pytest.raises(TariffError, match=f"^{sentence}$"):
        held(own, ["2024-01"])
