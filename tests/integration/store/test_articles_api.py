"""Articles and their wordings over HTTP, on both databases."""

from datetime import timedelta

import pytest

from services.contracts.article import Removed
from services.contracts.caller import Caller
from services.contracts.urls import article_id
from services.runtime.database import transaction
from services.runtime.provenance.sightings import Shown, note
from services.store.api import router
from services.store.save import save
from tests.support import in_process
from tests.support.kept import saved
from tests.support.orders import KEY, NOW, URL, A, B, C, order

pytestmark = pytest.mark.integration
ID = article_id(KEY)
KEYS = {"reader": Caller(key=1, name="reader", scopes=frozenset({"read"})), "nobody": Caller(key=2, name="nobody")}


@pytest.fixture
def client(db):
    """The store's routes for a reader."""
    app = in_process.app_of(KEYS, router)
    with in_process.client(app, "reader") as client:
        yield client


def got(client, path: str, status: int = 200, **params):
    answer = client.get(path, params=params)
    assert answer.status_code == status, answer.text
    return answer.json()


def ids(answer) -> list[str]:
    return [article["headline"] for article in answer["articles"]]


def published(number: int, at: str | None, seen: int = 0, **about) -> None:
    """Article `number` says it was published then; we saw it so many minutes after NOW."""
    url = f"https://www.war.gov/News/Article/{number}"
    result = order(
        page=number, key=f"afpims/defense:{number}", url=url, headline=f"Story {number}", published_at=at, **about
    )
    with transaction() as session:
        save(session, result, NOW + timedelta(minutes=seen))


def shown(source, *pages, shared=True):
    """A channel of this source showed these pages, too."""
    with transaction() as session:
        for channel in (7, 8):
            note(session, source, channel, {page: Shown(shared=shared) for page in pages}, NOW)


@pytest.mark.parametrize("by", ["published", "seen", "updated"])
def test_an_article_belongs_to_every_source_that_showed_it(client, by):
    """A filter by source missed what another source had listed a moment sooner; each is listed once, in one order."""
    for number in range(1, 7):
        published(number, f"2026-01-{number:02}", seen=number, source="war" if number % 2 else "navy")
    shown("navy", 1, 3)
    shown("navy", 2, shared=False)
    assert ids(got(client, "/articles", source="navy", by=by)) == [f"Story {number}" for number in (6, 4, 3, 2, 1)]
    assert ids(got(client, "/articles", source="war", by=by)) == [f"Story {number}" for number in (5, 3, 1)]
    assert ids(got(client, "/articles", source="navy", by=by, q="harbor")) == [f"Story {n}" for n in (6, 4, 3, 2, 1)]
    listed, after = [], {}
    while True:
        answer = got(client, "/articles", source="navy", by=by, limit=2, **after)
        listed += ids(answer)
        if not answer["next"]:
            break
        after = {"after": answer["next"]}
    assert listed == [f"Story {number}" for number in (6, 4, 3, 2, 1)]


def test_an_article_is_shown_as_it_stands(client):
    """The clean article with its identity; what was removed is not part of it."""
    saved(order(A), order(B, minute=1, removed=(Removed(rule="share", text="SHARE"),)))
    article = got(client, f"/articles/{ID}")
    assert article["id"] == ID
    assert article["url"] == URL
    assert article["revision"] == 2
    assert article["body"] == [{"kind": "paragraph", "text": B}]
    assert "removed" not in article


def test_every_wording_can_be_read(client):
    """The list has the latest capture first, also when it arrived earlier; one of them stands."""
    saved(order(A), order(C, minute=2), order(B, minute=1, removed=(Removed(rule="share", text="SHARE"),)))
    listed = got(client, f"/articles/{ID}/revisions")["revisions"]
    assert [(line["number"], line["current"]) for line in listed] == [(2, True), (3, False), (1, False)]
    revision = got(client, f"/articles/{ID}/revisions/3")
    assert revision["article"]["body"][0]["text"] == B
    assert revision["article"]["removed"] == [{"rule": "share", "text": "SHARE"}]
    assert revision["capture"] == "capture-1"


def test_revisions_come_page_by_page(client):
    saved(*(order(f"{A} {minute}", minute=minute) for minute in range(5)))
    numbers, after = [], None
    while True:
        answer = got(client, f"/articles/{ID}/revisions", limit=2, **({"after": after} if after else {}))
        numbers += [line["number"] for line in answer["revisions"]]
        if not (after := answer["next"]):
            break
    assert numbers == [5, 4, 3, 2, 1]


def test_articles_are_listed_newest_first(client):
    """By the publisher's time: a date is its midnight, and without any the article is as new as its first sight."""
    published(1, "2026-01-10")
    published(2, "2026-01-11T09:00:00-05:00", seen=1)
    published(3, None, seen=2)
    published(4, "2026-01-11", seen=3)
    assert ids(got(client, "/articles")) == ["Story 3", "Story 2", "Story 4", "Story 1"]
    assert ids(got(client, "/articles", by="seen")) == ["Story 4", "Story 3", "Story 2", "Story 1"]


