"""The pictures of a comparison, read as a person reads them: by the numbers beside them, whoever draws them."""

from __future__ import annotations

import itertools
import re
from html import unescape
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jiran
from jiran.app.charts.compare import spec
from jiran.judge.comparison import by_rule
from jiran.report import pictures
from jiran.report.labels import LETTER, LINE, Label, place_names, spread_out
from jiran.report.measure import counted_cases
from jiran.report.points import UP, gains, lines, span
from jiran.report.svg import svg

NAMESPACE = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def rules():
    return jiran.compare(by_rule(jiran.load_scenario("paper")))


@pytest.fixture(scope="module")
def bands():
    return jiran.compare(by_rule(jiran.load_scenario("paper", {"bids.strategy": "truthful"})), seeds=3)


class Drawn:
    """An SVG, in pixels, and the scales that its numbers are."""

    def __init__(self, picture):
        self.root = ET.fromstring(svg(picture))  # noqa: S314  our own
        self.texts = [
            (one.text or "", float(one.attrib["x"]), float(one.attrib["y"]), one.attrib["text-anchor"])
            for one in self.all("text")
        ]

    def all(self, tag):
        return list(self.root.iter(NAMESPACE + tag))

    def marks(self):
        """Return where each mark with a title is."""
        return {
            one[0].text: tuple(map(float, re.search(r"translate\((\S+) (\S+)\)", one.attrib["transform"]).groups()))
            for one in self.all("path")
            if len(one)
        }

    def scale_up(self):
        """Return what turns pixels into the number beside them, of the side upwards."""
        left = [(float(text), y - 4) for text, _, y, anchor in self.texts if anchor == "end" and _is_number(text)]
        (low, bottom), (high, top) = min(left), max(left)
        return lambda y: low + (bottom - y) / (bottom - top) * (high - low)

    def scale_across(self):
        below = [(float(text), x) for text, x, _, anchor in self.texts if anchor == "middle" and _is_number(text)]
        (low, left), (high, right) = min(below), max(below)
        return lambda x: low + (x - left) / (right - left) * (high - low)


def _is_number(text):
    return re.fullmatch(r"-?\d+(\.\d+)?", text) is not None


# --- the scatter ---


@pytest.mark.parametrize("up", UP)
@pytest.mark.parametrize("seeds", ["rules", "bands"])
def test_each_rule_stands_at_its_two_figures_in_both_drawings(seeds, up, request):
    comparison = request.getfixturevalue(seeds)
    picture = pictures.scatter(comparison, "optimum_share", up)
    drawn, chart = Drawn(picture), spec(picture)
    across, upwards, marks = drawn.scale_across(), drawn.scale_up(), drawn.marks()
    sent = {point["name"]: point for one in chart["series"] for point in one["data"] if "symbolOffset" in point}
    shown = [case for case in comparison.cases if comparison.mean(case, up) is not None]
    assert marks.keys() == sent.keys() == set(shown)
    shifts = {dot.name: dot.shift for dot in picture.dots}
    for case in shown:
        figure = comparison.mean(case, up)
        figure = {"saving_jain": figure, "home_saving_worst": figure, "homes_worse_off": 100 * (1 - figure)}[up]
        expected = 100 * comparison.mean(case, "optimum_share"), figure
        near = (
            pytest.approx(expected[0], abs=0.4),
            pytest.approx(expected[1], abs=0.01 * (picture.up.high - picture.up.low)),
        )
        x, y = marks[case]
        assert (across(x - shifts[case]), upwards(y)) == near
        assert tuple(sent[case]["value"]) == near
        assert sent[case]["symbolOffset"][0] == pytest.approx(shifts[case], abs=0.06)
    assert (chart["yAxis"]["min"], chart["yAxis"]["max"]) == (picture.up.low, picture.up.high)
    assert not chart["yAxis"].get("inverse")
    assert chart["xAxis"]["max"] > chart["xAxis"]["min"] == picture.across.low


def test_further_up_is_fairer(rules):
    marks = Drawn(pictures.scatter(rules, "optimum_share", "home_saving_worst")).marks()
    assert marks["nash-bargaining"][1] < marks["mid-market-rate"][1] < marks["bill-sharing"][1]
    assert marks["trade-reduction"][0] < marks["muda"][0] < marks["shapley"][0]


@pytest.mark.parametrize("up", UP)
def test_names_beside_points_lie_over_no_other_name(rules, up):
    drawn = Drawn(pictures.scatter(rules, "optimum_share", up))
    known = set(rules.cases)
    names = [one for one in drawn.texts if known & set(re.split(r", | and ", one[0]))]
    assert names
    for one, other in itertools.combinations([_box(*name) for name in names], 2):
        assert not _meet(one, other)


def _box(text, x, y, anchor):
    width = LETTER * len(text)
    return (x - width, x, y - LINE, y) if anchor == "end" else (x, x + width, y - LINE, y)


