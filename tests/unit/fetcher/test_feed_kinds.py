"""Feeds of every kind and age, each written as its publishers write them: addresses, titles and times as meant."""

from base64 import b64encode

import pytest

from services.fetcher.discover import Discovered, Listed, discover

BASE = "https://quay.example/feeds/news"
ONE = "https://quay.example/news/1"
TITLE = "Crane arrives"
XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'


def read(body, charset=None):
    result = discover("feed", body if isinstance(body, bytes) else body.encode(), BASE, charset)
    assert isinstance(result, Discovered), result
    return result


def rss(item, version='version="2.0"', declaration='<?xml version="1.0"?>'):
    return f"{declaration}<rss {version}><channel><title>Quay</title><link>/</link>{item}</channel></rss>"


def atom(entry, about=""):
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {about}><title>Quay</title><entry>{entry}</entry></feed>'


PLAIN = f"<title>{TITLE}</title><link>{ONE}</link>"
DAY = "2026-11-26T10:00:00Z"
DTD = '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://quay.example/rss-0.91.dtd">'
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
KINDS = {
    "RSS 0.90": f'<rdf:RDF {RDF} xmlns="http://my.netscape.com/rdf/simple/0.9/"><channel/><item>{PLAIN}</item></rdf:RDF>',
    "RSS 0.91": rss(f"<item>{PLAIN}</item>", 'version="0.91"', f'<?xml version="1.0"?>{DTD}'),
    "RSS 0.92": rss(f"<item>{PLAIN}</item>", 'version="0.92"'),
    "RSS 1.0": f'<rdf:RDF {RDF} xmlns="http://purl.org/rss/1.0/"><item rdf:about="x">{PLAIN}</item></rdf:RDF>',
    "RSS 1.0 by its identity": f'<rdf:RDF {RDF} xmlns="http://purl.org/rss/1.0/"><item rdf:about="{ONE}">'
    f"<title>{TITLE}</title></item></rdf:RDF>",
    "RSS 2.0": rss(f"<item>{PLAIN}</item>"),
    "RSS in a namespace": rss(f"<item>{PLAIN}</item>", 'xmlns="http://backend.userland.com/rss2"'),
    "RSS in capitals": rss(f"<item>{PLAIN}</item>").replace("item>", "ITEM>").replace("link>", "LINK>"),
    "RSS with a prefix": f"<r:rss xmlns:r='http://quay.example/'><r:item><r:title>{TITLE}</r:title>"
    f"<r:link>{ONE}</r:link></r:item></r:rss>",
    "Atom 0.3": '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry>'
    f'<title>{TITLE}</title><link rel="alternate" type="text/html" href="{ONE}"/></entry></feed>',
    "Atom 1.0": atom(f'<title>{TITLE}</title><link href="{ONE}"/>'),
    "CDF": f'<CHANNEL HREF="/"><TITLE>Quay</TITLE><ITEM HREF="{ONE}"><TITLE>{TITLE}</TITLE></ITEM></CHANNEL>',
    "CDF with a link inside": f'<channel><item><a href="{ONE}"/><title>{TITLE}</title></item></channel>',
    "items without a root": f"<items><item>{PLAIN}</item></items>",
    "JSON Feed 1": '{"version": "https://jsonfeed.org/version/1", '
    f'"items": [{{"url": "{ONE}", "title": "{TITLE}"}}]}}',
    "JSON Feed by its ids": f'\ufeff {{"items": [{{"id": "{ONE}", "title": "{TITLE}", "tags": 7}}, 3, {{}}]}}',
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_feed_of_any_kind_and_age_is_read(kind):
    assert [(entry.url, entry.title) for entry in read(KINDS[kind]).listed] == [(ONE, TITLE)]


LINKS = {
    "in words": f"<link>\n {ONE}\n</link>",
    "in CDATA, escaped twice": "<link><![CDATA[https://quay.example/n?a=1&amp;b=2]]></link>",
    "the page before what is for machines": '<link rel="alternate" type="application/json" href="/1.json"/>'
    f'<link rel="alternate" type="application/pdf" href="/1.pdf"/><link type="text/html" href="{ONE}"/>',
    "not what replies or is enclosed": '<link rel="replies" href="/c"/>'
    f'<link rel="enclosure" href="/a"/><link href="{ONE}"/>',
    "relation in capitals, or as an address": '<link rel="http://www.iana.org/assignments/relation/ALTERNATE" '
    f'type="TEXT/HTML; charset=utf-8" href="{ONE}"/>',
    "an empty relation": f'<link rel="" type="" href="{ONE}"/>',
    "under another attribute": f'<link url="{ONE}"/>',
    "RSS with a link of Atom to itself":
    f'<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="self" href="/s"/><link>{ONE}</link>',
    "the guid": f"<guid>{ONE}</guid>",
    "the guid, as a path": "<guid>/news/1</guid>",
    "the guid, as it says": '<guid isPermaLink="true">../news/1</guid>',
    "an empty link and a guid": f"<link/><guid isPermaLink='false'>{ONE}</guid>",
    "the link before the guid": f"<guid>https://quay.example/g/1</guid><link>{ONE}</link>",
    "the publisher's own before that of a service": "<link>https://feeds.example/~r/1</link>"
    f'<f:origLink xmlns:f="http://rssnamespace.org/feedburner/ext/1.0">{ONE}</f:origLink>',
    "behind the tag": f"<link/>{ONE}",
    "not closed": f'<link href="{ONE}"><title>{TITLE}</title>',
    "without quotes": f"<link href={ONE} rel=alternate />",
    "not that of a picture or of a source": "<image><link>/i</link></image>"
    f"<source><link href='/s'/></source><link>{ONE}</link>",
    "the content elsewhere": f'<content type="text/html" src="{ONE}"/>',
}  # fmt: skip


@pytest.mark.parametrize("case", LINKS)
def test_an_entry_leads_to_its_page(case):
    """In whatever place the address stands, and whichever other addresses stand beside it."""
    expected = "https://quay.example/n?a=1&b=2" if "twice" in case else ONE
    for body in (rss(f"<item>{LINKS[case]}</item>"), atom(LINKS[case])):
        assert [entry.url for entry in read(body).listed] == [expected], body


@pytest.mark.parametrize("guid", ["4711", "4711 at quay.example/news", "tag:quay.example,2026:1", ""])
def test_a_guid_that_is_no_address_leads_nowhere(guid):
    """Most are called permalinks, because that is the default."""
    assert read(rss(f"<item><title>x</title><guid>{guid}</guid></item>")).listed == ()


BASES = {
    "of the feed": ('xml:base="https://b.example/"', "", "", "https://b.example/1"),
    "of the entry, within that of the feed": ('xml:base="https://b.example/x/"', 'xml:base="y/"', "",
    "https://b.example/x/y/1"),
    "of the link": ("", 'xml:base="/e/"', 'xml:base="l/"', "https://quay.example/e/l/1"),
    "that is none": ('xml:base="javascript:x"', 'xml:base="http://["', "", "https://quay.example/feeds/1"),
}  # fmt: skip


@pytest.mark.parametrize("case", BASES)
@pytest.mark.parametrize("fault", ["", "<b>"])
def test_links_are_relative_to_the_nearest_base(case, fault):
    """Also in a feed that is no XML; the base of one entry says nothing of the next."""
    feed, entry, link, expected = BASES[case]
    body = (
        f'<feed {feed}><entry xml:base="/other/">{fault}</entry><entry {entry}><link {link} href="1"/></entry></feed>'
    )
    assert [member.url for member in read(body).listed] == [expected]


TITLES = {
    "&lt;p&gt;Crane arrives&lt;/p&gt;": TITLE,
    "<![CDATA[<b>Don&amp;#x27;t</b> forget]]>": "Don't forget",
    "&amp;lt;i&amp;gt;Crane&amp;lt;/i&amp;gt; arrives": TITLE,
    "Crane&lt;br/&gt;arrives": TITLE,
    "Q&amp;amp;A": "Q&A",
    "R&D at 3 < 4": "R&D at 3 < 4",
    "The &lt;unnamed&gt; ship": "The <unnamed> ship",
    "Caf&eacute;&nbsp;&hellip;": "Café …",
    "&lt;a href='/x' title='a'&gt;Crane&lt;/a&gt; arrives": TITLE,
    "Crane <em>arrives</em>": TITLE,
    "&lt;!-- x --&gt;Crane arrives": TITLE,
    "a &lt; b &amp;&amp; c &gt; d": "a < b && c > d",
}


@pytest.mark.parametrize("written", TITLES)
def test_a_title_is_words_without_tags_and_entities(written):
    """However often it was escaped; what is no tag of HTML is a word."""
    assert read(rss(f"<item><title>{written}</title><link>{ONE}</link></item>")).listed[0].title == TITLES[written]


@pytest.mark.parametrize(
    "title",
    [
        f'<title type="xhtml"><div {XHTML}>Crane <b>arrives</b></div></title>',
        '<title type="html"><![CDATA[Crane <b>arrives</b>]]></title>',
        f'<title mode="base64" type="application/octet-stream">{b64encode(TITLE.encode()).decode()}</title>',
        f'<m:content xmlns:m="http://search.yahoo.com/mrss/"><m:title>Picture</m:title></m:content><title>{TITLE}</title>',
        f"<m:title>Picture</m:title><title>{TITLE}</title>",
        f'<title/><d:title xmlns:d="http://purl.org/dc/elements/1.1/">{TITLE}</d:title>',
        f"<source><title>Other</title></source><title>{TITLE}</title>",
        f"<title>{TITLE}<category>not closed</category>",
        f"<b>never closed<title>{TITLE}</title>",
    ],
)
def test_the_title_is_that_of_the_entry(title):
    assert [entry.title for entry in read(atom(f'{title}<link href="{ONE}"/>')).listed] == [TITLE]


@pytest.mark.parametrize(
    "name",
    ["pubDate", "published", "issued", "dc:date", "dcterms:issued", "created", "dcterms:created", "PubDate", "dc:Date"],
)
def test_the_time_of_publication_has_many_names(name):
    """It is kept as it is written, without the tags that some put in."""
    written = f"<{name}>&lt;span&gt;Fri Nov 20 2026&lt;/span&gt;</{name}>"
    assert read(rss(f"<item>{PLAIN}{written}</item>")).listed == (Listed(ONE, TITLE, "Fri Nov 20 2026"),)


@pytest.mark.parametrize("name", ["updated", "modified", "dcterms:modified", "lastBuildDate"])
def test_so_has_the_time_of_the_last_change(name):
    assert read(rss(f"<item>{PLAIN}<{name}>{DAY}</{name}></item>")).listed[0].updated == DAY


def test_a_json_feed_gives_both_times():
    """And its own page before the one that it writes about."""
    text = (
        f'{{"external_url": "https://b.example/", "url": "../news/1", "date_published": "{DAY}", "date_modified": "x"}}'
    )
    feed = read(f'{{"version": "https://jsonfeed.org/version/1.1", "items": [{text}]}}')
    assert feed.listed == (Listed(ONE, None, DAY, "x"),)


def test_an_empty_json_feed_is_a_feed():
    assert read('{"version": "https://jsonfeed.org/version/1.1", "items": []}').listed == ()


ENCODINGS = (
    "utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be koi8-r windows-1251 iso-8859-5 cp866 mac-cyrillic cp037"
)


@pytest.mark.parametrize("encoding", ENCODINGS.split())
def test_any_encoding_that_a_feed_declares_is_read(encoding):
    """By the mark at its beginning, by how its first characters look, or as it says."""
    text = "Кран" if encoding != "cp037" else "Grúa"
    body = rss(
        f"<item><title>{text}</title><link>{ONE}</link></item>",
        declaration=f'<?xml version="1.0" encoding="{encoding}"?>',
    )
    assert [(entry.url, entry.title) for entry in read(body.encode(encoding)).listed] == [(ONE, text)]


@pytest.mark.parametrize("encoding", ["shift_jis", "euc-jp", "iso-2022-jp", "gb2312", "big5", "hz"])
def test_so_is_any_of_eastern_asia(encoding):
    text = "大" + "中"
    body = rss(
        f"<item><title>{text}</title><link>{ONE}</link></item>",
        declaration=f'<?xml version="1.0" encoding="{encoding}"?>',
    )
    assert read(body.encode(encoding)).listed[0].title == text


def test_what_the_server_says_of_the_encoding_counts_where_the_feed_says_nothing():
    body = rss(f"<item><title>Кран</title><link>{ONE}</link></item>").encode("windows-1251")
    assert read(body, "Windows-1251").listed[0].title == "Кран"
    assert read(body, "no-such").listed[0].url == ONE


@pytest.mark.parametrize("label", ["idna", "punycode", "unicode-escape", "base64", "rot13", "undefined", "x" * 40])
def test_what_is_no_encoding_of_text_is_never_used(label):
    body = rss(f"<item>{PLAIN}</item>", declaration=f'<?xml version="1.0" encoding="{label}"?>').encode() + b"\xff"
    assert [entry.url for entry in read(body, label).listed] == [ONE]


FAULTS = {
    "HTML that nobody escaped": "<description><p>one<br>two <img src=x alt=y></p></description>",
    "an end without a beginning": "<description></p></description>",
    "a tag that is never closed": "<b>bold",
    "an attribute without quotes": "<category term=x/>",
    "an attribute without a value": "<category term/>",
    "a bare bracket": "<description>3 < 4</description>",
    "a control character": "\x0b",
    "two colons": "<g:x:y>z</g:x:y>",
    "an unknown entity": "<description>&nosuch;</description>",
    "a tag of HTML in half": "<description><a href='x</description>",
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_costs_nothing_that_stands_beside_it(case):
    """Neither the entry in which it is, nor an ampersand in an address behind it, nor the next entry."""
    items = "".join(
        f"<item>{FAULTS[case]}<title>Crane {n} &amp; quay</title>"
        f"<link>/n?a={n}&amp;b=2</link><pubDate>{DAY}</pubDate></item>"
        for n in (1, 2)
    )
    expected = tuple(Listed(f"https://quay.example/n?a={n}&b=2", f"Crane {n} & quay", DAY) for n in (1, 2))
    assert read(rss(items)).listed == expected
