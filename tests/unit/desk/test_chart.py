"""What the front page tells in numbers: when articles arrived, and how long the steps of a story's way took."""

from services.desk.pages.now import arrival_chart, step_time
from services.desk.times import shown_in, zone_of


def story(published, seen):
    return {"published_at": published, "seen_at": seen}


def of(*stories):
    return step_time("published → seen", stories, "published_at", "seen_at")


def test_a_step_is_told_by_its_middle_and_its_longest():
    later = story("2026-01-12T10:00:00+00:00", "2026-01-12T10:00:10Z")
    earlier = story("2026-01-12T09:00:00+00:00", "2026-01-12T09:00:40Z")
    answer = of(later, earlier)
    assert (answer.typical, answer.longest, answer.stories) == (25.0, 40.0, 2)


def test_a_story_without_a_time_is_not_in_it():
    """A bare date says nothing about seconds, and midnight would be a lie."""
    answer = of(story("2026-01-12", "2026-01-12T10:00:10Z"), story(None, None))
    assert (answer.typical, answer.longest, answer.stories) == (None, None, 0)


def test_a_newsroom_whose_clock_is_ahead_took_no_time():
    assert of(story("2026-01-12T10:00:10+00:00", "2026-01-12T10:00:00Z")).longest == 0.0


def test_arrivals_are_told_in_the_zone_of_the_page():
    """Each bar says its span and its number when pointed at, and the whole says how many there were."""
    spans = [{"begin": "2026-01-12T18:00:00Z", "articles": 7}, {"begin": "2026-01-12T19:00:00Z", "articles": 0}]
    with shown_in(zone_of({"dateline_zone": "Europe/Paris"})):
        chart = arrival_chart({"last": "day", "seconds": 3600, "spans": spans})
    assert [bar.title for bar in chart.bars] == [
        "12 Jan, 19:00 to 20:00: 7 articles",
        "12 Jan, 20:00 to 21:00: 0 articles",
    ]
    assert [tick.text for tick in chart.times] == ["19:00", "20:00"]
    assert chart.summary == "7 articles in the last day, by 60 min"
