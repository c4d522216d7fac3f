"""What a mood compares is one line for each notice, and nothing that differs is passed over: on values alone."""

from datetime import timedelta

import pytest

from services.demo.moods.mood import Mood, Performance
from services.demo.moods.notices import notices
from services.runtime import clock


def event(sequence, kind="article.created", slug="a", **data):
    article = {"article": {"url": f"https://harbor.example/news/{slug}/"}} if kind.startswith("article") else {}
    return {"sequence": sequence, "type": kind, "data": article | data}


def test_events_are_lines_in_the_order_of_their_sequence():
    change = {"grade": "facts", "facts": ["figures", "dates"], "returns_to": 3}
    drift = {"number": 5, "details": {"layout": None, "fields": ["body"]}}
    assert notices([event(2, "source.drifted", **drift), event(1, "article.updated", change=change)]) == [
        "article.updated a (facts: figures, dates, returns to 3)",
        "source.drifted 5 pages or more",
    ]


def test_events_of_many_articles_are_one_line_and_those_of_one_article_a_line_each():
    many = [event(number, slug=str(number)) for number in range(4)]
    again = [
        event(10 + number, "article.updated", change={"grade": "wording", "facts": [], "returns_to": None})
        for number in range(4)
    ]
    assert notices(many + again) == ["article.created × 4", *["article.updated a (wording)"] * 4]


@pytest.mark.parametrize(
    ("seen", "as_expected"),
    [(("a", "b"), True), (("b", "a"), False), (("a",), False), (("a", "b", "c"), False), ((), False)],
)
def test_more_less_or_another_order_is_not_as_expected(seen, as_expected):
    played = Performance(Mood("name", "does", "says", ("a", "b"), lambda _scene: ()), seen)
    assert played.as_expected is as_expected
    assert all(expected == shown for expected, shown in played.lines) is as_expected


def test_a_drill_is_as_far_ahead_as_its_file_says_and_only_while_it_is_followed(tmp_path):
    file = tmp_path / "clock"
    assert clock.read_ahead(file) == timedelta()
    clock.set_ahead(file, timedelta(days=3, seconds=0.5))
    clock.follow_file(file)
    ahead = clock.present()
    clock.follow_file(None)
    assert timedelta(days=3) < ahead - clock.present() < timedelta(days=3, seconds=1)
    file.write_text("soon")
    with pytest.raises(ValueError, match="soon"):
        clock.read_ahead(file)
