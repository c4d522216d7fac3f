"""Bars over time: their scale, their places, and what they say."""

from datetime import UTC, datetime, timedelta

import pytest

from services.desk.charts import FLOOR, TOP, WIDTH, bar_chart, ceiling

BEGIN = datetime(2026, 1, 12, tzinfo=UTC)


def drawn(*values, **options):
    spans = [(BEGIN + timedelta(hours=hour), {"new": value}) for hour, value in enumerate(values)]
    return bar_chart("Articles", spans, lambda begin, counts: f"{begin:%H}: {counts['new']}", **options)


def test_the_scale_begins_at_nothing_and_ends_at_a_round_number_above_the_highest_bar():
    chart = drawn(3, 17, 0)
    assert [tick.text for tick in chart.scale] == ["0", "5", "10", "15", "20"]
    assert (chart.scale[0].at, chart.scale[-1].at) == (FLOOR, TOP)


def test_a_bar_stands_on_the_floor_and_is_as_high_as_its_share_of_the_scale():
    [low, high, none] = drawn(10, 20, 0).bars
    assert (low.parts[0].y + low.parts[0].height, high.parts[0].y) == (FLOOR, TOP)
    assert low.parts[0].height * 2 == high.parts[0].height
    assert none.parts == ()
    assert none.title == "02: 0"


def test_bars_fill_the_width_side_by_side():
    bars = drawn(*[1] * 24).bars
    assert bars[0].x == 0
    assert bars[-1].x + bars[-1].width == pytest.approx(WIDTH, abs=0.2)


def test_parts_of_a_bar_stand_on_one_another():
    [bar] = bar_chart("Deliveries", [(BEGIN, {"good": 3, "bad": 1})], lambda *_: "").bars
    good, bad = bar.parts
    assert bad.y + bad.height == pytest.approx(good.y)
    assert bad.y == TOP


def test_few_times_stand_beneath_however_many_bars_there_are():
    """Each is the begin of its bar, and every second one may be left out."""
    assert [tick.text for tick in drawn(*[1] * 24).times] == [f"{hour:02}:00" for hour in range(0, 24, 3)]
    assert len(drawn(*[1] * 168).times) == 8
    assert [tick.minor for tick in drawn(1, 2, 3).times] == [False, True, False]


def test_without_news_there_is_a_scale_all_the_same():
    assert [tick.text for tick in drawn(0, 0).scale] == ["0", "1"]
    assert drawn().bars == ()


@pytest.mark.parametrize(("most", "end"), [(0, 1), (1, 1), (3, 4), (9, 12), (12, 12), (13, 20), (101, 200), (799, 800)])
def test_a_scale_ends_at_a_round_number(most, end):
    assert ceiling(most) == end
