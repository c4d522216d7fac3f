"""Channels to addresses: everything that can be read is, and what is no channel says so in one sentence."""

import gzip

import pytest

from services.fetcher.discover import Discovered, Listed, Unreadable, discover
from services.fetcher.discover.found import MAX_LISTED, MAX_MENTIONS, each_once
from services.fetcher.discover.listings import NEAR, number_of_page, page_of_listing
from services.fetcher.discover.xml import PIECES
from services.fetcher.scope import ARTICLES, SourceScope

BASE = "https://www.war.gov/News/"
STORY = "https://www.war.gov/News/News-Stories/Article/Article/4100001/a-story/"

RSS = f"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>News</title>
<link>https://www.war.gov</link>
<item><title>
  A Story &amp; More </title><link>{STORY}</link><pubDate>Sat, 16 Jan 2016 14:00:00 GMT</pubDate>
<guid isPermaLink="false">{STORY}</guid></item>
<item><title>Second</title><guid>https://www.war.gov/News/Releases/Release/Article/4100002/</guid></item>
</channel></rss>"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><title type="html">A Story</title>
<link rel="self" href="https://www.war.gov/self"/><link rel="alternate" href="{STORY}"/>
<published>2026-01-16T14:00:00Z</published><updated>2026-01-17T08:00:00Z</updated></entry></feed>"""
RDF = f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
<channel/><item rdf:about="x"><title>A Story</title><link>{STORY}</link></item></rdf:RDF>"""
CARDS = f"""<html><body><form><div class="alist-inner"><feature-template>
<listing-with-preview article-id="4100001" article-title="A Story" article-url="/elsewhere"
 article-url-or-link-absolute="{STORY}" publish-date-ap="Jan. 16, 2026" publish-date-jss="2026-01-16T14:00:00">
</listing-with-preview>
<listing-titles-only article-title="Contracts" article-url="/News/Contracts/Contract/Article/4100003//">
</listing-titles-only></feature-template></div></form></body></html>"""
ANCHORS = """<html><head><base href="https://www.af.mil/"></head><body>
<a href="News/Article-Display/Article/1/one/"><img src="x.jpg"></a>
<a href="/News/Article-Display/Article/1/one/"><div><h3>The
 First</h3><p>Summary of it</p></div></a>
<a href="#top">Top</a><a href="mailto:x@af.mil">Mail</a><a href="javascript:void(0)">Share</a><a>none</a>
</body></html>"""


def read(kind, text, url=BASE):
    result = discover(kind, text if isinstance(text, bytes) else text.encode(), url)
    assert isinstance(result, Discovered), result
    return result


def refused(kind, text):
    result = discover(kind, text if isinstance(text, bytes) else text.encode(), BASE)
    assert isinstance(result, Unreadable), result
    assert result.detail.endswith(".")
    return result.detail


def test_rss_gives_address_title_and_time():
    """White space and line breaks at the edge of titles go; an entry without a link has its guid."""
    first, second = read("feed", RSS).listed
    assert first == Listed(STORY, "A Story & More", "Sat, 16 Jan 2016 14:00:00 GMT", guid=STORY)
    assert second.url == "https://www.war.gov/News/Releases/Release/Article/4100002/"


def test_atom_gives_its_alternate_link_and_both_times():
    """Not the link to itself."""
    assert read("feed", ATOM).listed == (Listed(STORY, "A Story", "2026-01-16T14:00:00Z", "2026-01-17T08:00:00Z"),)


def test_rss_1_is_read_too():
    """The entries stand beside the channel there."""
    assert [entry.url for entry in read("feed", RDF).listed] == [STORY]


@pytest.mark.parametrize("before", ["\ufeff", "\n\n  ", "\ufeff \n"])
def test_what_stands_before_the_declaration_does_no_harm(before):
    """A byte order mark or white space, which a strict reader refuses."""
    assert len(read("feed", before + RSS).listed) == 2


