"""Addresses that pages link, and numbers that listings skip: read from bytes alone."""

from services.fetcher import unlisted
from services.fetcher.discover import Listed


def test_numbers_that_a_listing_skips_are_tried_where_few_are_skipped():
    """Neighbours that are far apart say nothing: other sites share the count."""
    base = "https://www.navy.mil/News/Article/"
    listed = [Listed(f"{base}{number}/a-slug/") for number in (900, 903, 904, 950)] + [Listed("https://www.navy.mil/x")]
    assert unlisted.skipped_numbers(listed) == [f"{base}901/", f"{base}902/"]


def test_links_of_a_page_are_read_in_the_time_of_its_size():
    """Whatever stands between the tags."""
    hostile = b"<a " + b"x " * 200_000 + b"<a href='" + b"y" * 200_000
    assert list(unlisted.links_on(hostile, "https://www.navy.mil/")) == []
    assert list(unlisted.links_on(b'<A\nTARGET=x HREF = "/a?b=1&amp;c=2">', "https://www.navy.mil/")) == [
        "https://www.navy.mil/a?b=1&c=2"
    ]
