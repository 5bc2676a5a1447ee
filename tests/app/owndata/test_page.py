"""From files that are dropped to the homes of the scenario, as a viewer sees it."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

import jiran
from jiran.app import shelf
from jiran.app.sidebar import PATH
from jiran.scenario.files import to_toml
from meter_files import meters
from opening import viewer
from pages import seen

USE, CHOOSE = "use homes", "offer|1|what {}"


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(shelf.tempfile, "gettempdir", lambda: str(tmp_path))


def drop(*files):
    """Return a viewer who has dropped files."""
    app = viewer()
    app.session_state["own data"] = True
    app.run()
    drop_more(app, *files)
    return app


def drop_more(app, *files):
    app.sidebar.file_uploader[0].set_value([(name, content, "text/csv") for name, content in files]).run()
    assert not app.exception


def click(app: AppTest, key):
    app.button(key=key).click().run()
    assert not app.exception


def choose(app, key, value):
    box = app.selectbox(key=key)
    box.select(value).run()
    assert not app.exception


def homes(app):
    return app.session_state["scenario"].homes.data


def texts(app):
    return [seen(one.value) for kind in (app.error, app.warning, app.markdown, app.caption) for one in kind]


def has(app, key):
    return any(button.key == key for button in app.button)


def test_a_good_file_is_looked_at_and_taken():
    app = drop(("street.csv", meters()))
    assert app.session_state["scenario"].homes.data is None
    assert any("3 homes" in text and "21 Mar 2026 00:00 to 23 Mar 2026 00:00" in text for text in texts(app))
    assert any("Filled: A load" in text for text in texts(app))
    table = next(frame.value for frame in app.dataframe if "home" in frame.value.columns and "load" in frame.value)
    assert table["home"].to_list() == ["A", "B", "C"]
    assert table["generation"].iloc[2] == 0.0
    click(app, USE)
    assert homes(app).columns["B generation"].startswith("B generation")
    assert app.session_state["scenario"].steps == 48
    assert not has(app, USE)
    again = viewer()
    again.query_params.update({"s": app.query_params["s"]})
    again.run()
    assert again.session_state["scenario"].homes.data == homes(app)


def test_suspicions_stand_in_front():
    app = drop(("street.csv", meters().replace(b"0.50,", b"900,", 1)))
    assert any("50 times as high" in one.value for one in app.warning)


def test_a_column_that_is_not_understood_is_corrected_by_choice():
    app = drop(("street.csv", meters().replace(b"C load", b"Zork").replace(b"C generation", b"Foo bar")))
    assert any("2 columns are not understood" in seen(one.value) for one in app.warning)
    assert not has(app, USE)
    choose(app, CHOOSE.format("Zork"), "load")
    assert any("1 column is not understood" in seen(one.value) for one in app.warning)
    choose(app, CHOOSE.format("Foo bar"), "ignore")
    app.text_input(key="offer|1|whose Zork").set_value("D").run()
    assert not any("understood" in one.value for one in app.warning)
    click(app, USE)
    assert homes(app).columns["Foo bar"] == "ignore"
    assert homes(app).columns["Zork"].startswith("D load")
    assert list(jiran.simulate(app.session_state["scenario"]).homes["id"]) == ["A", "B", "D"]


def test_many_columns_that_are_not_understood_are_corrected_at_once():
    rows = [f"2026-03-21 {hour:02}:00," + ",".join(["0.5"] * 100) for hour in range(24)]
    content = "\n".join(
        ["time," + ",".join(f"Zork {'abcdefghij'[home % 10]}x{home // 10}q" for home in range(100)), *rows]
    )
    app = drop(("wide.csv", content.encode()))
    assert any("100 columns are not understood" in seen(one.value) for one in app.warning)
    assert sum("|what " in str(box.key) for box in app.selectbox) == 12  # and a field to find the others
    choose(app, "offer|1|all unknown", "load")
    click(app, USE)
    assert len(jiran.simulate(app.session_state["scenario"]).homes) == 100


def test_words_of_a_long_file_are_corrected_by_choice():
    rows = [f"2026-03-21 {hour:02}:00,H1,{word},0.5" for word in ("load", "Zork") for hour in range(24)]
    app = drop(("long.csv", "\n".join(["time,home,quantity,value", *rows]).encode()))
    assert any("1 word in the column of quantities is not understood" in seen(one.value) for one in app.warning)
    choose(app, "offer|1|word Zork", "generation")
    click(app, USE)
    assert homes(app).quantities["Zork"].startswith("generation")


def test_how_values_and_times_are_read_is_chosen():
    app = drop(("street.csv", meters()))
    app.session_state["correct 1"] = True
    app.run()
    choose(app, "offer|1|unit", "Wh")
    choose(app, "offer|1|time_label", "end")
    choose(app, "offer|1|Time zone of the homes", "Europe/Berlin")
    click(app, USE)
    assert homes(app).columns["A load"] == "A load Wh interval"
    assert homes(app).time_label == "end"
    assert app.session_state["scenario"].time_zone == "Europe/Berlin"
    assert app.session_state["scenario"].start.isoformat() == "2026-03-20T23:00:00"


def test_three_files_become_three_homes():
    app = drop(*[(f"H{home}.csv", meters(homes=home)) for home in "ABC"])
    click(app, USE)
    assert list(jiran.simulate(app.session_state["scenario"]).homes["id"]) == ["A", "B", "C"]
    assert len(homes(app).names) == 3
    assert app.session_state["base"].label == "HA.csv and 2 more"


def test_a_broken_file_is_one_sentence_and_the_scenario_stays():
    app = drop(("letter.csv", b"Dear neighbours,\nplease find the readings in my next mail.\n"))
    assert [seen(one.value) for one in app.error] == ["letter.csv: no column of times"]
    assert not has(app, USE)
    assert app.session_state["scenario"].name == "paper"
    drop_more(app, ("street.csv", meters()))
    assert has(app, USE)


def test_a_scenario_and_its_file_together_are_looked_at_first(tmp_path):
    (tmp_path / "street.csv").write_bytes(meters())
    data = {"path": str(tmp_path / "street.csv"), "factor": 2.0}
    ours = jiran.scenario.validate(
        {"name": "ours", "steps": 12, "start": "2026-03-21T00:00:00", "homes": {"data": data}}
    )
    text = to_toml(jiran.scenario.beside.shareable(ours)).encode()
    app = drop(("ours.toml", text), ("street.csv", meters()))
    click(app, USE)
    assert (homes(app).factor, app.session_state["scenario"].steps) == (2.0, 12)


def test_how_homes_are_read_can_be_looked_at_again_and_changed():
    app = drop(("street.csv", meters()))
    click(app, USE)
    app.session_state["correct 2"] = True
    click(app, "look again")
    choose(app, "offer|2|what C load", "ignore")
    click(app, USE)
    assert homes(app).columns["C load"] == "ignore"
    assert list(jiran.simulate(app.session_state["scenario"]).homes["id"]) == ["A", "B", "C"]


def test_what_nobody_corrected_is_not_open_for_correction_when_it_is_looked_at_again():
    app = drop(("street.csv", meters()))
    click(app, USE)
    click(app, "look again")
    (more,) = (one for one in app.expander if one.label == "Correct how it is read")
    assert not more.proto.expanded


def test_files_that_are_gone_are_one_sentence():
    app = drop(("street.csv", meters()))
    click(app, USE)
    for place in shelf.folder().iterdir():
        for file in place.iterdir():
            file.unlink()
    click(app, "look again")
    assert any("there is no such file" in one.value for one in app.error)
    assert not any("jiran-uploads" in one.value for one in app.error)


def test_names_are_text_and_no_markdown():
    app = drop(("![x](http:evil.test).csv", meters().replace(b"A load", b"*b* [y](z) zork")))
    for shown in (*app.markdown, *app.caption, *app.warning, *app.error):
        assert "[y](" not in shown.value
        assert "![x](" not in shown.value


def test_that_no_plan_can_be_made_of_registers_alone_is_said_before_they_are_used():
    rows = "\n".join(f"2025-08-01 {hour:02d}:00,0.5,{0.3 if 9 < hour < 15 else 0.0}" for hour in range(24))
    app = drop(("net.csv", f"time,H1 import kWh,H1 export kWh\n{rows}\n".encode()))
    assert any("No plan can be made of these homes" in one.value for one in app.info)
    assert homes(app) is None  # nothing is used yet
    good = drop(("good.csv", meters()))
    assert not any("No plan can be made" in one.value for one in good.info)


@pytest.mark.parametrize(
    ("has", "asked"),
    [("", False), ("[homes.data.all]\nkind = 'solar'\n", True), ("[homes.data.all]\npv_kwp = 3.5\n", False)],
)
def test_the_size_of_roofs_is_asked_where_metered_homes_get_roofs_without_one(has, asked):
    data = f"name = 'ours'\ntime_zone = 'Asia/Kuching'\n[homes.data]\npath = 'street.csv'\n{has}"
    app = drop(("ours.toml", data.encode()), ("street.csv", meters()))
    click(app, USE)
    assert homes(app).has_roofs(1.0) == bool(has)
    app.session_state["more"] = True
    app.run()
    asks = [
        field for field in (*app.sidebar.slider, *app.sidebar.number_input) if field.label.startswith("Solar capacity")
    ]
    assert len(asks) == asked


def test_the_way_to_a_plan_of_metered_homes_asks_nothing_that_meters_have_told():
    app = viewer()
    app.session_state["own data"] = True
    app._page_hash = calc_hash("plan")
    for place in range(len(PATH)):
        app.session_state[f"way {place}"] = True
    app.run()
    drop_more(app, ("street.csv", meters()))
    assert any("“Time zone” = " in text and "time_zone" not in text for text in texts(app))  # by the names of controls
    click(app, USE)
    steps = {one.label: one for one in app.sidebar.expander if one.label in PATH}
    labels = [one.label for step in steps.values() for one in (*step.selectbox, *step.number_input)]
    assert {"Time zone", "Community battery, kWh"} <= set(labels)
    assert not {"Sun", "Place of the sun", "EV charging power, kW"} & set(labels)
    assert "street.csv" in seen(steps["2 Homes"].caption[0].value)
