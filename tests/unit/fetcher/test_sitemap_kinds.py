"""Sitemaps as they are found: nested, in lines, packed, half an index, or a feed in their place."""

import gzip

import pytest

from services.fetcher.discover import Discovered, discover

BASE = "https://quay.example/sitemap.xml"
ONE, TWO = "https://quay.example/news/1", "https://quay.example/news/2"


def read(body, charset=None):
    result = discover("sitemap", body if isinstance(body, bytes) else body.encode(), BASE, charset)
    assert isinstance(result, Discovered), result
    return result


def urls(body):
    return [entry.url for entry in read(body).listed]


def test_a_urlset_may_stand_in_another():
    """As a large health agency has it; nothing was found in it before."""
    entries = f"<url><loc>{ONE}</loc></url><url><loc>{TWO}</loc></url>"
    assert urls(f'<?xml version="1.0"?>\n<urlset>\n <urlset>\n{entries}</urlset></urlset>') == [ONE, TWO]
    assert urls(f"<Urlset><URL><Loc>{ONE}</Loc></URL></Urlset>") == [ONE]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("front", [b"", b"\xef\xbb\xbf", b"\n\n"])
def test_a_text_of_addresses_is_a_sitemap(pack, front):
    """A line each, plain or packed; what is no address is passed over."""
    lines = f"{ONE}\r\n\r\n# a remark\n{TWO} \nmailto:x@quay.example\n".encode()
    assert urls(pack(front + lines)) == [ONE, TWO]


@pytest.mark.parametrize("text", ["Not found", "/news/1\n/news/2", "See https://quay.example/"])
def test_any_other_text_is_none(text):
    assert not isinstance(discover("sitemap", text.encode(), BASE), Discovered)


def test_an_index_may_hold_entries_without_an_address():
    """They hide none of the others, and are counted; one that is its own address has one."""
    index = (
        "<sitemapindex><sitemap><lastmod>2026-01-01</lastmod></sitemap><sitemap><loc>/a.xml</loc></sitemap>"
        "<sitemap><loc></loc></sitemap><sitemap>https://quay.example/b.xml</sitemap></sitemapindex>"
    )
    result = read(index)
    assert result.parts == ("https://quay.example/a.xml", "https://quay.example/b.xml")
    assert result.note == "2 of its 4 entries name no address."


def test_pages_and_parts_may_stand_together():
    result = read(f"<urlset><sitemap><loc>/b.xml</loc></sitemap><url><loc>{ONE}</loc></url></urlset>")
    assert ([entry.url for entry in result.listed], result.parts) == ([ONE], ("https://quay.example/b.xml",))


def test_a_feed_in_the_place_of_a_sitemap_is_read():
    """The protocol allows it."""
    assert urls(f"<rss><channel><item><link>{ONE}</link></item></channel></rss>") == [ONE]
    assert urls(f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="{TWO}"/></entry></feed>') == [TWO]


def test_a_fault_in_a_sitemap_hides_nothing_behind_it():
    """A tag that is never closed, a bare ampersand, pictures with addresses of their own."""
    pictures = "<image:image><image:loc>/p.jpg</image:loc><image:caption>A & B <b>x</image:caption></image:image>"
    entries = "".join(
        f"<url><loc>/n?a={n}&amp;b=2</loc>{pictures}<lastmod>2026-01-0{n}</lastmod></url>" for n in (2, 1)
    )
    result = read(f"<urlset>{entries}<url><loc>/n?a=3</loc>")
    assert [entry.url for entry in result.listed] == [f"https://quay.example/n?a={n}" for n in ("2&b=2", "1&b=2", "3")]
    assert "damaged at line 1" in result.note
