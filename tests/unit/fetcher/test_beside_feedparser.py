"""Feeds made up from all that feeds are made of, read by us and by feedparser: we find no less.

feedparser has read the feeds of the world for twenty years. Where the two differ, what a reader of the feed would take
for its address and title is what counts, and the cases in which feedparser is the one that errs are not made up here.
"""

import random
from io import BytesIO

import feedparser
import pytest

from services.contracts.urls import canonical_url
from services.fetcher.discover import Discovered, discover

pytestmark = pytest.mark.slow

BASE = "https://quay.example/feeds/news"
SPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "media": "http://search.yahoo.com/mrss/",
    "atom": "http://www.w3.org/2005/Atom",
}
DECLARED = "".join(f' xmlns:{prefix}="{space}"' for prefix, space in SPACES.items())
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
ROOTS = (
    ("item", '<rss version="0.91"{}><channel><title>Quay</title><link>/</link>', "</channel></rss>"),
    ("item", '<rss version="2.0"{}><channel><image><title>i</title><link>/i</link></image>', "</channel></rss>"),
    ("item", '<rss xmlns="http://backend.userland.com/rss2"{}><channel>', "</channel></rss>"),
    ("item", f'<rdf:RDF {RDF} xmlns="http://purl.org/rss/1.0/"{{}}><channel rdf:about="x"/>', "</rdf:RDF>"),
    ("entry", '<feed version="0.3" xmlns="http://purl.org/atom/ns#"{}><title>Quay</title>', "</feed>"),
    ("entry", '<feed xmlns="http://www.w3.org/2005/Atom"{}><link rel="self" href="/s"/>', "</feed>"),
)
TITLES = (
    "<title>{}</title>", "<title><![CDATA[{} & more]]></title>", "<title>{} &amp; &eacute; &#8217;s</title>",
    "<title>&lt;b&gt;{}&lt;/b&gt;</title>", "<TITLE>\n{}\n</TITLE>", "<dc:title>{}</dc:title>",
    "<title>{} & co</title>",
    "<media:content url='p'><media:title>Pic</media:title></media:content><title>{}</title>", "<title>{} < 4</title>",
    '<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{} <b>x</b></div></title>', "<title>{}", "",
)  # fmt: skip
ADDRESSES = ("https://quay.example/n/{}", "https://quay.example/n?a={}&amp;b=2", "n/{}", "/n/{}", "//quay.example/n/{}")
LINKS = {
    "item": (
        "<link>{}</link>", "<link>\n{}\n</link>", "<guid>{}</guid>",
        '<guid isPermaLink="false">x</guid><link>{}</link>',
        '<guid isPermaLink="true">{}</guid>', "<guid>https://quay.example/g</guid><link>{}</link>", "<LINK>{}</LINK>",
        '<atom:link rel="self" href="/s"/><link>{}</link>', '<source url="/o">O</source><link>{}</link>', "<link>{}",
    ),
    "entry": (
        '<link href="{}"/>', '<link rel="alternate" type="text/html" href="{}"/>', '<LINK HREF="{}"/>',
        '<link href="{}">',
        '<link rel="self" href="/s"/><link rel="alternate" href="{}"/>',
        '<link rel="enclosure" href="/e"/><link href="{}"/>',
        '<link type="application/json" href="/j"/><link type="text/html" href="{}"/>', '<link url="{}"/>',
        '<link xml:base="https://quay.example/b/" href="{}"/>', '<source><link href="/o"/></source><link href="{}"/>',
    ),
}  # fmt: skip
DATES = ("pubDate", "dc:date", "published", "updated", "issued", "modified", "created", "dcterms:modified", "PubDate")
OTHERS = (
    "", "", "<description>plain</description>", "<description>&lt;p&gt;x&lt;/p&gt;</description>", "<!-- x -->",
    "<?x y?>",
    "<description><p>x<br>y</p></description>", "<description><![CDATA[<p>x & <br>]]></description>", "<b>never closed",
    '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>x</p><a href="q">q</a></div></content>',
    "<author><name>A</name><uri>/a</uri></author>", "<media:thumbnail url='t'/>", "<category term=x/>",
    "<x:y:z>w</x:y:z>",
    "<description>&nbsp;&nosuch;</description>", "<description>a < b</description>", "\x0b",
)  # fmt: skip
ENCODINGS = ("utf-8", "utf-8", "utf-8", "iso-8859-1", "utf-16", "utf-32", "koi8-r", "shift_jis", "gb2312", "cp037")
FRONTS = ("", "", '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://quay.example/x.dtd">', "<!-- x -->",
          '<!DOCTYPE rss [<!ENTITY co "Quay Co"> <!ENTITY % x PUBLIC "a" "http://quay.example/x"> %x;]>')  # fmt: skip


def made_up(chosen):
    """A feed of one to three entries, with faults, and the encoding that it is written in."""
    element, begin, end = chosen.choice(ROOTS)
    bases = ("", "", ' xml:base="https://quay.example/x/"', ' xml:base="y/"')
    entries = "".join(_entry(chosen, element, number, chosen.choice(bases)) for number in range(chosen.randint(1, 3)))
    encoding = chosen.choice(ENCODINGS)
    front = f'<?xml version="1.0" encoding="{encoding}"?>{chosen.choice(FRONTS)}'
    about = chosen.choice(("", DECLARED, DECLARED)) + chosen.choice(bases)
    return front + begin.format(about) + entries + end, encoding


def _entry(chosen, element, number, about):
    address = chosen.choice(ADDRESSES).format(number)
    day = chosen.choice(("Thu, 26 Nov 2026 10:00:00 GMT", "2026-11-26T10:00:00Z", "26.11.2026", "Nov 26"))
    parts = [
        chosen.choice(TITLES).format(f"Crane {number}"),
        chosen.choice(LINKS[element]).format(address),
        "<{0}>{1}</{0}>".format(chosen.choice(DATES), day),
        chosen.choice(OTHERS),
        chosen.choice(OTHERS),
    ]
    chosen.shuffle(parts)
    return f"<{element}{about}>{''.join(parts)}</{element}>"


def theirs(body):
    """What feedparser reads: the address of each entry, and whether it has a title and a time."""
    headers = {"content-location": BASE, "content-type": "application/xml"}
    entries = feedparser.parse(BytesIO(body), response_headers=headers).entries
    linked = [(canonical_url(entry.link, base=BASE), entry) for entry in entries if entry.get("link")]
    return [(url, "title" in entry, "published" in entry or "updated" in entry) for url, entry in linked]


def is_hard(text):
    """Where the feed is no XML, feedparser takes ampersands in addresses apart, and keeps the base of another entry."""
    return "b=2" in text or "xml:base" in text


@pytest.mark.parametrize("seed", range(8))
def test_we_find_no_less_than_feedparser(seed):
    """Entries, their addresses, and whether they have titles and times, in 150 feeds for each seed."""
    chosen = random.Random(seed)
    for text, encoding in (made_up(chosen) for _ in range(150)):
        body = text.encode(encoding, "xmlcharrefreplace")
        result = discover("feed", body, BASE)
        assert isinstance(result, Discovered), text
        by_name = {entry.url: entry for entry in result.listed}
        expected = theirs(body)
        assert len(by_name) >= len({url for url, _, _ in expected}), text
        for url, title, time in expected:
            assert url in by_name or is_hard(text), (url, text)
            if entry := by_name.get(url):
                assert entry.title or not title, text
                assert entry.published or entry.updated or not time, text
