"""How long the steps of a story's way took, as a small chart."""

from services.desk.pages.now import HEIGHT, chart


def story(published, seen):
    return {"published_at": published, "seen_at": seen}


def of(*stories):
    return chart("published → seen", stories, "published_at", "seen_at")


def test_the_oldest_is_on_the_left_and_the_longest_fills_the_height():
    later = story("2026-01-12T10:00:00+00:00", "2026-01-12T10:00:10Z")
    earlier = story("2026-01-12T09:00:00+00:00", "2026-01-12T09:00:40Z")
    drawn = of(later, earlier)
    assert drawn.bars == (HEIGHT, HEIGHT / 4)
    assert (drawn.typical, drawn.longest) == (25.0, 40.0)


def test_a_story_without_a_time_is_not_in_it():
    """A bare date says nothing about seconds, and midnight would be a lie."""
    assert of(story("2026-01-12", "2026-01-12T10:00:10Z"), story(None, None)).bars == ()


def test_a_newsroom_whose_clock_is_ahead_took_no_time():
    assert of(story("2026-01-12T10:00:10+00:00", "2026-01-12T10:00:00Z")).longest == 0.0
