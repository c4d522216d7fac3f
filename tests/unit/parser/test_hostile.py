"""Pages built to hurt: each ends, soon, as a value. Limits are generous, so that only a change of order is seen."""

import time

import pytest

from services.contracts.article import Article, Rejected
from services.parser.extract import extract

pytestmark = pytest.mark.slow

CAPTION = "A crew hauls a buoy over the side at dawn, Jan. 4, 2024. (U.S. Navy photo by Jo Marsh)"
SECONDS = 20


def page(inner: str) -> bytes:
    return f"<html><body><main><h1>Storm Response Continues</h1>{inner}</main></body></html>".encode()


@pytest.mark.parametrize(
    "body",
    [
        page(f"<p>{'word ' * 400_000}</p>"),
        page("<p>A sentence of some words, and it ends here.</p>" * 20_000),
        page(f"<p>{CAPTION}</p>" * 20_000),
        page(
            "".join(
                f"<figure><img src='/{i}.jpg'><figcaption>{i} {CAPTION}</figcaption></figure>" for i in range(6_000)
            )
        ),
        ("Title\n" + "A caption\nPhoto By: Jo Marsh\n" * 8_000).encode(),
        ("Title\n" + f"{CAPTION}\n" * 15_000).encode(),
        page("<img src='/a.jpg'>" * 50_000),
        page("<br>" * 150_000),
        ("Title\n" + "(" * 300_000 + " photo").encode(),
        ("Title\n" + "a | " * 300_000).encode(),
        b"<html><head><script type='application/ld+json'>" + b"[" * 100_000 + b"</script></head><body>x</body></html>",
        b"<!-- one more -->\n" * 10_000 + page("<p>A sentence of some words, and it ends here.</p>"),
    ],
    ids=[
        "line",
        "paragraphs",
        "captions",
        "figures",
        "credits",
        "copies",
        "images",
        "breaks",
        "brackets",
        "bars",
        "json",
        "comments",
    ],
)
def test_a_large_page_is_read_in_bounded_time(body):
    """Nothing here is quadratic: these sizes would take minutes if it were."""
    begun = time.process_time()
    assert isinstance(extract(body), Article | Rejected)
    assert time.process_time() - begun < SECONDS


def test_a_tag_with_a_hundred_thousand_attributes_builds_no_tree():
    """A tree builder takes over 20 seconds for this one."""
    reading = extract(b"<div " + b" ".join(b'a%d="1"' % i for i in range(100_000)) + b">x</div>")
    assert isinstance(reading, Rejected)
    assert reading.reason == "too_hostile"


def test_attributes_do_not_hide_behind_a_quoted_bracket():
    """A quoted ">" ends no tag."""
    reading = extract(b'<div x=">" ' + b" ".join(b'a%d=">"' % i for i in range(100_000)) + b">x</div>")
    assert isinstance(reading, Rejected)
    assert reading.reason == "too_hostile"


def test_words_below_the_depth_limit_are_never_dropped_in_silence():
    """The tree ends at its 256th level, and with it all that follows; a page so deep is refused."""
    reading = extract(page("<div>" * 1_000 + "deep"))
    assert isinstance(reading, Rejected)
    assert reading.reason == "too_hostile"


def test_formatting_that_was_never_closed_costs_no_words():
    """Old editors opened a <font> in each line; the page is mended and read to its end."""
    reading = extract(
        page("<p><font>One line of an old page. " * 600 + "<p>The last words of this old page are here.</p>")
    )
    assert isinstance(reading, Article)
    assert "The last words" in reading.body[-1].text


def test_a_page_beyond_the_size_limit_is_refused():
    reading = extract(b"x" * 10_000_001)
    assert isinstance(reading, Rejected)
    assert reading.reason == "too_hostile"
