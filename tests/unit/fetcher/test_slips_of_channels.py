"""Feeds and sitemaps with the slips of templates, exports and hands: each cost an entry, an address or its letters."""

import gzip
import json

import pytest

from services.fetcher.discover import Discovered, Unreadable, discover
from services.fetcher.discover.found import MAX_LISTED
from services.fetcher.discover.slips import meant_address

FEED, SITEMAP = "https://quay.example/feeds/all.xml", "https://quay.example/sitemap.xml"
STORY = "https://quay.example/news/"


def rss(*items, head='<?xml version="1.0" encoding="utf-8"?>'):
    return f'{head}<rss version="2.0"><channel><title>Quay</title>{"".join(items)}</channel></rss>'


def item(number, title="Crane", more=""):
    return f"<item><title>{title}</title><link>{STORY}{number}</link>{more}</item>"


def read(kind, body):
    result = discover(kind, body if isinstance(body, bytes) else body.encode(), FEED if kind == "feed" else SITEMAP)
    assert isinstance(result, Discovered), result
    return result


def shown(kind, body):
    return [(entry.url.removeprefix(STORY), entry.title) for entry in read(kind, body).listed]


def urls(kind, body):
    return [entry.url.removeprefix(STORY) for entry in read(kind, body).listed]


def test_a_byte_of_another_program_spoils_no_other_letter():
    """One quotation mark of Windows in a feed of UTF-8, and one entry that was pasted as Latin-1."""
    body = rss(item(1, "Krän’e"), item(2, "the quayXs"), item(3, "naYve")).encode()
    body = body.replace(b"X", b"\x92").replace(b"Y", b"\xef")
    assert shown("feed", body) == [("1", "Krän’e"), ("2", "the quay’s"), ("3", "naïve")]


def test_a_mark_of_two_bytes_before_single_bytes_is_only_a_mark():
    assert shown("feed", b"\xff\xfe" + rss(item(1)).encode()) == [("1", "Crane")]


def test_numbers_of_windows_are_the_letters_that_were_meant():
    assert shown("feed", rss(item(1, "&#147;Quay&#148; &#x97; it&#146;s open"))) == [("1", "“Quay” — it’s open")]


@pytest.mark.parametrize("behind", [item(3, "<![CDATA[Third]]>"), item(3, "Third")])
def test_a_section_that_nobody_ended_takes_no_entry_with_it(behind):
    """The XML is valid where a later entry ends the section, so nothing complained that two entries were one."""
    assert shown("feed", rss(item(1, "<![CDATA[First"), item(2, "Second"), behind)) == [
        ("1", "First"),
        ("2", "Second"),
        ("3", "Third"),
    ]


def test_many_sections_that_nobody_ended_are_read_once():
    """Each is looked at to its own entry, and not to the end of the document."""
    assert len(read("feed", rss(*(item(n, "<![CDATA[x") for n in range(MAX_LISTED + 1)))).listed) == MAX_LISTED


@pytest.mark.parametrize(
    "title", ["&lt;![CDATA[Crane]]&gt;", "<![CDATA[<![CDATA[Crane]]]]>", "<![CDATA[<![CDATA[Crane]]]]><![CDATA[>]]>"]
)
def test_the_marks_of_a_section_are_no_text(title):
    assert shown("feed", rss(item(1, title))) == [("1", "Crane")]
    assert urls("feed", rss(f"<item><link>{title.replace('Crane', STORY + '1')}</link></item>")) == ["1"]


@pytest.mark.parametrize(
    "written",
    [
        "https:/quay.example/news/1",
        "https//quay.example/news/1",
        "http://https://quay.example/news/1",
        "https:\\\\quay.example/news/1",
        "quay.example/news/1",
        "\n https://quay.example/\n   news/1\n",
        "https://quay.example/news/\n\t1",
    ],
)
def test_an_address_with_a_slip_leads_where_it_was_meant(written):
    assert urls("feed", rss(f"<item><title>Crane</title><link>{written}</link></item>")) == ["1"]


@pytest.mark.parametrize("written", ["/news/1", "news/1", "?a=1&b=2", "//quay.example/1", "httpsfoo/1", "mailto:a@b"])
def test_an_address_without_a_slip_stays_as_it_is(written):
    assert meant_address(written, "quay.example") == written


def test_entries_that_all_lead_to_the_newsroom_are_told_apart_by_their_own_addresses():
    home = "<link>https://quay.example/news</link>"
    items = [f"<item>{home}<guid>{STORY}{number}</guid></item>" for number in (1, 2)]
    assert urls("feed", rss(*items)) == ["1", "2"]
    assert urls("feed", rss(*[f"<item>{home}<guid>{number}</guid></item>" for number in (1, 2)])) == [
        "https://quay.example/news"
    ]


def test_an_entry_that_stands_twice_keeps_the_address_of_its_link():
    twice = item(1, more="<guid>https://quay.example/?p=1</guid>")
    assert urls("feed", rss(twice, twice, item(2))) == ["1", "2"]


