"""Pages that lie about themselves, or try to be something else in the article: what comes out is data, and can be kept.

The numbers are those of docs/bad-input.md; pages that are only large are in test_hostile.py.
"""

import json
import re
import time

import pytest

from services.contracts.article import Article, Rejected
from services.parser.extract import extract

pytestmark = pytest.mark.slow

URL = "https://www.war.gov/News/News-Stories/Article/Article/4100001/storm/"
TEXT = "The storm closed the road on Monday, and engineers opened it again two days later, officials said."
SECONDS = 20


def page(inner="", head="", body=None):
    text = body if body is not None else f"<h1>Storm Response Continues</h1>{inner}<p>{TEXT}</p><p>{TEXT} Again.</p>"
    return f"<html><head><title>Storm</title>{head}</head><body><main>{text}</main></body></html>".encode()


def ld(text):
    return page(head=f'<script type="application/ld+json">{text}</script>')


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def kept(reading):
    """The reading as it is kept: JSON in UTF-8, without what a database refuses."""
    text = reading.model_dump_json()
    text.encode("utf-8")
    return json.loads(text)


def is_storable(reading):
    return not [word for word in strings(kept(reading)) if "\x00" in word or re.search("[\ud800-\udfff]", word)]


ARTICLES = {
    "39-latin-1-called-utf-8": page("<p>caf\u00e9</p>").decode().encode("latin-1"),
    "39-utf-8-called-latin-1": page("<p>caf\u00e9</p>", '<meta charset="iso-8859-1">'),
    "39-utf-7": page(head='<meta charset="utf-7">'),
    "39-user-defined": page(head='<meta charset="x-user-defined">'),
    "39-unknown-label": page(head='<meta charset="no-such-charset">'),
    "39-utf-16-in-meta": page(head='<meta charset="utf-16">'),
    "39-utf-16-with-mark": page().decode().encode("utf-16"),
    "39-lone-surrogate-as-reference": page("<p>Half &#xD800; of it and &#55357; too</p>"),
    "39-lone-surrogate-as-bytes": page().replace(b"Monday", b"Mon\xed\xa0\x80day"),
    "39-invalid-bytes": page().replace(b"Monday", b"Mon\xff\xfe\x80day"),
    "46-nul-bytes": page().replace(b"Monday", b"Mon\x00day"),
    "46-nul-as-reference": page("<p>Nothing &#0; is here</p>"),
    "46-controls": page("<p>Bell \x07 and \x1b[31mred\x1b[0m and \x08 back</p>"),
    "48-base-elsewhere": page('<a href="x">x</a>', '<base href="//10.0.0.1/">'),
    "48-base-of-nonsense": page('<a href="x">x</a>', '<base href="http://[">'),
    "48-base-of-script": page('<a href="x">x</a>', '<base href="javascript:alert(1)">'),
    "48-links-of-nonsense": page('<p><a href="http://[">x</a> <a href="//">y</a></p>') + b'<img src="http://[">',
    "49-refresh-inside": page(head='<meta http-equiv="refresh" content="0;url=http://169.254.169.254/">'),
    "50-json-broken": ld('{"@type": "NewsArticle", '),
    "50-json-deep": ld("[" * 50_000),
    "50-json-not-a-number": ld('{"@type": "NewsArticle", "datePublished": NaN, "headline": Infinity}'),
    "50-json-many-digits": ld('{"@type": "NewsArticle", "datePublished": ' + "9" * 200_000 + "}"),
    "50-json-keys-twice": ld('{"@type": "NewsArticle", "headline": "A", "headline": ["B"]}'),
    "50-json-wrong-types": ld('{"@type": ["NewsArticle"], "headline": {"a": []}, "datePublished": [1], "author": 7}'),
    "50-json-graph-of-itself": ld('{"@graph": [{"@id": "#a", "author": {"@id": "#a"}}, null, 1, "x", [[]]]}'),
    "50-json-lone-surrogate": ld('{"@type": "NewsArticle", "headline": "\\ud800", "author": {"name": "\\udfff"}}'),
    "50-json-two-megabytes": ld('{"@type": "NewsArticle", "articleBody": "' + "x" * 2_000_000 + '"}'),
    **{
        f"50-date-{number}": ld(f'{{"@type": "NewsArticle", "datePublished": {value}, "dateModified": {value}}}')
        for number, value in enumerate(
            (
                '"0000-00-00"',
                '"9999-12-31T23:59:60Z"',
                '"-1-01-01"',
                "1700000000000",
                '"2026-01-01T00:00:00+99:99"',
                '"2026-02-30"',
                '"\u0662\u0660\u0662\u0666-01-01"',
                '"' + "1" * 5_000 + '"',
            )
        )
    },
    "50-meta-date": page(head='<meta property="article:published_time" content="99999-99-99T99:99:99">'),
    "51-right-to-left": page("<p>Read \u202egnp.exe\u202c and \u2066this\u2069 backwards</p>"),
    "51-zero-width": page("<p>W\u200bo\u200cr\u200dd\ufeff</p>"),
    "51-joined-emoji": page("<p>\U0001f468\u200d\U0001f469\u200d\U0001f467 a family</p>"),
    "51-title-of-a-megabyte": page(body=f"<h1>{'Storm ' * 170_000}</h1><p>{TEXT}</p><p>{TEXT} Again.</p>"),
    "52-template": page("<p>{{7*7}} ${7*7} #{7*7} <%= 7*7 %> {% raw %}</p>"),
    "52-script-as-words": page("<p>&lt;script&gt;alert(1)&lt;/script&gt; '; DROP TABLE articles; --</p>"),
    "52-handlers": page("<p onclick='alert(1)'><svg onload=alert(1)><a href='javascript:alert(1)'>Read</a></p>"),
    "53-canonical-elsewhere": page(head='<link rel="canonical" href="https://evil.example/other">'),
    "53-canonical-of-another-article": page(
        head='<link rel="canonical" href="https://www.war.gov/News/Article/Article/1/">'
    ),
    "53-canonical-of-nonsense": page(head='<link rel="canonical" href="http://["><meta name="og:url" content="::">'),
}  # fmt: skip


