"""Feeds, sitemaps and listings built to hurt, or simply not what they should be: each ends, soon, as a value.

The numbers are those of docs/bad-input.md; what is merely unusual is in test_discover.py.
"""

import gzip
import time
import tracemalloc

import pytest

from services.fetcher.discover import Discovered, Unreadable, discover
from services.fetcher.discover.found import MAX_LISTED
from services.fetcher.discover.listings import read_listing

pytestmark = pytest.mark.slow

BASE = "https://www.war.gov/feed"
STORY = "https://www.war.gov/News/Article/1/"
SECONDS = 20
"""Of processor time; what is quadratic would take minutes."""


def rss(items, before=""):
    return f'<?xml version="1.0"?>{before}<rss version="2.0"><channel>{items}</channel></rss>'


def item(link=STORY, more=""):
    return f"<item><title>A story</title><link>{link}</link>{more}</item>"


def urlset(*locations):
    return "<urlset>" + "".join(f"<url><loc>{url}</loc></url>" for url in locations) + "</urlset>"


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
REFUSED = {
    "59-html": ("feed", "<!DOCTYPE html><html><body>Sorry</body></html>", "This is an HTML page, not a feed"),
    "59-json": ("feed", '{"items": []}', "no JSON Feed"),
    "59-json-of-words": ("feed", '{"items": ["a", 1, null, [], {"url": [7]}]}', "no JSON Feed"),
    "59-half-a-json": ("feed", '{"items": [{"url": "/1"}', "begins as JSON"),
    "59-deep-json": ("feed", '{"items": ' + "[" * 200_000, "begins as JSON"),
    "59-large-json": ("feed", '{"items": [' + "[]," * 2_000_000 + "0]}", "larger than 5 MB"),
    "60-gzip-bomb-for-a-feed": ("feed", gzip.compress(bytes(60_000_000)), "cannot be unpacked"),
    "59-empty": ("feed", "", "The feed is empty"),
    "59-blank": ("feed", " \r\n\t", "The feed is empty"),
    "59-words": ("feed", "Service unavailable", "This is not XML"),
    "59-binary": ("feed", b"\x00\x01\x02\xff", "This is not XML"),
    "59-xml-of-another-kind": ("feed", "<opml><body/></opml>", "neither RSS nor Atom"),
    "59-a-sitemap-for-a-feed": ("feed", urlset(STORY), "neither RSS nor Atom"),
    "59-another-xml-for-a-sitemap": ("sitemap", "<opml><body/></opml>", "is no sitemap"),
    "59-html-for-a-sitemap": ("sitemap", "<html><a href='/1'>One</a></html>", "HTML page, not a sitemap"),
    "60-gzip-bomb": ("sitemap", gzip.compress(bytes(60_000_000)), "cannot be unpacked"),
    "60-gzip-that-breaks-off": ("sitemap", gzip.compress(urlset(STORY).encode())[:20], "cannot be unpacked"),
    "60-gzip-of-nothing-known": ("sitemap", b"\x1f\x8b junk", "cannot be unpacked"),
    "59-nothing-for-a-listing": ("listing", "", "The listing is empty"),
    "59-picture-for-a-listing": ("listing", b"\x89PNG\r\n\x1a\n\x00\x00", "not HTML that can be read"),
    "41-attributes-in-a-listing": ("listing", b"<a " + b"x='1' " * 50_000 + b">", "not HTML that can be read"),
    "61-address-for-a-feed": ("feed", "https://evil.example/feed", "This is not XML"),
    "61-path-for-a-feed": ("feed", "/etc/passwd", "This is not XML"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_channel_is_unreadable(name):
    """One sentence; nothing is loaded from anywhere, and no file is opened."""
    kind, text, fields = REFUSED[name]
    result = discover(kind, text if isinstance(text, bytes) else text.encode(), BASE)
    assert isinstance(result, Unreadable), result
    assert fields in result.detail
    assert result.detail.endswith(".")
    assert "\n" not in result.detail


DECLARES = "<!DOCTYPE rss [{}]>"
ODD = "<pubDate>{}</pubDate>"
LATE = "<!DOCTYPE rss [" + " " * 20_000 + '<!ENTITY x SYSTEM "file:///etc/passwd">]>'
READ = {
    "39-half-a-character": (rss(item().replace("A story", "&#xD83D;&#xde00; &#55296; &#057343;")), [STORY]),
    "39-no-character": (rss(item().replace("A story", "&#x110000; &#xFFFE; &#0; &#99999999999999999999;")), [STORY]),
    "55-billion-laughs": (rss("&l9;" + item(), DECLARES.format('<!ENTITY l0 "ha">' + LAUGHS)), [STORY]),
    "55-quadratic": (rss("&a;" * 50_000 + item(), DECLARES.format(f'<!ENTITY a "{"a" * 50_000}">')), [STORY]),
    "55-local-file": (rss("&x;" + item(), DECLARES.format('<!ENTITY x SYSTEM "file:///etc/passwd">')), [STORY]),
    "55-other-host": (rss("&x;" + item(), DECLARES.format('<!ENTITY x SYSTEM "http://10.0.0.1/">')), [STORY]),
    "55-parameter": (rss(item(), DECLARES.format('<!ENTITY % x SYSTEM "http://10.0.0.1/x.dtd"> %x;')), [STORY]),
    "55-in-an-address": (rss(item("/&x;"), DECLARES.format('<!ENTITY x SYSTEM "file:///etc/passwd">')),
                         ["https://www.war.gov/&x"]),
    "55-unclosed": (rss(item(), '<!DOCTYPE rss [<!ENTITY x "'), [STORY]),
    "55-late-entity": (rss(item(more="<description>&x;</description>"), LATE), [STORY]),
    "57-guid-twice": (rss(item() + item(more="<guid>x</guid>")), [STORY]),
    "57-guid-of-another": (rss(item(more=f"<guid>{STORY}</guid>") + item(STORY + "2", f"<guid>{STORY}</guid>")),
                           [STORY, STORY + "2"]),
    "57-no-guid-no-link": (rss("<item><title>Only a title</title></item>" + item()), [STORY]),
    "57-dates-that-are-none": (rss(item(more=ODD.format("yesterday"))), [STORY]),
    "57-date-of-1970": (rss(item(more=ODD.format("Thu, 01 Jan 1970 00:00:00 GMT"))), [STORY]),
    "57-date-of-9999": (rss(item(more=ODD.format("Fri, 31 Dec 9999 23:59:59 GMT"))), [STORY]),
    "58-unclosed-cdata": (rss(item(more="<description><![CDATA[never closed")), [STORY]),
    "59-bom-and-blanks": ("\ufeff \n" + rss(item()), [STORY]),
    "59-two-documents": (rss(item()) + rss(item(STORY + "2")), [STORY, STORY + "2"]),
    "59-breaks-off": (rss(item() + item(STORY + "23"))[:-60], [STORY]),
    "59-control-character": (rss(item() + "\x01" + item(STORY + "2")), [STORY, STORY + "2"]),
    "59-bare-ampersand": (rss(item().replace("A story", "Q & A") + item(STORY + "2")), [STORY, STORY + "2"]),
    "60-links-elsewhere": (rss("".join(map(item, ["javascript:alert(1)", "file:///etc/passwd", "http://", STORY]))),
                           [STORY]),
    "60-links-inside": (rss(item("http://169.254.169.254/latest")), ["http://169.254.169.254/latest"]),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_a_faulty_feed_gives_what_can_be_read(name):
    """What it lists is only named here: whether it may be visited is asked when it is."""
    text, listed = READ[name]
    result = discover("feed", text.encode(), BASE)
    assert isinstance(result, Discovered), result
    assert [entry.url for entry in result.listed] == listed
    assert "root:" not in repr(result)


MANY = range(20_000)
HUGE = {
    "56-twenty-thousand-items": ("feed", rss("".join(item(f"{STORY}{n}") for n in MANY)), MAX_LISTED),
    "56-twenty-megabytes": ("feed", rss(item() + f"<item><title>{'x' * 9_000_000}</title></item>" * 2), 1),
    "58-tags-in-cdata": ("feed", rss(item(more=f"<description><![CDATA[{'<a>' * 200_000}]]></description>")), 1),
    "58-nested-tags": ("feed", rss(item() + "<b>" * 200_000), None),
    "59-open-tags": ("feed", "<rss>" + "<item>" * 100_000, None),
    "58-nested-bases": ("feed", "<rss>" + "<item xml:base='a/'>" * 60_000, None),
    "58-millions-of-tags": ("feed", rss(item() + "<b/>" * 2_100_000), 1),
    "55-declared-a-million-times": ("feed", "<!DOCTYPE rss [" + "<!ENTITY a 'b'>" * 200_000 + "]>" + rss(item()), 1),
    "58-half-tags": ("feed", rss(item() + '<a b="' * 200_000), 1),
    "60-twenty-thousand-parts": (
        "sitemap",
        "<sitemapindex>" + "".join(f"<sitemap><loc>/{n}.xml</loc></sitemap>" for n in MANY) + "</sitemapindex>",
        0,
    ),
    "60-twenty-thousand-pages": ("sitemap", urlset(*(f"{STORY}{n}" for n in MANY)), MAX_LISTED),
    "56-twenty-thousand-links": ("listing", "".join(f"<a href='/{n}'>x</a>" for n in MANY), MAX_LISTED),
    "42-nested-listing": ("listing", "<div>" * 100_000 + "<a href='/1'>x</a>", None),
    "44-million-brackets": ("listing", "<" * 1_000_000, None),
    "44-million-comments": ("listing", "<!--" * 250_000, None),
    "43-headings-in-links": ("listing", "<a href='/1'><h1>" * 20_000, None),
}


@pytest.mark.parametrize("name", HUGE)
def test_a_document_without_measure_is_read_in_bounded_time(name):
    """At most five thousand addresses come of it."""
    kind, text, listed = HUGE[name]
    body = text.encode()
    began = time.process_time()
    result = discover(kind, body, BASE)
    assert time.process_time() - began < SECONDS
    if listed is None:
        assert isinstance(result, Discovered | Unreadable)
    else:
        assert isinstance(result, Discovered), result
        assert len(result.listed) == listed
        assert len(result.parts) <= MAX_LISTED


def test_a_packed_sitemap_takes_no_more_memory_than_its_limit():
    """60: sixty megabytes in sixty kilobytes are unpacked up to twenty, and no further."""
    bomb = gzip.compress(bytes(60_000_000))
    tracemalloc.start()
    try:
        result = discover("sitemap", bomb, BASE)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert isinstance(result, Unreadable)
    assert peak < 45_000_000


@pytest.mark.parametrize("base", ["javascript:alert(1)", "http://[", "", "//10.0.0.1/", "file:///"])
def test_a_hostile_base_changes_only_where_its_own_links_lead(base):
    """48: what they lead to is judged like everything else; nonsense leads nowhere."""
    result = read_listing(f'<html><base href="{base}"><a href="/Article/1/">One</a></html>'.encode(), BASE)
    assert isinstance(result, Discovered)
    assert all(entry.url.startswith(("http://", "https://")) for entry in result.listed)


@pytest.mark.parametrize("charset", ["utf-7", "x-user-defined", "no-such-label", "utf-16", "idna", "base64", "\xff"])
def test_a_charset_that_lies_costs_no_links(charset):
    """39: addresses are ASCII, whatever the page calls its encoding."""
    page = f'<html><meta charset="{charset}"><a href="/Article/1/">One</a></html>'.encode("latin-1")
    result = read_listing(page, BASE)
    assert isinstance(result, Discovered)
    assert [entry.url for entry in result.listed] == ["https://www.war.gov/Article/1/"]