@pytest.mark.parametrize("by", ["published", "seen"])
def test_no_article_is_skipped_or_shown_twice_between_pages(client, by):
    """Also where many share one time."""
    for number in range(1, 8):
        published(number, "2026-01-10", seen=number // 4)
    shown, after = [], None
    while True:
        answer = got(client, "/articles", limit=3, by=by, **({"after": after} if after else {}))
        shown += ids(answer)
        if not (after := answer["next"]):
            break
    assert sorted(shown) == [f"Story {number}" for number in range(1, 8)]


def test_articles_are_found_by_what_they_are(client):
    """Source, kind, part of the headline in any case, and a span that holds its beginning but not its end."""
    published(1, "2026-01-10", kind="release")
    published(2, "2026-01-11", kind="speech", source="af-news")
    published(3, "2026-01-12", kind="speech")
    assert ids(got(client, "/articles", source="af-news")) == ["Story 2"]
    assert ids(got(client, "/articles", kind="speech")) == ["Story 3", "Story 2"]
    assert ids(got(client, "/articles", kind="speech", source="war-releases")) == ["Story 3"]
    assert ids(got(client, "/articles", q="sTORY 3")) == ["Story 3"]
    assert ids(got(client, "/articles", q="%")) == []
    assert ids(got(client, "/articles", since="2026-01-11", until="2026-01-12")) == ["Story 2"]
    assert ids(got(client, "/articles", by="seen", since="2026-01-12T15:00:00Z", kind="release")) == ["Story 1"]


def test_reference_pages_are_listed_with_the_others_and_by_their_kind(client):
    """What is no news is kept, and can be looked up."""
    published(1, "2026-01-10", kind="reference")
    published(2, "2026-01-11")
    assert ids(got(client, "/articles")) == ["Story 2", "Story 1"]
    assert ids(got(client, "/articles", kind="reference")) == ["Story 1"]


def test_what_is_unknown_is_a_problem_with_advice(client):
    saved(order())
    for path in ("/articles/art_nothing", "/articles/art_nothing/revisions", f"/articles/{ID}/revisions/99"):
        assert "GET /articles" in got(client, path, 404)["detail"]


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/articles", {"limit": 201}),
        ("/articles", {"limit": 0}),
        ("/articles", {"since": "yesterday"}),
        ("/articles", {"kind": "gossip"}),
        ("/articles", {"by": "taste"}),
        ("/articles", {"after": "x"}),
        ("/articles", {"q": "\x00"}),
        ("/articles", {"q": "x" * 501}),
        ("/articles/art_%00", {}),
        (f"/articles/{ID}/revisions/0", {}),
        (f"/articles/{ID}/revisions/{2**31}", {}),
        ("/events", {"after": -1}),
        ("/events", {"after": 2**31}),
        ("/events", {"wait": 31}),
        ("/events", {"wait": "long"}),
        ("/events", {"type": "endpoint.test"}),
        ("/events/stream", {"after": -1}),
        ("/events/evt_%00", {}),
    ],
)
def test_absurd_questions_are_problems(client, path, params):
    """Each is refused as not understood, never with a fault of ours."""
    assert got(client, path, 422, **params)["title"]


def test_the_ends_of_the_calendar_and_of_the_numbers_break_nothing(client):
    published(1, "0001-01-01T00:00:00+14:00")
    published(2, "9999-12-31T23:59:59-12:00", seen=1)
    assert ids(got(client, "/articles", since="0001-01-01T00:00:00+14:00")) == ["Story 2", "Story 1"]
    assert got(client, f"/articles/{article_id('afpims/defense:1')}/revisions/{2**31 - 1}", 404)
    assert got(client, "/events", after=2**31 - 1)["events"] == []


def test_a_cursor_of_another_list_is_refused(client):
    """Its place means nothing there."""
    published(1, "2026-01-10")
    published(2, "2026-01-11")
    after = got(client, "/articles", limit=1)["next"]
    got(client, "/articles", 422, by="seen", after=after)


@pytest.mark.parametrize(
    "path",
    ["/articles", f"/articles/{ID}", f"/articles/{ID}/revisions/1", "/events", "/events/evt_a", "/events/stream"],
)
def test_only_who_may_read_is_answered(client, path):
    assert client.get(path, headers={"Authorization": "Bearer stranger"}).status_code == 401
    assert client.get(path, headers={"Authorization": "Bearer nobody"}).status_code == 403


def test_two_wordings_are_shown_word_by_word(client):
    """The current one beside the one before, unless two are named; the same beside itself has no change."""
    saved(order(A), order(B, minute=1), order(C, minute=2))
    last = got(client, f"/articles/{ID}/diff")
    assert (last["article"], last["from"], last["to"], last["changed"]) == (ID, 2, 3, ["body"])
    first = got(client, f"/articles/{ID}/diff", **{"from": 1, "to": 2})
    pieces = first["change"]["diff"][0]["pieces"]
    assert [piece["text"] for piece in pieces if piece["fate"] != "same"] == ["dawn", "noon"]
    assert first["change"]["grade"] == "wording"
    assert got(client, f"/articles/{ID}/diff", **{"from": 2, "to": 2})["change"] is None
    assert got(client, f"/articles/{ID}/diff", status=404, to=9)["title"] == "The article has no revision 9"
    got(client, "/articles/art_none/diff", status=404)