def test_a_damaged_feed_gives_what_can_be_read_and_a_note():
    """A bare ampersand and a control character do not hide the other entries."""
    result = read("feed", RSS.replace("Second", "Second & \x01 last"))
    assert result.listed[0].url == STORY
    assert "damaged at line" in result.note


def test_half_an_address_at_the_end_of_a_feed_is_left_out():
    """It would look like a page that is gone; an entry whose address is whole counts."""
    broken = read("feed", RSS[: RSS.index("4100002") + 4])
    assert [entry.url for entry in broken.listed] == [STORY]
    assert broken.note
    assert len(read("feed", RSS[: RSS.index("</guid></item>\n</channel>") + 7]).listed) == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "<!DOCTYPE html><html><body>Sorry</body></html>",
        '{"items": []}',
        "Service unavailable",
        "<opml><body/></opml>",
        b"\x00\x01\x02\x03",
        b"\x1f\x8b\x08\x00\x00",
    ],
)
def test_what_is_no_feed_says_so(text):
    """Also when a site answers with something else at the address of its feed."""
    assert refused("feed", text)


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE rss [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE rss [<!ENTITY % b SYSTEM "http://127.0.0.1/x.dtd"> %b;]>',
        "<!DOCTYPE rss [<!-- it's --> <!ENTITY b '<item/>'>]>",
    ],
)
def test_an_entity_that_leads_elsewhere_stands_as_it_is_written(declaration):
    """Billion laughs, local files, other hosts: none of it is tried, and the feed is read all the same."""
    first, second = read("feed", RSS.replace("?>", "?>" + declaration, 1).replace("Second", "Second &b;")).listed
    assert (first.title, second.title) == ("A Story & More", "Second &b;")


def test_short_texts_that_a_feed_gives_names_to_are_put_in():
    """In old RSS, for the letters of its language and the name of its house."""
    declaration = '<!DOCTYPE rss [<!ENTITY house "War &#38; Peace"><!ENTITY eacute "&#233;">]>'
    text = RSS.replace("?>", "?>" + declaration, 1).replace("Second", "&house; caf&eacute;")
    assert read("feed", text).listed[1].title == "War & Peace café"


def test_a_document_type_alone_is_no_reason_to_refuse():
    """RSS 0.91 had one; it is not loaded from anywhere."""
    doctype = '<!DOCTYPE rss SYSTEM "http://127.0.0.1:1/rss.dtd">'
    assert len(read("feed", RSS.replace("?>", "?>" + doctype, 1)).listed) == 2


def test_cards_carry_what_they_say_as_attributes():
    """The absolute address before the others; a doubled slash is one."""
    first, second = read("listing", CARDS).listed
    assert first == Listed(STORY, "A Story", "2026-01-16T14:00:00")
    assert second.url == "https://www.war.gov/News/Contracts/Contract/Article/4100003/"


def test_anchors_are_read_against_the_base_of_the_page():
    """The picture's link has no words, so the title comes from the second mention; only web addresses count."""
    (only,) = [entry for entry in read("listing", ANCHORS).listed if "/Article/" in entry.url]
    assert only == Listed("https://www.af.mil/News/Article-Display/Article/1/one/", "The First")
    assert all(entry.url.startswith("https://") for entry in read("listing", ANCHORS).listed)


@pytest.mark.parametrize("text", ["", " \n", b"\x89PNG\r\n\x1a\n\x00\x00\x00", b"<a " + b"x='1' " * 50_000 + b">"])
def test_what_is_no_listing_says_so(text):
    """Empty, binary, or a tag without end that would keep the parser busy for minutes."""
    assert refused("listing", text)


def test_a_listing_counts_its_pages_from_one():
    """`Page` is set, whatever else the address carries."""
    assert page_of_listing(BASE, 2) == BASE + "?Page=2"
    assert page_of_listing(BASE + "?Year=2026&page=2", 3) == BASE + "?Year=2026&Page=3"
    assert [number_of_page(BASE + query) for query in ("", "?Page=7", "?page=x", "?Page=99999999")] == [1, 7, 1, 1]


