"""The key that a page claims: the family of its newsroom and the number of the article there."""

import pytest

from services.contracts.article import Article
from services.contracts.urls import page_key
from services.parser.extract import extract

WORDS = "The storm closed the road on Monday, and engineers opened it again two days later, officials said."


def key(*, url=None, head="", action=None):
    form = f'<form action="{action}">' if action else "<form>"
    text = f"<h1>Storm Response Continues</h1><p>{WORDS}</p><p>{WORDS} Crews stay until Friday.</p>"
    page = f"<html><head><title>Storm</title>{head}</head><body>{form}<main>{text}</main></form></body></html>"
    reading = extract(page.encode(), url=url)
    assert isinstance(reading, Article), reading
    return reading.article_key


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.war.gov/News/Releases/Release/Article/4100001/storm/", "afpims/defense:4100001"),
        ("http://dod.defense.gov/News/Article/Article/4100001", "afpims/defense:4100001"),
        ("https://www.af.mil/News/Article-Display/Article/4100001/storm/", "afpims/af:4100001"),
        ("https://www.jble.af.mil/News/Article-Display/Article/4100001/storm/", "afpims/jble.af:4100001"),
        ("https://links.example/CL0/https:%2F%2Fwww.navy.mil%2FArticle%2F4100001%2Fstorm/1", "afpims/navy:4100001"),
    ],
)
def test_one_number_in_two_families_is_two_keys(url, expected):
    """war.gov and defense.gov are one newsroom that was renamed; every other host counts for itself."""
    assert key(url=url) == expected


def test_the_key_of_a_page_is_that_under_which_its_address_is_known():
    """What an import without an address says of itself leads to the article that a visit made."""
    url = "https://www.af.mil/News/Article-Display/Article/4100001/storm/"
    assert key(head=f'<meta property="og:url" content="{url}">') == page_key(url)


def test_a_relative_address_is_of_the_pages_own_family():
    print_view = "./Print.aspx?Article=4100001"
    assert key(action=print_view, url="http://www.af.mil/desktopmodules/print") == "afpims/af:4100001"
    assert key(action=f"//www.navy.mil/{print_view}") == "afpims/navy:4100001"


@pytest.mark.parametrize("action", ["./Print.aspx?Article=4100001", "/news.aspx/Article/4100001", "http:///Article/1/"])
def test_a_number_without_a_family_is_no_key(action):
    """Two such numbers could be of two newsrooms."""
    assert key(action=action) is None
