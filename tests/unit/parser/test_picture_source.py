"""The address of a picture is where it really is, and only what a picture shows has a caption."""

import pytest
from lxml import etree

from services.parser.picture_source import CAPTION_LENGTH, holds_one_picture, largest, source_of


def element(markup):
    return etree.fromstring(f"<body>{markup}</body>", etree.HTMLParser()).find(".//body")[0]


@pytest.mark.parametrize(
    ("markup", "source"),
    [
        ('<img src="/a.jpg">', "/a.jpg"),
        ('<img src="/grey.gif" data-src="/a.jpg">', "/a.jpg"),
        ('<img src="data:image/gif;base64,R0" data-lazy-src="/a.jpg">', "/a.jpg"),
        ('<img srcset="/s.jpg 400w, /l.jpg 1600w, /m.jpg 800w">', "/l.jpg"),
        ('<img data-srcset="/one.jpg 1x, /two.jpg 2x">', "/two.jpg"),
        ('<img src="data:image/gif;base64,R0">', ""),
        ("<img>", ""),
    ],
)
def test_what_a_script_would_load_comes_before_what_stands_there_until_it_does(markup, source):
    assert source_of(element(markup)) == source


def test_a_picture_without_an_address_has_that_of_its_sources():
    picture = element('<picture><source srcset="/a.webp 800w"><img alt="A"></picture>')
    assert source_of(next(picture.iter("img"))) == "/a.webp"


@pytest.mark.parametrize(
    ("candidates", "address"),
    [("", ""), (" , ", ""), ("/a,b.jpg 1w, /c.jpg 2w", "/c.jpg"), ("/only.jpg", "/only.jpg"), ("/x.jpg big", "/x.jpg")],
)
def test_the_largest_of_a_set_is_found_whatever_stands_in_it(candidates, address):
    assert largest(candidates) == address


@pytest.mark.parametrize(
    ("markup", "is_one"),
    [
        ('<div><img src="/a.jpg"><p>A crew at work.</p></div>', True),
        ('<div><a href="/a"><img src="/a.jpg"></a><p>A crew at work.</p></div>', True),
        ('<div><img src="/a.jpg"><p></p></div>', False),
        ('<div><img src="/a.jpg"><p>A crew at work.</p><p>And one more.</p></div>', False),
        ('<div>Text <img src="/a.jpg"><p>A crew at work.</p></div>', False),
        ("<div><p>A crew at work.</p><p>Another.</p></div>", False),
        (f'<div><img src="/a.jpg"><p>{"A" * CAPTION_LENGTH}</p></div>', True),
        (f'<div><img src="/a.jpg"><p>{"A" * (CAPTION_LENGTH + 1)}</p></div>', False),
    ],
)
def test_a_short_paragraph_under_a_lone_picture_is_its_caption(markup, is_one):
    assert holds_one_picture(element(markup)) is is_one