def test_a_document_is_the_news_of_an_entry_that_leads_to_nothing_else():
    """Other files, as sounds, are not read."""
    pdf = f'<enclosure url="{STORY}a.pdf" type="application/pdf" length="9"/>'
    sound = f'<enclosure url="{STORY}a.mp3" type="audio/mpeg" length="9"/>'
    result = read("feed", rss(f"<item><title>Order</title>{pdf}</item>", f"<item>{sound}</item>", item(1, more=pdf)))
    assert [entry.url for entry in result.listed] == [STORY + "a.pdf", STORY + "1"]
    atom = f'<feed><entry><id>urn:1</id><link rel="enclosure" href="{STORY}b.pdf"/></entry></feed>'
    assert urls("feed", atom) == ["b.pdf"]


def test_entries_without_an_address_are_counted():
    """News may stand in them, and nobody can look at it."""
    result = read(
        "feed", rss(item(1), "<item><title>Lost</title></item>", "<item><link>mailto:a@b.example</link></item>")
    )
    assert result.note == "2 of its 3 entries name no address."


@pytest.mark.parametrize(
    "body",
    [
        '{"items": [{"id": "7", "url": "/news/1", "title": "Crane\n at\tthe quay"}]}',
        '{"items": [{"id": "7", "url": "/news/1", "title": "Crane at the quay",},]}',
        '{"items": [{"url": "/news/1", "title": "Crane at the quay", "tags": ["a", ],}, ], }',
    ],
)
def test_a_json_feed_of_a_template_is_read(body):
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert shown("feed", body.encode(encoding)) == [("1", "Crane at the quay")]


def test_commas_within_texts_of_json_stay():
    feed = json.dumps({"items": [{"url": "/news/1", "title": 'a,] b,} "c",]'}]})
    assert shown("feed", feed.replace("}]}", "},]}")) == [("1", 'a,] b,} "c",]')]


@pytest.mark.parametrize("kind", ["feed", "sitemap"])
@pytest.mark.parametrize("front", ['<?xml version="1.0"?>', '<?xml version="1.0"?><!DOCTYPE html PUBLIC "a" "b">', ""])
def test_a_page_in_the_place_of_a_channel_is_called_one(kind, front):
    page = f'{front}<html xmlns="http://www.w3.org/1999/xhtml"><body><p>Sign in</p></body></html>'
    result = discover(kind, page.encode(), FEED)
    assert isinstance(result, Unreadable)
    assert "an HTML page" in result.detail


def urlset(*entries):
    return "<urlset>" + "".join(f"<url><loc>{url}</loc>{more}</url>" for url, more in entries) + "</urlset>"


def test_the_newest_is_first_however_its_time_is_written():
    times = ["30 Nov 2026", "2026-12-02", "Tue, 01 Dec 2026 10:00:00 GMT", "11/30/2026", "December 3, 2026"]
    entries = [(f"{STORY}{number}", f"<lastmod>{time}</lastmod>") for number, time in enumerate(times)]
    assert urls("sitemap", urlset(*entries)) == ["4", "1", "2", "0", "3"]


def test_what_is_new_at_the_end_of_a_huge_sitemap_without_times_is_seen():
    """It was cut to its first five thousand, and whoever appends was never read."""
    lines = [f"{STORY}{number}" for number in range(MAX_LISTED + 2_000)]
    for body in (urlset(*((line, "") for line in lines)), "\r\n".join(lines)):
        result = urls("sitemap", body)
        assert len(result) == MAX_LISTED
        assert {"0", str(MAX_LISTED + 1_999)} <= {*result}


@pytest.mark.parametrize(
    "text",
    [
        f"# our sitemap\n{STORY}1\n{STORY}2\n",
        f"URL\r\n{STORY}1\r\n{STORY}2\r\n",
        f"{STORY}1,2026-01-01\n{STORY}2,2026-01-02\n",
        f"{STORY}1\t2026-01-01\tdaily\n{STORY}2\t\tdaily\n",
        f'"{STORY}1"\n"{STORY}2"\n',
        f"{STORY.replace('https', 'HTTPS')}1\r{STORY}2",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_text_of_addresses_may_say_more_than_addresses(text, encoding):
    assert urls("sitemap", text.encode(encoding)) == ["1", "2"]


def test_an_address_in_a_text_may_hold_blanks_and_commas():
    assert urls("sitemap", f"{STORY}a b.pdf\n{STORY}a,b\n") == ["a%20b.pdf", "a,b"]


def test_a_packed_file_that_was_packed_again_or_broke_off_is_read_as_far_as_it_goes():
    packed = gzip.compress(urlset(*((f"{STORY}{number * 7919}", "") for number in range(3000))).encode())
    assert len(read("sitemap", gzip.compress(packed)).listed) == 3000
    half = read("sitemap", packed[: len(packed) // 2])
    assert 100 < len(half.listed) < 3000
    assert half.note.startswith("It could be read in part: ")
    assert isinstance(discover("sitemap", packed[:12], SITEMAP), Unreadable)


def test_sitemaps_among_pages_are_parts():
    result = read("sitemap", urlset((f"{STORY}1", ""), ("/post-sitemap.xml", ""), ("/s2.xml.gz", "")))
    assert [entry.url for entry in result.listed] == [STORY + "1"]
    assert result.parts == ("https://quay.example/post-sitemap.xml", "https://quay.example/s2.xml.gz")


def test_an_address_in_a_sitemap_that_was_escaped_twice_is_no_other_address():
    assert urls("sitemap", urlset((f"{STORY}1?a=1&amp;amp;b=2", ""))) == ["1?a=1&b=2"]
