"""Articles that a page does not show, because its scripts draw them, and articles in several pages."""

import json

import pytest

from services.contracts.article import Article, Rejected
from services.parser.extract import extract

TEXTS = (
    "The harbor office said on Monday that the north pier will close for nine weeks while crews replace the pilings.",
    "Boats that tie up there may use the south basin without a fee until the work is done, the office said on Monday.",
    "“We would rather close for nine weeks than for a year,” said Dana Example, who runs the office, at a meeting.",
    "The council will hear about the cost in June, and decide then whether the fee for the south basin comes back.",
    "Divers found in March that two of the oldest pilings had moved by a hand's breadth since they were measured last.",
)
MARKUP = "".join(f"<p>{text}</p>" for text in TEXTS)
TITLE = "Pier Closes for Nine Weeks"


def page(script: str, main: str = '<div id="root"></div>', head: str = "") -> bytes:
    return (
        f"<!DOCTYPE html><html><head><title>{TITLE} | Tidewater Courier</title>{head}</head><body>"
        f"<header><a href='/'>Tidewater Courier</a></header><main>{main}</main>{script}</body></html>"
    ).encode()


def as_json(state: object, attributes: str = 'type="application/json"') -> str:
    return f"<script {attributes}>{json.dumps(state)}</script>"


STATES = {
    "articleBody in JSON-LD": (
        "json-ld",
        as_json(
            {"@type": "NewsArticle", "headline": TITLE, "articleBody": "\n\n".join(TEXTS)}, 'type="application/ld+json"'
        ),
    ),
    "markup in Next.js": (
        "page-state",
        as_json({"props": {"pageProps": {"post": {"title": TITLE, "content": MARKUP}}}}, 'id="__NEXT_DATA__"'),
    ),
    "a flat list of Nuxt": ("page-state", as_json([{"post": 1}, {"title": 2, "body": 3}, TITLE, MARKUP])),
    "a state that a script sets": (
        "page-state",
        f"<script>window.__INITIAL_STATE__ = {json.dumps({'a': {'headline': TITLE, 'body': MARKUP}})};</script>",
    ),
    "paragraphs as a list of objects": (
        "page-state",
        "<script>Fusion.globalContent="
        + json.dumps({"content_elements": [{"type": "text", "content": text} for text in TEXTS]})
        + ";Fusion.other={}</script>",
    ),
    "a state that is a string of JSON": (
        "page-state",
        "<script>window.__PRELOADED_STATE__ = "
        + json.dumps(json.dumps({"story": {"title": TITLE, "text": MARKUP}}))
        + "</script>",
    ),
}


@pytest.mark.parametrize("name", STATES)
def test_a_text_that_scripts_would_draw_is_read_and_the_article_says_so(name):
    origin, script = STATES[name]
    article = extract(page(script), url="https://courier.example/a/pier")
    assert isinstance(article, Article)
    assert [block.text for block in article.body] == list(TEXTS)
    assert (article.headline, article.read_from) == (TITLE, origin)


@pytest.mark.parametrize("name", STATES)
def test_a_page_that_shows_its_text_is_read_as_it_is_shown(name):
    """The embedded text of such a page may be older, cut or another article's."""
    shown = "".join(f"<p>{text}</p>" for text in TEXTS[:4])
    article = extract(page(STATES[name][1], f"<article><h1>{TITLE}</h1>{shown}</article>"))
    assert [block.text for block in article.body] == list(TEXTS[:4])
    assert article.read_from is None


def test_the_teasers_of_other_articles_are_no_text():
    cards = [{"title": f"Story {at}", "url": f"/s/{at}", "description": text} for at, text in enumerate(TEXTS)]
    reading = extract(page(as_json({"props": {"latest": cards}})), url="https://courier.example/")
    assert isinstance(reading, Rejected)


def test_the_text_that_has_the_title_of_the_page_comes_before_a_longer_one():
    other = {"title": "Another Story", "content": MARKUP.replace("harbor", "airport") * 3}
    script = as_json({"next": other, "post": {"title": TITLE, "content": MARKUP}})
    article = extract(page(script), url="https://courier.example/a/pier")
    assert [block.text for block in article.body] == list(TEXTS)


def test_a_state_that_is_broken_or_deep_is_no_article():
    for state in ("{", "[" * 100_000, '{"a": ' * 5_000, json.dumps({"title": TITLE, "body": "<div>" * 400 + MARKUP})):
        reading = extract(page(f'<script id="__NEXT_DATA__" type="application/json">{state}</script>'))
        assert isinstance(reading, Rejected)


def text_of_page(link: str = "", head: str = "") -> bytes:
    return page("", f"<article><h1>{TITLE}</h1>{MARKUP}{link}</article>", head)


@pytest.mark.parametrize(
    ("url", "link", "goes_on"),
    [
        ("/a/pier", '<a rel="next" href="?page=2">Next page</a>', "/a/pier?page=2"),
        ("/a/pier?page=2", '<a href="/a/pier?page=3">3</a>', "/a/pier?page=3"),
        ("/a/pier/", '<div class="page-links">Pages: 1 <a href="/a/pier/2/">2</a></div>', "/a/pier/2/"),
        ("/a/pier.html", '<a href="/a/pier-2.html">Next page »</a>', "/a/pier-2.html"),
        ("/a/pier-2.html", '<a href="/a/pier-3.html">Next page »</a>', "/a/pier-3.html"),
        ("/a/pier", '<a href="/a/pier/page/2">Continue reading on page 2</a>', "/a/pier/page/2"),
        ("/a/pier", '<a rel="next" href="/a/bridge">Bridge Opens</a>', None),
        ("/a/pier", '<a href="/a/pier?page=3">3</a>', None),
        ("/a/pier-2", '<a rel="next" href="/a/pier-4">Pier 4 Opens</a>', None),
        ("/a/pier", '<div id="comments"><a rel="next" href="?page=2">Next page</a></div>', None),
        ("/a/pier", '<a href="https://other.example/a/pier?page=2">Next page</a>', None),
        ("/a/pier?id=7", '<a href="?id=8&amp;page=2">Next page</a>', None),
        ("/a/pier?id=7", '<a href="?id=7&amp;page=2">Next page</a>', "/a/pier?id=7&page=2"),
    ],
)
def test_an_article_in_pages_says_where_it_goes_on(url, link, goes_on):
    """The next number of its own address, behind a link that leads on; never another article or more comments."""
    article = extract(text_of_page(link), url=f"https://courier.example{url}")
    assert isinstance(article, Article)
    assert article.continues_at == (goes_on and f"https://courier.example{goes_on}")


def test_the_head_of_a_page_may_say_that_it_goes_on():
    article = extract(
        text_of_page(head='<link rel="next" href="/a/pier?page=2">'), url="https://courier.example/a/pier"
    )
    assert article.continues_at == "https://courier.example/a/pier?page=2"
