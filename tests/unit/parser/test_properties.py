"""What holds for every page, found by trying to break it."""

import json
from html import escape

from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.article import Article, Rejected
from services.parser.contract import as_line
from services.parser.extract import extract, read
from services.parser.zones import CLASSES

SENTENCE = "The crew went out before dawn and came back at noon with every buoy that had been lost in the storm."
WORDS = st.sampled_from((
    SENTENCE,
    "WASHINGTON (AFNS) -- " + SENTENCE,
    "Share",
    "Email",
    "X",
    "Related Stories",
    "Photo By: Jo Marsh",
    "VIRIN: 080625-D-AB123-0002",
    "A crew hauls a buoy over the side of the cutter at dawn, Jan. 4, 2024. (U.S. Navy photo by Jo Marsh)",
    "A Subhead Like Any Other",
    "By Lena Park, Example News Service",
    "May 3, 2016",
    "{{slideNumber}}/{{numSlides}}",
    "Here's how you know",
    "(Follow Jo Marsh on X: @jo)",
    "###",
    "caf\u00e9 \u201cquoted\u201d",
))  # fmt: skip
TAGS = st.sampled_from(
    ("p", "div", "h2", "h1", "span", "strong", "a", "li", "figure", "figcaption", "blockquote", "aside")
)
NAMES = st.sampled_from(("", "body", "caption", "share", "related", "image-wrapper", "tags", *sorted(CLASSES)[:20]))


@st.composite
def trees(draw, depth=3):
    """Markup such as editors and publishing systems make of text."""
    if depth == 0 or draw(st.booleans()):
        return escape(draw(WORDS)) + draw(st.sampled_from(("", "<br>", " ", "<img src='/a.jpg' alt='A boat'>")))
    tag, name = draw(TAGS), draw(NAMES)
    inner = "".join(draw(st.lists(trees(depth=depth - 1), max_size=4)))
    return f'<{tag} class="{name}">{inner}</{tag}>'


def spoken(text):
    return sorted("".join(text.split()))


@given(st.lists(trees(), max_size=6), st.sampled_from(("main", 'div class="adetail"')))
@settings(max_examples=100)
def test_no_word_of_the_main_region_is_lost(parts, region):
    """Kept and removed together are the region's text, as BeautifulSoup, another reader, sees it."""
    markup = f"<html><body><{region}>{''.join(parts)}</{region.split()[0]}></body></html>"
    soup = BeautifulSoup(markup, "lxml")
    result = soup.find("main") or soup.find("div", class_="adetail")
    _, lines = read(markup.encode(), content_type="text/html")
    assert spoken("".join(line.text for line in lines)) == spoken(result.get_text() if result else "")


@given(st.lists(WORDS, max_size=25))
@settings(max_examples=100)
def test_no_line_of_a_dump_is_lost_or_moved(parts):
    """Body and removed lines, in the order of the page, are the page."""
    reading, lines = read("\n".join(parts).encode(), content_type="text/plain")
    if lines:
        assert "".join("".join(line.text.split()) for line in lines) == "".join("".join(p.split()) for p in parts)
    if isinstance(reading, Article):
        texts = [line.text for line in lines if line.kept]
        assert [block.text for block in reading.body] == texts
        assert [gone.text for gone in reading.removed] == [line.text for line in lines if not line.kept]


@given(st.binary(max_size=2_000), st.sampled_from((None, "text/html", "text/plain", "text/html; charset=utf-7")))
@settings(max_examples=200)
def test_no_bytes_raise(body, content_type):
    """Whatever the bytes, there is a reading, and it is JSON."""
    reading = extract(body, url="http://x.example/[", content_type=content_type)
    assert isinstance(reading, Article | Rejected)
    json.dumps(as_line(reading, None))


@given(st.lists(trees(), max_size=4))
@settings(max_examples=50)
def test_the_same_bytes_give_the_same_article(parts):
    """Nothing is remembered from one page to the next."""
    markup = f"<html><body>{''.join(parts)}</body></html>".encode()
    assert extract(markup) == extract(markup)
