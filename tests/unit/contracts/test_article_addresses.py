"""The one rule for addresses in an article: what a browser would run, or read here, is in no article."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.addresses import LONGEST, web_address
from services.contracts.article import Article, Image, Link

BASE = "https://harbor.example.mil/News/"
RUN_OR_READ_HERE = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " \t javascript:alert(1)",
    "java\nscript:alert(1)",
    "java\tscr\ript:alert(1)",
    "\x01javascript:alert(1)",
    "\x00\x1f javascript:alert(1)",
    "\xa0javascript:alert(1)",
    "\ufeffjavascript:alert(1)",
    "javascript://harbor.example.mil/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "DATA:image/svg+xml;base64,PHN2Zz4=",
    "vbscript:msgbox(1)",
    "VbScript\n:msgbox(1)",
    "file:///etc/passwd",
    "blob:https://harbor.example.mil/1",
    "view-source:https://harbor.example.mil/",
    "mailto:jo@harbor.example.mil",
    "tel:555-0100",
]
NO_ADDRESS = [
    "",
    " ",
    "http:",
    "https://",
    "https:///path",
    "http://[",
    "http://[::1",
    "https://a b/",
    "https://harbor.example.mil:port/",
    "https://harbor.example.mil:99999/",
    "https://harbor.example.mil\\@elsewhere.example/",
    "https://harbor.example.mil@elsewhere.example/",
    "https://name:word@elsewhere.example/",
    "https://harbor\u202e.example/",
    "https://harbor.example.mil/" + "a" * LONGEST,
]


@pytest.mark.parametrize("base", [None, BASE, "javascript:x/"])
@pytest.mark.parametrize("address", RUN_OR_READ_HERE)
def test_no_spelling_of_what_a_browser_would_run_or_read_here_is_carried(address, base):
    assert web_address(address, base) is None


@pytest.mark.parametrize("base", [None, "javascript:x/"])
@pytest.mark.parametrize("address", NO_ADDRESS)
def test_what_names_no_host_or_another_than_it_seems_is_not_carried(address, base):
    assert web_address(address, base) is None


@pytest.mark.parametrize(
    ("address", "carried"),
    [
        (" HTTPS://Harbor.example.mil/a ", "https://Harbor.example.mil/a"),
        ("https://harbor.example.mil/a\n b", "https://harbor.example.mil/a%20b"),
        ("https://harbor.example.mil/My Photo.jpg", "https://harbor.example.mil/My%20Photo.jpg"),
        ("https://harbor.example.mil/\u202egpj.exe", "https://harbor.example.mil/%E2%80%AEgpj.exe"),
        ('https://harbor.example.mil/"><script>', "https://harbor.example.mil/%22%3E%3Cscript%3E"),
        ("http://[2001:db8::1]:8080/a", "http://[2001:db8::1]:8080/a"),
        ("https://harbor.example.mil/a%20b?q=1&r=é#c", "https://harbor.example.mil/a%20b?q=1&r=é#c"),
        ("https://harbor.example.mil/\ud800", "https://harbor.example.mil/\ufffd"),
    ],
)
def test_an_address_of_the_web_is_carried_as_a_browser_reads_it(address, carried):
    assert web_address(address) == carried


@pytest.mark.parametrize("address", ["a/b", "/a/b", "//other.example/a", "?page=2", "../a"])
def test_a_relative_address_is_carried_only_where_its_page_is_known(address):
    assert web_address(address) is None
    assert web_address(address, BASE).startswith("https://")


@given(st.text(max_size=60), st.sampled_from([None, BASE, "data:text/html,"]))
def test_whatever_is_written_is_an_address_of_the_web_or_none_and_stays_the_same(address, base):
    result = web_address(address, base)
    assert result is None or result.startswith(("http://", "https://"))
    assert web_address(result) == result


@pytest.mark.parametrize("address", RUN_OR_READ_HERE)
def test_an_article_carries_no_other_wherever_it_comes_from(address):
    """Also one that an older parser read, or that somebody wrote into the database."""
    link = {"text": "more", "url": address}
    fields = {
        "layout": "unknown",
        "headline": "Harbor Reopens",
        "url": address,
        "canonical_url": address,
        "images": [{"url": address, "caption": "A buoy."}],
        "links": [link, {"text": "map", "url": f"{BASE}map"}],
        "attachments": [link],
    }
    article = Article.model_validate(fields)
    assert (article.url, article.canonical_url, article.attachments) == (None, None, ())
    assert article.images == (Image(caption="A buoy."),)
    assert article.links == (Link(text="map", url=f"{BASE}map"),)