@pytest.mark.parametrize("name", ARTICLES)
def test_a_page_that_lies_about_itself_is_still_read(name):
    """Its words are there, and everything in it can be kept by both databases and sent as JSON."""
    reading = extract(ARTICLES[name], url=URL)
    assert isinstance(reading, Article), reading
    assert reading.headline.startswith("Storm")
    assert any("officials said" in block.text for block in reading.body)
    assert is_storable(reading)
    assert reading.url == URL


OTHERS = {
    "42-nested-tags": page("<div>" * 30_000),
    "43-nested-formatting": page("<b><i><u>" * 4_000),
    "44-brackets": page("<" * 1_000_000),
    "44-ampersands": page("&" * 1_000_000),
    "44-comments": page("<!--" * 250_000),
    "44-scripts": page("<script>" * 100_000),
    "44-ends": page("</p>" * 200_000),
    "45-one-word": page(f"<p>{'x' * 2_000_000}</p>"),
    "45-blanks": page(" " * 2_000_000),
    "44-references": page("&amp;&#x41;&nbsp" * 100_000),
    "44-quotes": page('<p class="' * 50_000),
    "44-doctypes": b"<!DOCTYPE html [" + b"<!ENTITY a '&a;&a;'>" * 20_000 + b"]>" + page(),
    "44-cdata": page("<![CDATA[" * 100_000),
    "44-tables": page("<table><tr><td>" * 8_000),
    "44-options": page("<select><option>" * 20_000),
    "51-only-a-title": page(body="<h1>Storm Response Continues</h1>"),
    "51-only-a-picture": page(body="<img src='/a.jpg'>"),
    "51-nothing": page(body=""),
    "44-lines-of-markdown": b"[a](b)\n" + b"\n" * 1_000_000 + b"x",
    "44-heading-of-blanks": b"# A\n\n# a" + b" " * 1_000_000 + b"x",
    "44-item-of-blanks": b"# A\n\n- a\n- " + b" " * 1_000_000 + b"x",
    "44-link-of-blanks": b"# A\n\n[a](" + b" " * 1_000_000 + b"x",
    "44-address-of-one-word": page(f"<img src='/{'spacer' * 150_000}'>"),
    "38-pdf": b"%PDF-1.7\n" + bytes(range(256)) * 40,
    "38-picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40,
    "38-half-pdf-half-html": b"%PDF-1.7\n<html><body><p>words</p></body></html>",
    "38-json": b'{"title": "Storm"}',
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_page_of_nothing_but_markup_ends_soon_and_as_a_value(name):
    """An article of what can be read, or one sentence why there is none."""
    began = time.process_time()
    reading = extract(OTHERS[name], url=URL)
    assert time.process_time() - began < SECONDS
    assert is_storable(reading)
    if isinstance(reading, Rejected):
        assert reading.detail.endswith(".")
        assert "\n" not in reading.detail


def test_markup_in_words_stays_words():
    """52: nothing of it is run, and nothing of it is lost; whoever shows it escapes it."""
    reading = extract(ARTICLES["52-script-as-words"], url=URL)
    assert any("<script>alert(1)</script>" in block.text for block in reading.body)
    links = [link.url for link in extract(ARTICLES["52-handlers"], url=URL).links]
    assert [url for url in links if not url.startswith(("http://", "https://"))] == []


def test_a_page_does_not_choose_whose_article_it_is():
    """53: what it claims is noted beside what it is; identity comes from where it was found."""
    reading = extract(ARTICLES["53-canonical-elsewhere"], url=URL)
    assert reading.url == URL
    assert reading.article_key in {None, "afpims/defense:4100001"}


@pytest.mark.parametrize("end", ["</body></html>", "</HTML >"])
def test_a_page_goes_on_behind_its_end(end):
    """Where a whole document stands for the menu, the article stands behind it, and browsers show it."""
    menu = f"<html><head><title>Storm</title></head><body><nav>Menu</nav>{end}"
    reading = extract(menu.encode() + page(), url=URL, content_type="text/html")
    assert isinstance(reading, Article)
    assert [block.text for block in reading.body] == [TEXT, f"{TEXT} Again."]
