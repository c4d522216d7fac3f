"""Everyday faults of feeds and sitemaps: each is read as it was meant, with the addresses and titles it was to have."""

import time

import pytest

from services.fetcher.discover import Discovered, discover

pytestmark = pytest.mark.slow

BASE = "https://harbor.example/feed"
ONE, TWO = "https://harbor.example/news/1", "https://harbor.example/news/2"
ITEM = f"<item><title>Pier opens</title><link>{ONE}</link></item>"


def rss(items, declaration='<?xml version="1.0" encoding="utf-8"?>'):
    return f"{declaration}<rss version='2.0'><channel><title>Harbor</title>{items}</channel></rss>"


def read(kind, body):
    result = discover(kind, body if isinstance(body, bytes) else body.encode(), BASE)
    assert isinstance(result, Discovered), result
    return result


def listed(kind, body):
    return [(entry.url, entry.title) for entry in read(kind, body).listed]


PREFIXED = (
    f"<item><media:title>A picture</media:title><title>Pier opens</title><link>{ONE}</link>"
    f'<media:content url="{ONE}.jpg" media:type="x"/><itunes:subtitle>Short</itunes:subtitle></item>'
)


def test_a_feed_with_prefixes_that_nobody_declared_is_read_without_a_complaint():
    """`media:`, `itunes:` and `dc:` without their xmlns raised an exception, and its source was silent for ever."""
    result = read(
        "feed", rss(PREFIXED + f"<item><title>Crane</title><link>{TWO}</link><dc:date>2026-11-01</dc:date></item>")
    )
    assert [(entry.url, entry.title) for entry in result.listed] == [(ONE, "Pier opens"), (TWO, "Crane")]
    assert result.listed[1].published == "2026-11-01"
    assert result.note is None


@pytest.mark.parametrize("prefix", ["", "rss:", "x:y:", ":"])
def test_a_feed_is_read_whatever_prefix_its_elements_carry(prefix):
    """Declared or not, well made or not."""
    body = f"<{prefix}rss><{prefix}item><{prefix}link>{ONE}</{prefix}link></{prefix}item></{prefix}rss>"
    assert [entry.url for entry in read("feed", body).listed] == [ONE]


def test_a_sitemap_with_undeclared_prefixes_is_read():
    """`image:image`, `news:news` and `xhtml:link`, the usual ones."""
    body = (
        '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        f"<url><image:image><image:loc>{ONE}.jpg</image:loc></image:image><loc>{ONE}</loc>"
        "<news:news><news:title>Pier opens</news:title></news:news></url>"
        f'<url><loc>{TWO}</loc><xhtml:link rel="alternate" hreflang="es" href="/es"/></url></urlset>'
    )
    assert listed("sitemap", body) == [(ONE, "Pier opens"), (TWO, None)]


ENCODED = {
    "windows-1252 called utf-8": rss(ITEM.replace("Pier", "“Pier” –")).encode("cp1252"),
    "utf-8 called latin-1": rss(
        ITEM.replace("Pier", "“Pier” –"), '<?xml version="1.0" encoding="iso-8859-1"?>'
    ).encode(),
    "utf-8 called utf-16": rss(ITEM.replace("Pier", "“Pier” –"), '<?xml version="1.0" encoding="utf-16"?>').encode(),
    "utf-8 called nonsense": rss(ITEM.replace("Pier", "“Pier” –"), '<?xml version="1.0" encoding="base64"?>').encode(),
    "utf-16": rss(ITEM.replace("Pier", "“Pier” –"), '<?xml version="1.0" encoding="utf-16"?>').encode("utf-16"),
    "windows-1252": rss(ITEM.replace("Pier", "“Pier” –"), '<?xml version="1.0" encoding="iso-8859-1"?>').encode(
        "cp1252"
    ),
}


@pytest.mark.parametrize("case", ENCODED)
def test_a_feed_is_read_in_the_encoding_that_it_is_in(case):
    """What it calls itself counts only where the bytes agree."""
    assert listed("feed", ENCODED[case]) == [(ONE, "“Pier” – opens")]


def test_a_bare_ampersand_leaves_the_address_as_it_was_meant():
    """A parser that recovers dropped it, and the address led nowhere."""
    address = "https://harbor.example/a?id=1&copy=2&lt=3"
    assert [entry.url for entry in read("feed", rss(f"<item><link>{address}</link></item>")).listed] == [address]


def test_html_entities_and_bare_ampersands_stand_for_themselves_in_titles():
    """Text in CDATA is left as it is."""
    titles = "<item><title>Caf&eacute;&nbsp;R&D &lt;1</title><link>/1</link></item>"
    titles += "<item><title><![CDATA[A & B]]></title><link>/2</link></item>"
    assert [entry.title for entry in read("feed", rss(titles)).listed] == ["Café R&D <1", "A & B"]


@pytest.mark.parametrize(
    "front", ["<br />\n<b>Warning</b>: something in x.php on line 3<br />\n", "<!-- cached -->", "\n \ufeff", "OK\n"]
)
def test_what_a_server_printed_before_the_feed_does_no_harm(front):
    """A warning of PHP, a comment of a cache."""
    assert listed("feed", front + rss(ITEM)) == [(ONE, "Pier opens")]


@pytest.mark.parametrize("text", ["&" * 1_000_000, "&a" * 1_000_000, "<![CDATA[" * 400_000, "&#" * 1_000_000])
def test_repairs_cost_no_more_than_the_size_of_the_document(text):
    """Megabytes of faults."""
    began = time.process_time()
    discover("feed", rss(f"<item><title>{text}").encode(), BASE)
    assert time.process_time() - began < 10