def sitemap(*entries, root="urlset", element="url"):
    lines = "".join(
        f"<{element}><loc>{url}</loc>{f'<lastmod>{modified}</lastmod>' if modified else ''}</{element}>"
        for url, modified in entries
    )
    return f'<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{lines}</{root}>'


def test_a_sitemap_lists_the_newest_first():
    """So that a depth limit keeps the news."""
    result = read("sitemap", sitemap(("/a", "2026-01-01"), ("/b", "2026-03-01"), ("/c", None)))
    assert [entry.url[-2:] for entry in result.listed] == ["/b", "/a", "/c"]
    assert result.listed[0].updated == "2026-03-01"


def test_a_sitemap_may_be_compressed():
    """By its bytes, whatever its name."""
    assert len(read("sitemap", gzip.compress(sitemap(("/a", None)).encode())).listed) == 1


def test_an_index_leads_to_its_parts():
    """Newest first; they are looked at one by one."""
    index = sitemap(("/1.xml", "2025-01-01"), ("/2.xml", "2026-01-01"), root="sitemapindex", element="sitemap")
    result = read("sitemap", index)
    assert (result.listed, result.parts) == ((), ("https://www.war.gov/2.xml", "https://www.war.gov/1.xml"))


def test_a_compressed_bomb_is_no_sitemap():
    """Nor is a file that breaks off before it lists anything."""
    assert refused("sitemap", gzip.compress(bytes(50_000_000)))
    assert refused("sitemap", gzip.compress(sitemap(("/a", None)).encode())[:-20])


def test_no_document_lists_more_than_the_limit():
    """A hundred thousand entries are five thousand, and it is said that there were more."""
    result = read("sitemap", sitemap(*((f"/{n}", None) for n in range(MAX_LISTED + 10))))
    assert len(result.listed) == MAX_LISTED
    assert result.note == "It lists more than 5,000 addresses; those after them were not taken."
    assert read("sitemap", sitemap(*((f"/{n}", None) for n in range(MAX_LISTED)))).note is None


def test_the_same_link_a_million_times_is_not_looked_at_a_million_times():
    """Each mention costs as much as the first, so they are counted too; what comes after is left, and that is said."""
    mentions = iter([Listed("/a")] + [Listed("mailto:x@war.gov")] * (MAX_MENTIONS * 2))
    result = each_once(mentions, BASE)
    assert [entry.url for entry in result.listed] == ["https://www.war.gov/a"]
    assert result.note == "It holds more than 50,000 links; what comes after them was not looked at."
    assert sum(1 for _ in mentions) == MAX_MENTIONS


def test_a_title_stands_near_the_begin_of_its_link_or_entry():
    """Those in one another would else all be read to the end of the document, once for each."""
    far = "<b>x</b>" * NEAR
    (outer,) = read("listing", f"<a href='/a'>{far}<h2>Late</h2></a>").listed
    assert outer.title == "x" * NEAR
    blank = "<b> </b>" * PIECES
    (entry,) = read("feed", f"<rss><item><link>/a</link><title>{blank}Late</title></item></rss>").listed
    assert entry.title is None


def test_scope_tells_articles_from_everything_else():
    """Any host of the family, article addresses only."""
    scope = SourceScope.of(["www.war.gov"], ARTICLES)
    assert scope.covers(STORY)
    assert scope.covers("http://defense.gov/News/Article/Article/644123/")
    assert not scope.covers("https://www.war.gov/News/")
    assert not scope.covers("https://www.af.mil/News/Article/Article/1/")
    assert not scope.covers("https://www.war.gov.evil.example/News/Article/Article/1/")
    assert not scope.covers("https://evil.example/?x=www.war.gov/Article/1")


def test_without_patterns_the_whole_host_is_in_scope():
    """A feed lists only what is meant to be read."""
    assert SourceScope.of(["blog.example.gov"], ()).covers("https://blog.example.gov/2026/a-post")
