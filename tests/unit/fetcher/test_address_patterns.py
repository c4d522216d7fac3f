"""A pattern made from ticked addresses matches all of them, and as few of the others as can be."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.urls import canonical_url
from services.fetcher.editing.address_patterns import LONGEST, propose_patterns
from services.fetcher.source_seeds import SourceSeed

SITE = "https://www.harbor.example"


def proposed(articles, others=()):
    proposal = propose_patterns([SITE + path for path in articles], [SITE + path for path in others])
    return list(proposal.patterns), [url.removeprefix(SITE) for url in proposal.also]


@pytest.mark.parametrize(
    ("articles", "others", "patterns"),
    [
        pytest.param(
            ["/news/2026/11/pier-opens"], ["/news/2026/11/"], [r"^/news/\d{4}/\d{2}/[^/?]+"], id="dated folders"
        ),
        pytest.param(["/node/812", "/node/4412"], ["/node/add", "/user/12"], [r"^/node/\d+"], id="numbers"),
        pytest.param(
            ["/press/releases/a", "/press/speeches/b", "/press/releases/c", "/press/speeches/d"],
            ["/press/archive/e"],
            [r"^/press/(?:releases|speeches)/[^/?]+"],
            id="a few sections",
        ),
        pytest.param(["/a/one", "/b/two", "/c/three"], [], [r"^/[^/?]+/[^/?]+"], id="any section"),
        pytest.param(
            ["/pier-opens-again", "/storm-hits-the-coast"],
            ["/about", "/contact-us"],
            [r"^/[^/?-]*-[^/?-]*-[^/?]*"],
            id="slugs beside pages of the site",
        ),
        pytest.param(["/News/pier"], ["/News/pier/print"], [r"^/News/[^/?]+/?$"], id="the end"),
        pytest.param(["/show.aspx?id=7&lang=en"], ["/show.aspx?page=2"], [r"^/show\.aspx/?\?id=\d+"], id="a query"),
        pytest.param(["/"], [], ["^/?$"], id="the front page"),
        pytest.param(["/n/1", "/a/b/1"], [], [r"^/n/\d+", r"^/a/b/\d+"], id="two forms"),
        pytest.param([], ["/a"], [], id="nothing ticked"),
    ],
)
def test_the_loosest_pattern_that_leaves_the_others_out(articles, others, patterns):
    assert proposed(articles, others) == (patterns, [])


def test_others_that_no_pattern_can_leave_out_are_named():
    """Rather than a pattern that would miss an article."""
    patterns, also = proposed(["/news/one"], ["/news/two"])
    assert also == ["/news/two"]
    assert re.search(patterns[0], "/news/one")


def test_sections_have_a_pattern_each_where_a_common_one_takes_what_is_not_ticked():
    """One release and one advisory are not all that the newsroom publishes."""
    ticked = ["/News/Releases/Article/41/harbor-opens", "/News/Advisories/Article/42/media-day"]
    others = ["/News/Speeches/Article/43/remarks-at-sea", "/News/Photos/Article/44/old-harbor"]
    patterns, also = proposed(ticked, others)
    assert (len(patterns), also) == (2, [])
    assert all(sum(bool(re.search(entry, path)) for path in ticked) == 1 for entry in patterns)
    assert re.search(patterns[0], "/News/Releases/Article/99/another-one")


def test_sections_share_a_pattern_where_their_own_would_take_as_much():
    """The stray is in the section of a ticked one: patterns apart would be longer and no better."""
    patterns, also = proposed(["/a/one", "/b/two"], ["/a/three"])
    assert (patterns, also) == (["^/[^/?]+/[^/?]+"], ["/a/three"])


def test_a_page_that_is_ticked_is_no_other_one():
    assert proposed(["/n/1"], ["/n/1", "/x"]) == ([r"^/n/\d+"], [])


addresses = st.lists(
    st.from_regex(r"\A(/[a-zA-Z0-9.%_~+()\[\]*-]{0,12}){1,5}(\?[a-z]{1,3}=[a-z0-9-]{0,6})?\Z").map(
        lambda path: canonical_url(SITE + path)
    ),
    min_size=1,
    max_size=6,
)


@given(addresses, addresses)
def test_whatever_is_ticked_the_patterns_are_ones_that_a_source_may_have(articles, others):
    """They match the articles they were made from, or say nothing of them; nothing of an address is taken as a sign."""
    patterns = propose_patterns(articles, others).patterns
    channels = [{"kind": "feed", "url": f"{SITE}/feed"}]
    assert SourceSeed(name="harbor", pages=patterns, channels=channels).pages == patterns
    assert all(len(pattern) <= LONGEST for pattern in patterns)
    assert all(any(re.search(entry, url.removeprefix(SITE), re.IGNORECASE) for url in articles) for entry in patterns)
