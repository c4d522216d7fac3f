"""Which article a page speaks for."""

import pytest

from services.store.identity import claimed_key, own_key, strangers
from tests.support.orders import KEY, URL, article, order

IMPORT = {"key": "import:1f2e", "url": None}


def test_a_page_with_an_address_is_known_by_its_own_key():
    """Whatever it claims to be: a page cannot speak for another one."""
    claims = {"canonical_url": "https://www.war.gov/Other/Article/1/", "article_key": "afpims/af:1"}
    assert claimed_key(order(**claims)) == KEY


@pytest.mark.parametrize(
    ("claims", "key"),
    [
        ({"canonical_url": URL, "article_key": "afpims/af:1"}, KEY),
        ({"article_key": "afpims/af:644123"}, "afpims/af:644123"),
        ({"canonical_url": "javascript:alert(1)", "article_key": "afpims/af:1"}, "afpims/af:1"),
        ({}, "import:1f2e"),
    ],
)
def test_an_import_without_address_is_known_by_what_it_says_of_itself(claims, key):
    """Its canonical address first, then its number, and else only itself."""
    assert claimed_key(order(**IMPORT, **claims)) == key


def test_the_own_key_of_a_page_is_its_address():
    assert own_key(order()) == "war.gov/News/Releases/Release/Article/644123"
    assert own_key(order(**IMPORT)) == "import:1f2e"


@pytest.mark.parametrize("elsewhere", ["https://dod.defense.gov/News/Article/644123", None])
def test_equal_numbers_do_not_make_two_texts_one(elsewhere):
    """From another host, or from nowhere, the same number counts only with some of the same words."""
    harbor, band = article(), article("The band plays in the park on Sunday.", headline="Band Plays")
    assert strangers(KEY, harbor, URL, band, elsewhere)
    assert strangers(KEY, harbor, elsewhere, band, elsewhere) == (elsewhere is None)
    assert not strangers(KEY, harbor, URL, harbor, elsewhere)


def test_on_one_host_a_page_stays_the_article_that_it_was():
    """However much it was rewritten; and `www` does not make another host."""
    band = article("The band plays in the park on Sunday.", headline="Band Plays")
    assert not strangers(KEY, article(), URL, band, URL.replace("www.", ""))
