"""Identity of a page: which spellings of an address are one page, and which must never be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.urls import BadAddress, address_key, article_id, canonical_url, meant_url, page_key, site_family

ARTICLE = "afpims/defense:4100001"
ARTICLE_URL = "https://www.war.gov/News/News-Stories/Article/Article/4100001/a-story"


@pytest.mark.parametrize(
    "url",
    [
        "https://www.war.gov/News/News-Stories/Article/Article/4100001/a-story/",
        "http://war.gov/News/News-Stories/Article/Article/4100001",
        "https://www.defense.gov/News/News-Stories/Article/Article/4100001//",
        "https://www.defense.gov/Newsroom/Releases/Release/Article/4100001/another-slug/",
        "https://WWW.WAR.GOV:443/News/Releases/Release/Article/4100001/a/?utm_source=x#top",
        "https://www.war.gov/News/Releases/Release/article/4100001/",
        "https://www.war.gov/News/View.aspx?Article=4100001",
        "https://dod.defense.gov/News/Article/Article/4100001/a.aspx",
    ],
)
def test_the_number_is_the_identity_on_afpims_sites(url):
    """Section, slug, scheme, `www` and the move to war.gov change; the number stays."""
    assert page_key(url) == ARTICLE


def test_site_families_count_for_themselves():
    """af.mil and war.gov may both have an article 4100001: two articles."""
    assert page_key("https://www.af.mil/News/Article-Display/Article/4100001/x/") == "afpims/af:4100001"
    assert page_key("https://www.nellis.af.mil/News/Article/4100001/") == "afpims/nellis.af:4100001"


def test_a_number_elsewhere_is_no_identity():
    """Only the sites of that publishing system count so."""
    assert page_key("https://news.example.org/Article/4100001/") == "news.example.org/Article/4100001"
    assert page_key("https://war.gov.example.org/Article/4100001/") == "war.gov.example.org/Article/4100001"


@pytest.mark.parametrize(
    ("first", "other"),
    [
        ("https://www.example.gov/a/", "http://example.gov/a"),
        ("https://example.gov/a?utm_campaign=x&b=1", "https://example.gov/a?b=1"),
        ("https://example.gov//a///b", "https://example.gov/a/b"),
        ("https://EXAMPLE.gov./a", "https://example.gov/a"),
        ("https://example.gov/caf%C3%A9", "https://example.gov/café"),
        ("https://example.gov/%7Euser", "https://example.gov/~user"),
    ],
)
def test_spellings_of_one_address_have_one_key(first, other):
    """What no server tells apart."""
    assert page_key(first) == page_key(other)


@pytest.mark.parametrize(
    ("first", "other"),
    [
        ("https://example.gov/a", "https://example.gov/b"),
        ("https://example.gov/a", "https://example.gov/A"),
        ("https://example.gov/a?id=1", "https://example.gov/a?id=2"),
        ("https://example.gov/a", "https://example.gov:8443/a"),
        ("https://a.example.gov/", "https://b.example.gov/"),
    ],
)
def test_different_pages_have_different_keys(first, other):
    """Path, its case, query and port may all matter."""
    assert page_key(first) != page_key(other)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "news",
        "/News/",
        "//example.gov/",
        "ftp://example.gov/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http:///x",
        "http://",
        "http://user@example.gov/",
        "http://user:pw@example.gov/",
        "http://127.0.0.1\\@example.gov/",
        "http://example.gov:99999/",
        "http://[::1",
        "http://" + "a" * 70 + ".gov/",
        "http://example.gov/" + "a" * 2000,
        "http://example.gov/\x00",
    ],
)
def test_what_is_no_web_address_is_refused_with_a_sentence(url):
    """`BadAddress` is for the person who wrote it; it never repeats a password."""
    with pytest.raises(BadAddress) as refusal:
        canonical_url(url)
    assert str(refusal.value).endswith(".")
    assert ":pw@" not in str(refusal.value)


@pytest.mark.parametrize(
    ("link", "canonical"),
    [
        ("../b/", "https://www.war.gov/News/b/"),
        ("?Page=2", "https://www.war.gov/News/a/?Page=2"),
        ("//www.af.mil/x", "https://www.af.mil/x"),
        (" /x \n", "https://www.war.gov/x"),
        ("#top", "https://www.war.gov/News/a/"),
        ("/a b", "https://www.war.gov/a%20b"),
    ],
)
def test_links_are_read_against_their_page(link, canonical):
    """As a browser does."""
    assert canonical_url(link, base="https://www.war.gov/News/a/") == canonical


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        (f"https://web.archive.org/web/20200101000000/{ARTICLE_URL}/", ARTICLE_URL),
        (f"https://links.example.com/track?id=1&&&{ARTICLE_URL}/?source=Mail", ARTICLE_URL),
        (
            f"https://links.example.com/CL0/{ARTICLE_URL.replace(':', '%3A').replace('/', '%2F')}%2F/1/01=39",
            ARTICLE_URL,
        ),
        (f"{ARTICLE_URL}/", f"{ARTICLE_URL}/"),
        ("https://example.org/?u=https://example.com/news/Article/12/a/",) * 2,
        ("https://example.org/?u=https://www.war.gov/News/",) * 2,
    ],
)
def test_an_article_may_stand_behind_another_address(url, meant):
    """Only an article of the publishing system does: its number tells it, whoever carries it."""
    assert meant_url(url) == meant


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_is_refused(text):
    """Nothing else is ever raised, and what comes out is its own canonical form."""
    try:
        url = canonical_url("https://example.gov/" + text)
    except BadAddress:
        return
    assert canonical_url(url) == url
    assert page_key(url) == page_key(canonical_url(url))


def test_the_key_by_address_is_there_for_numbers_that_are_taken():
    """Two pages with one number need two names."""
    assert address_key("https://www.war.gov/News/Article/Article/1/a/") == "war.gov/News/Article/Article/1/a"


def test_the_public_id_is_the_same_on_every_installation():
    """It is derived from the identity and nothing else."""
    assert article_id(ARTICLE) == article_id(ARTICLE)
    assert article_id(ARTICLE) == "art_" + article_id(ARTICLE).removeprefix("art_").lower()
    assert len(article_id(ARTICLE)) == 20


@pytest.mark.parametrize(
    ("host", "family"),
    [("www.war.gov", "defense"), ("DEFENSE.GOV", "defense"), ("www.af.mil", "af"), ("example.org", "example.org")],
)
def test_a_family_is_the_name_that_a_site_counts_under(host, family):
    """defense.gov and war.gov are one, af.mil is another."""
    assert site_family(host) == family
