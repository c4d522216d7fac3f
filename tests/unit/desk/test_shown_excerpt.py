"""What a search shows of an article: its words as text, and what was searched for marked among them."""

from types import SimpleNamespace

from services.contracts.caller import Caller
from services.desk.render import rendered

LINE = {
    "id": "art_1",
    "headline": "Harbor Reopens",
    "source": "war",
    "kind": "news_story",
    "published_at": "2026-01-12",
    "revision": 1,
    "status": "live",
    "status_since": None,
    "status_looks": 0,
}
CALLER = Caller(key=1, name="somebody", scopes=frozenset({"read"}))


def found(excerpt):
    requests = dict.fromkeys(("q", "source", "kind", "since", "until", "tag", "virin", "status", "min_grade"), "")
    return rendered(
        "articles.html",
        base="/desk",
        visit=SimpleNamespace(form_token="t", caller=CALLER, has_keys=True),
        navigation=[],
        said="",
        asked=requests,
        articles=[LINE | excerpt],
        sorting={"by": "published", "order": "newest"},
        address={"first": "", "newer": "", "older": ""},
        chips=[],
        orders=[],
        total={"count": 1, "more": False},
        subscription="",
        trouble="",
        sources=[],
        kinds=[],
        statuses=[],
        grades=[],
        feeds=[],
    )


def test_what_was_searched_for_is_marked_and_what_a_newsroom_wrote_stays_text():
    page = found({"excerpt": [{"text": "<b>after the ", "hit": False}, {"text": "<storm>", "hit": True}]})
    assert "&lt;b&gt;after the <mark>&lt;storm&gt;</mark>" in page


def test_without_words_there_is_no_excerpt():
    for none in ({}, {"excerpt": None}, {"excerpt": []}):
        assert "<mark>" not in found(none)
