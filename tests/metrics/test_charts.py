"""Charts are read back as XML: places, marks and escaping, by arithmetic done here by hand."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics import charts
from metrics.charts import Axis, Row
from metrics.curves import Point, curve

NUMBERS = st.floats(-1e6, 1e6)


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def test_a_place_is_its_share_of_the_axis():
    axis = Axis(30, 90)
    assert axis.place(40) == pytest.approx(100 / 6)
    assert axis.place(30) == 0
    assert axis.place(90) == 100
    assert axis.place(200) == 100  # kept within the axis


@pytest.mark.parametrize(("low", "high"), [(1, 1), (2, 1), (0, float("inf")), (float("nan"), 1)])
def test_an_axis_without_length_is_refused(low, high):
    with pytest.raises(ValueError, match="runs from a lower to a higher"):
        Axis(low, high)


@pytest.mark.parametrize(
    ("low", "high", "about", "expected"),
    [
        (0, 1, 4, [0, 0.5, 1]),
        (0, 1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (0, 255, 5, [0, 100, 200]),
        (-1, 1, 4, [-1, -0.5, 0, 0.5, 1]),
    ],
)
def test_ticks_are_round(low, high, about, expected):
    assert Axis(low, high).ticks(about) == pytest.approx(expected)


@given(low=NUMBERS, width=st.floats(1e-3, 1e6), about=st.integers(1, 8))
def test_ticks_lie_within_the_axis_and_are_not_many(low, width, about):
    axis = Axis(low, low + width)
    ticks = axis.ticks(about)
    slack = 1e-6 * (abs(low) + width)
    assert all(axis.low - slack <= tick <= axis.high + slack for tick in ticks)
    assert len(ticks) <= about + 2


def test_the_strip_of_the_style_guide():
    svg = charts.strip(
        [Row(70, (60, 78.8))], Axis(30, 90), label="95 % interval 60.0 to 78.8 %", band=(40, 60), chance=50, grid=False
    )  # fmt: skip
    root = parsed(svg)
    assert root.get("aria-label") == "95 % interval 60.0 to 78.8 %"
    band, chance, interval, dot = list(root)
    assert (band.get("class"), band.get("x"), band.get("width")) == ("band", "16.67%", "33.33%")
    assert (chance.get("class"), chance.get("x1")) == ("chance", "33.33%")
    assert (interval.get("x1"), interval.get("x2")) == ("50.00%", "81.33%")
    assert (dot.get("class"), dot.get("cx")) == ("dot", "66.67%")


def test_origins_have_their_own_marks():
    root = parsed(
        charts.strip([Row(0.5, (0.4, 0.6), "real"), Row(0.6, None, "synthetic")], Axis(0, 1), label="x")
    )
    assert [use.get("href") for use in root.iter("use")] == ["#m-real", "#m-syn"]
    assert [line.get("class") for line in root.iter("line") if "interval" in (line.get("class") or "")] == ["real-interval"]  # fmt: skip


def test_a_histogram_draws_its_shares():
    svg = charts.histogram(
        [0.5, 0.5], [0.25, 0.75], Axis(0, 2), name="h", title="Shares", describe="Two bins"
    )
    root = parsed(svg)
    assert root.find("title").text == "Shares"
    assert root.find("desc").text == "Two bins"
    real = next(p for p in root.iter("path") if p.get("class") == "real-line")
    synthetic = next(p for p in root.iter("path") if p.get("class") == "syn-line")
    top = 0.8  # 0.75 rounded up to a figure that people read
    assert real.get("d") == f"M0 100V{100 - 50 / top:.1f}H1V{100 - 50 / top:.1f}H2"
    assert synthetic.get("d") == f"M0 100V{100 - 25 / top:.1f}H1V{100 - 75 / top:.1f}H2"


def test_histograms_of_unlike_bins_are_refused():
    with pytest.raises(ValueError, match="same bins"):
        charts.histogram([1.0], [0.5, 0.5], Axis(0, 1), name="h", title="", describe="")


def test_a_limit_is_written_above_its_line():
    root = parsed(
        charts.histogram(
            [1.0], [1.0], Axis(0, 1), name="h", title="t", describe="d", limit=(0.42, "limit 0.42")
        )
    )
    line = next(line for line in root.iter("line") if line.get("class") == "limit")
    assert line.get("x1") == "42.00%"
    assert "limit 0.42" in [text.text for text in root.iter("text")]


def test_a_map_keeps_one_scale_on_both_axes():
    root = parsed(charts.scatter_map([(0, 0), (2, 0)], [(0, 1)], name="m", title="t", describe="d"))
    places = [(float(u.get("x")[:-1]), float(u.get("y")[:-1])) for u in root.iter("use")]
    (x0, y0), (x1, _y1), (_x2, y2) = places
    assert (x1 - x0) / 2 == pytest.approx(y0 - y2, abs=0.2)  # one unit is as long to the right as upwards
    assert [u.get("href") for u in root.iter("use")] == ["#s-real", "#s-real", "#s-syn"]


def test_a_point_far_out_makes_no_blot_of_the_others_and_is_counted():
    cloud = [(x / 10, y / 10) for x in range(20) for y in range(10)]
    axes = charts.map_axes([*cloud, (500.0, 0.0)])
    assert axes[0].high - axes[0].low < 10
    assert charts.outside([*cloud, (500.0, 0.0)], axes) == 1
    assert charts.outside(cloud, charts.map_axes(cloud)) == 0
    root = parsed(charts.scatter_map(cloud, [(500.0, 0.0)], name="m", title="t", describe="d"))
    assert [u.get("x") for u in root.iter("use")][-1] == "100.0%"


def test_bars_start_at_zero():
    root = parsed(
        charts.bars_with_intervals(
            [("one", Row(3, (2, 4))), ("two", Row(-1))], Axis(-2, 8), name="b", title="t", describe="d"
        )
    )
    first, second = list(root.iter("rect"))
    assert (first.get("x"), first.get("width")) == ("20.00%", "30.00%")
    assert (second.get("x"), second.get("width")) == ("10.00%", "10.00%")
    with pytest.raises(ValueError, match="start at zero"):
        charts.bars_with_intervals([("one", Row(3))], Axis(1, 4), name="b", title="t", describe="d")


@pytest.mark.parametrize("broken", [float("nan"), float("inf")])
def test_broken_numbers_are_never_drawn(broken):
    with pytest.raises(ValueError, match="finite"):
        charts.strip([Row(broken)], Axis(0, 1), label="x")


@given(st.text(alphabet="<>&\"'abc", min_size=1, max_size=12))
def test_every_text_is_escaped(words):
    svg = charts.bars_with_intervals([(words, Row(1))], Axis(0, 2), name="b", title=words, describe=words)
    root = parsed(svg)
    assert root.find("title").text == words
    assert words in [text.text for text in root.iter("text")]
    assert parsed(charts.strip([Row(1)], Axis(0, 2), label=words)).get("aria-label") == words


def test_numbers_have_a_true_minus():
    assert charts.figure_text(-1234.5) == "\u22121,234.5"
    assert charts.figure_text(0.5, 2) == "0.50"


def test_bars_show_the_value_to_aim_for():
    drawn = charts.bars_with_intervals(
        [("a", charts.Row(1.0, (0.5, 1.5)))], charts.Axis(0, 2), name="b", title="T", describe="D", reference=1.5
    )  # fmt: skip
    assert '<line class="chance" x1="75.00%" x2="75.00%"' in drawn


def test_a_curve_has_a_mark_and_an_interval_a_point():
    points = [Point(0, 1.0, (0.5, 1.5)), Point(10, 2.0, (1.5, 2.5)), Point(5, 3.0, (2.0, 4.0))]
    drawn = curve(points, name="c", title="T", describe="D", reference=2.0)
    assert drawn.count('class="dot"') == drawn.count('class="interval"') == 3
    assert 'class="chance"' in drawn
    assert "<title" in drawn
    assert "<desc" in drawn
    with pytest.raises(ValueError, match="two points"):
        curve(points[:1], name="c", title="T", describe="D")


def test_large_figures_are_written_out():
    assert charts.figure_text(12_345_678) == "12,345,678"
    assert charts.figure_text(-2e6) == "−2,000,000"
    assert charts.figure_text(5e8) == "5 × 10⁸"
    assert charts.powers_of_ten(-9.96e-7, 1) == "−1.0 × 10⁻⁶"