def _meet(one, other):
    return min(one[1], other[1]) > max(one[0], other[0]) and min(one[3], other[3]) - max(one[2], other[2]) > 0.1


def test_a_cross_spans_the_bands_of_both_figures(bands):
    picture = pictures.scatter(bands, "optimum_share", "home_saving_worst")
    drawn = Drawn(picture)
    across, upwards = drawn.scale_across(), drawn.scale_up()
    found = [one.attrib for one in drawn.all("line") if one.attrib["class"] == "cross"]
    rows = bands.table(("optimum_share", "home_saving_worst")).rows(named=True)
    assert len(found) == 2 * len(rows)
    for row, (level, height) in zip(rows, _pairs(found), strict=True):
        ends = [across(float(level[end])) for end in ("x1", "x2")]
        assert ends == [pytest.approx(100 * row[f"optimum_share_{end}"], abs=0.4) for end in ("low", "high")]
        ends = [upwards(float(height[end])) for end in ("y1", "y2")]
        assert ends == [pytest.approx(row[f"home_saving_worst_{end}"], abs=0.02) for end in ("low", "high")]


def _pairs(values):
    return list(zip(values[::2], values[1::2], strict=True))


# --- who gains ---


def test_bars_are_as_long_as_the_savings_best_on_top_in_both_drawings(bands):
    for kind, ordered in gains(bands).items():
        picture = pictures.gain(bands, kind)
        drawn, chart = Drawn(picture), spec(picture)
        bars = [one.attrib for one in drawn.all("rect")]
        assert [float(bar["y"]) for bar in bars] == sorted(float(bar["y"]) for bar in bars)
        longest = max(range(len(bars)), key=lambda place: abs(ordered[place].saving))
        pixels = float(bars[longest]["width"]) / abs(ordered[longest].saving)
        zero = next(float(one.attrib["x1"]) for one in drawn.all("line") if one.attrib["class"] == "zero")
        for bar, one in zip(bars, ordered, strict=True):
            assert float(bar["width"]) == pytest.approx(pixels * abs(one.saving), abs=0.2)
            side = float(bar["x"]) if one.saving >= 0.0 else float(bar["x"]) + float(bar["width"])
            assert side == pytest.approx(zero, abs=0.2)
        names = [one.case if one.case in counted_cases(bands) else f"{one.case} *" for one in ordered]
        assert "vcg *" in names  # it needs money from outside
        assert [text for text, _, _, anchor in drawn.texts if anchor == "end"] == names
        assert [text for text, _, _, anchor in drawn.texts if anchor == "start"] == [
            f"{round(one.saving, 2) + 0.0:.2f}" for one in ordered
        ]
        assert chart["yAxis"]["data"] == names
        assert chart["yAxis"]["inverse"]
        series = {one["name"]: one for one in chart["series"]}
        assert series["Saving"]["data"] == [pytest.approx(one.saving, abs=0.005) for one in ordered]
        ends = [x for x, y in series["band"]["data"] if y is not None]
        assert ends == [pytest.approx(end, abs=1e-4) for one in ordered for end in (one.low, one.high)]


# --- the price through the day ---


@pytest.mark.parametrize("side", pictures.SIDES)
def test_lines_are_the_prices_in_both_drawings(rules, side):
    picture = pictures.prices(rules, side)
    drawn, chart = Drawn(picture), spec(picture)
    upwards = drawn.scale_up()
    series = {one["name"]: one["data"] for one in chart["series"]}
    found = {one[0].text: one.attrib["points"].split() for one in drawn.all("polyline")}
    labels = {text: x for text, x, _, anchor in drawn.texts if anchor == "middle"}
    for line in lines(rules, side):
        name = ", ".join(line.cases)
        prices = {f"{hour:02d}:00": price for hour, price in enumerate(line.prices) if not np.isnan(price)}
        points = [tuple(map(float, point.split(","))) for point in found[name]]
        assert [upwards(y) for _, y in points] == [pytest.approx(price, abs=1e-3) for price in prices.values()]
        assert [x for x, _ in points] == [pytest.approx(labels[hour], abs=0.1) for hour in prices]
        sent = dict(zip(chart["xAxis"]["data"], series[name], strict=False))
        assert {hour: price for hour, price in sent.items() if price is not None} == pytest.approx(prices, abs=1e-4)
    assert set(series["grid takes"]) == {0.5625}
    assert set(series["grid gives"]) == {0.2}
    assert len(chart["xAxis"]["data"]) == len(series["grid takes"]) + 1


@pytest.mark.parametrize("side", pictures.SIDES)
def test_names_of_lines_lie_over_no_other_name(rules, side):
    picture = pictures.prices(rules, side)
    stands = sorted(y for text, _, y, anchor in Drawn(picture).texts if anchor == "start" and text != picture.up.title)
    assert all(high - low > 12.9 for low, high in itertools.pairwise(stands))


