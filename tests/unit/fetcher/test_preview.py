"""A look at an address before it is watched: what it is, what it would lead to, and what is wrong, in one sentence."""

from datetime import UTC, datetime

import pytest

from services.fetcher.preview import preview
from services.fetcher.settings import FetcherSettings
from tests.support.wires import Script, answer, client_for

FREE = answer(404)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOST = "https://news.example"
FEED = """<rss><channel><title>News</title>
<item><title>Bridge opens</title><link>https://news.example/Article/1/bridge/</link>
<pubDate>Sun, 22 Nov 2026</pubDate></item>
<item><title>Elsewhere</title><link>https://other.example/Article/2/</link></item></channel></rss>"""
LISTING = """<html><a href="/Article/1/bridge/">Bridge opens</a><a href="/about">About us</a>
<a href="https://other.example/Article/2/">Elsewhere</a></html>"""
SITEMAP = """<urlset><url><loc>https://news.example/Article/1/bridge/</loc></url>
<url><loc>https://news.example/about</loc></url></urlset>"""
INDEX = "<sitemapindex><sitemap><loc>https://news.example/2026.xml</loc></sitemap></sitemapindex>"


def look(body, *, robots=FREE, hosts=(), pages=()):
    order = body if isinstance(body, bytes) and body.startswith(b"HTTP") else answer(200, body.encode())
    script = Script({"/robots.txt": robots, "/look": order})
    with client_for(script) as client:
        result = preview(client, HOST + "/look", hosts=hosts, pages=pages, now=NOW, settings=FetcherSettings())
    return result, script.asked


@pytest.mark.parametrize(
    ("body", "kind"), [(FEED, "feed"), (LISTING, "listing"), (SITEMAP, "sitemap"), (INDEX, "sitemap")]
)
def test_what_it_is_is_seen_from_what_is_there(body, kind):
    assert look(body)[0].kind == kind


def test_a_feed_gives_its_pages_with_title_and_date_and_names_what_is_out_of_scope():
    result, _ = look(FEED)
    assert [(entry.url, entry.title, entry.published) for entry in result.listed] == [
        ("https://news.example/Article/1/bridge/", "Bridge opens", "Sun, 22 Nov 2026")
    ]
    assert [entry.url for entry in result.outside] == ["https://other.example/Article/2/"]
    assert result.trouble is None


def test_further_hosts_and_patterns_widen_and_narrow_it_as_they_would_for_a_source():
    result, _ = look(LISTING, hosts=("other.example",), pages=("/about", "/Article/2/"))
    assert {entry.url for entry in result.listed} == {"https://news.example/about", "https://other.example/Article/2/"}


def test_an_index_names_its_parts_which_are_not_asked_for():
    result, requests = look(INDEX)
    assert result.parts == ("https://news.example/2026.xml",)
    assert requests == ["news.example/robots.txt", "news.example/look"]


def test_what_robots_txt_forbids_is_not_asked_for():
    result, requests = look(FEED, robots=answer(200, b"User-agent: *\nDisallow: /look\n"))
    assert (result.kind, "robots.txt" in result.trouble) == (None, True)
    assert requests == ["news.example/robots.txt"]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (answer(404), "404"),
        (answer(503), "503"),
        (answer(301, location="https://elsewhere.example/feed"), "https://elsewhere.example/feed"),
        ("<html><body><p>Nothing to click.</p></body></html>", "lists no address"),
        ('<html><a href="/about">About us</a></html>', "none of which looks like an article"),
    ],
    ids=["gone", "away", "moved", "empty", "out of scope"],
)
def test_what_is_wrong_is_said_in_a_sentence(body, text):
    assert text in look(body)[0].trouble
