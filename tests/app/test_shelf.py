"""The folder of uploads: private, named by content, swept after a day, and a link names nothing else in it."""

from __future__ import annotations

import os
import stat
import time

import pytest

from jiran.app import links, shelf
from jiran.errors import JiranError
from jiran.scenario.files import read_scenario

CSV = b"time,A load,B load,B generation\n" + b"".join(
    b"2026-03-%02d %02d:00,0.5,0.4,%d\n" % (day, hour, hour % 2) for day in (21, 22) for hour in range(24)
)


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(shelf.tempfile, "gettempdir", lambda: str(tmp_path))


def metered(path):
    return read_scenario("paper") | {"homes": {"data": {"path": str(path)}}, "steps": 48}


def test_it_is_private_and_a_file_lies_there_once():
    first, second = shelf.put("street.csv", CSV), shelf.put("street.csv", CSV)
    assert first == second
    assert first.read_bytes() == CSV
    assert stat.S_IMODE(shelf.folder().stat().st_mode) == 0o700
    assert stat.S_IMODE(first.parent.stat().st_mode) == 0o700
    assert [file.name for file in first.parent.iterdir()] == ["street.csv"]


def test_a_folder_of_somebody_else_is_not_used(tmp_path):
    name = shelf.folder().name
    shelf.folder().rmdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(JiranError, match=r"somebody else|cannot be kept"):
        shelf.put("street.csv", CSV)


def test_a_day_later_it_is_swept_and_a_link_to_it_says_so():
    old, new = shelf.put("old.csv", CSV), shelf.put("new.csv", CSV + b"2026-03-23 00:00,1,1,1\n")
    link = links.base_of_data("old.csv", metered(old)).link
    yesterday = time.time() - shelf.KEPT_S - 60
    os.utime(old.parent, (yesterday, yesterday))
    with pytest.raises(JiranError, match=r"old\.csv is not here any more: uploads are kept for a day"):
        links.read_link(link, None)
    assert not old.exists()
    assert new.exists()


def test_a_link_finds_the_upload_again_and_says_no_path(tmp_path):
    base = links.base_of_data("street.csv", metered(shelf.put("street.csv", CSV)))
    again, changes = links.read_link(links.write_link(base, {"steps": 24}), None)
    assert again.data["homes"] == base.data["homes"]
    assert again.label == "street.csv"
    assert changes == {"steps": 24}
    assert str(tmp_path) not in str(links.unpack(base.link["s"]))


@pytest.mark.parametrize(
    "name",
    [
        "upload:{hash}/../../secret.csv", "upload:{hash}/..", "upload:../secret.csv", "upload:{hash}/link.csv",
        "upload:{hash}/", "upload:" + "0" * 64 + "/street.csv", "secret.csv", "/etc/passwd", "upload:{hash}\\street.csv",
    ],
)  # fmt: skip
def test_a_link_names_no_other_file(name, tmp_path):
    path = shelf.put("street.csv", CSV)
    (tmp_path / "secret.csv").write_bytes(CSV)
    (path.parent / "link.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(JiranError):
        links.read_link({"s": links.pack(metered(name.format(hash=path.parent.name)))}, None)


def also(data, *names):
    return data | {"homes": {"data": data["homes"]["data"] | {"also": list(names)}}}


def test_a_link_finds_all_of_several_uploads(tmp_path):
    first, second = shelf.put("one.csv", CSV), shelf.put("two.csv", CSV.replace(b"A", b"C").replace(b"B", b"D"))
    base = links.base_of_data("one.csv and 1 more", also(metered(first), str(second)))
    again, _ = links.read_link(dict(base.link), None)
    assert again.data["homes"] == base.data["homes"]
    assert again.label == "one.csv and 1 more"
    assert str(tmp_path) not in str(links.unpack(base.link["s"]))


@pytest.mark.parametrize(
    "names",
    [
        ["/etc/passwd"], ["secret.csv"], ["*.csv"], ["upload:{hash}/*.csv"], ["upload:{hash}/street.csv", "secret.csv"],
        ["upload:{hash}/../../secret.csv"], [3], "secret.csv", {"a": "secret.csv"}, ["upload:{hash}/link.csv"],
    ],
)  # fmt: skip
def test_a_link_that_names_further_files_of_this_machine_is_refused(names, tmp_path):
    path = shelf.put("street.csv", CSV)
    (tmp_path / "secret.csv").write_bytes(CSV)
    (path.parent / "link.csv").symlink_to(tmp_path / "secret.csv")
    wanted = names
    if isinstance(names, list):
        wanted = [name.replace("{hash}", path.parent.name) if isinstance(name, str) else name for name in names]
    data = metered(f"upload:{path.parent.name}/street.csv")
    data["homes"]["data"]["also"] = wanted
    with pytest.raises(JiranError):
        links.read_link({"s": links.pack(data)}, None)
    with pytest.raises(JiranError, match="the link names a file"):
        links.read_link({"preset": "paper", "homes.data.also": '["/etc/passwd"]'}, None)
    pinned = {"preset": "paper", "a": links.pack({"s": links.pack(data)})}
    with pytest.raises(JiranError):
        links.read_pin(pinned, links.base_of_preset("paper"))


def test_a_scenario_of_which_one_file_is_no_upload_is_not_put_into_a_link(tmp_path):
    (tmp_path / "own.csv").write_bytes(CSV)
    assert links.base_of_data("own", also(metered(shelf.put("street.csv", CSV)), str(tmp_path / "own.csv"))).link == {}


def test_a_scenario_that_reads_a_file_of_this_machine_is_not_put_into_a_link(tmp_path):
    (tmp_path / "own.csv").write_bytes(CSV)
    assert links.base_of_data("own", metered(tmp_path / "own.csv")).link == {}