def test_the_window_lies_between_the_grids_prices(rules):
    drawn = Drawn(pictures.prices(rules, "buyer_price"))
    upwards = drawn.scale_up()
    for bar in drawn.all("rect"):
        top, height = float(bar.attrib["y"]), float(bar.attrib["height"])
        assert (upwards(top), upwards(top + height)) == (pytest.approx(0.5625, abs=1e-3), pytest.approx(0.2, abs=1e-3))


# --- what holds for all ---


def test_both_drawings_say_the_same_in_words_and_show_names_as_they_are(rules):
    picture = pictures.prices(rules, "buyer_price")
    assert picture.alt in unescape(svg(picture))
    assert picture.alt.startswith("Buyers pay through a mean day under each rule, MYR/kWh: ")
    nasty = pictures.gain(rules, "ev")
    nasty = type(nasty)(**{**vars(nasty), "alt": '<b>"'})
    assert ET.fromstring(svg(nasty)).attrib["aria-label"] == '<b>"'  # noqa: S314


def test_where_nothing_can_be_shown_there_is_no_picture():
    alone = jiran.load_scenario("paper", {"homes.groups": [{"kind": "normal", "count": 1}]})
    found = jiran.compare(by_rule(alone, ["grid-fraction"]))
    assert pictures.prices(found, "buyer_price") is None
    assert pictures.scatter(found, "optimum_share", "saving_jain") is None


@given(st.floats(-1e3, 1e3), st.floats(1e-2, 1e3))
def test_numbers_beside_a_picture_are_round_and_few(low, length):
    low, high = span([np.array([low, low + length])])
    step = pictures.interval(low, high)
    assert 1 <= round((high - low) / step) <= 12
    for end in (low, high):
        assert end / step == pytest.approx(round(end / step), abs=1e-4) or step == high - low


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 300)), min_size=1, max_size=6, unique=True))
def test_a_name_that_can_stand_free_lies_over_no_other(points):
    labels = [Label("abc", float(x), float(y), 8.0) for x, y in points]
    places = place_names(labels, 600.0, 320.0)
    boxes = []
    for label, place in zip(labels, places, strict=True):
        near = label.x + place.side * place.away
        far = near + place.side * LETTER * len(label.text)
        boxes.append((min(near, far), max(near, far), place.y - LINE / 2, place.y + LINE / 2))
    for one, other in itertools.combinations(boxes, 2):
        assert not _meet(one, other)


def test_names_of_two_points_side_by_side_do_not_meet():
    left, right = place_names([Label("a long name", 100.0, 50.0, 8.0), Label("other", 140.0, 50.0, 8.0)], 600.0, 100.0)
    assert (left.side, right.side) == (-1, 1) or abs(left.y - right.y) >= LINE


@given(st.lists(st.floats(0, 100), min_size=1, max_size=8))
def test_names_in_a_column_keep_their_order_and_their_distance(wanted):
    found = spread_out(wanted, 10.0, 0.0, 100.0)
    order = np.argsort(wanted, kind="stable")
    assert all(high - low > 10.0 - 1e-6 for low, high in itertools.pairwise(np.array(found)[order]))
    assert min(found) >= 0.0
    assert max(found) <= 100.0 + 1e-6


def test_names_beside_points_keep_their_order_and_lie_over_nothing():
    labels = [Label(f"name-{place}", 300.0, 100.0 + 3.0 * place, 8.0) for place in range(8)]
    labels.append(Label("another", 200.0, 110.0, 8.0))
    places = place_names(labels, 600.0, 300.0)
    column = places[:8]
    for side in (-1, 1):
        stands = [stand.y for stand in column if stand.side == side]
        assert stands == sorted(stands)
        assert all(low + LINE <= high + 1e-9 for low, high in itertools.pairwise(stands))


def test_a_name_stands_at_its_point_where_nothing_is_in_the_way():
    near, below = place_names([Label("one", 100.0, 50.0, 8.0), Label("other", 130.0, 250.0, 8.0)], 600.0, 300.0)
    assert (near.side, near.y, below.side, below.y) == (1, 50.0, 1, 250.0)
    assert near.away == below.away == 8.0


@pytest.mark.parametrize("up", UP)
def test_each_name_stands_beside_its_own_point(rules, up):
    picture = pictures.scatter(rules, "optimum_share", up)
    drawn = Drawn(picture)
    marks = drawn.marks()
    names = {re.split(r", | and ", text)[0]: (x, y - 4) for text, x, y, _ in drawn.texts}
    alone = [text.words for text in picture.texts if text.words in marks]
    assert alone
    for name in alone:
        assert abs(names[name][1] - marks[name][1]) <= 45.0
        assert abs(names[name][0] - marks[name][0]) <= 60.0
