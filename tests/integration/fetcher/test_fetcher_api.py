"""Sources over HTTP: who may see, who may order, and what is answered to mistakes."""

import threading

import pytest
from sqlmodel import select

from services.contracts.caller import Caller
from services.contracts.messages import PollChannel
from services.fetcher import api
from services.fetcher.models import Channel, Source
from services.runtime.database import reading, transaction
from services.runtime.ledger.ledger_table import LedgerRow
from tests.support.in_process import app_of, client

pytestmark = pytest.mark.integration

KEYS = {
    "reader": Caller(1, "reader", frozenset({"read"})),
    "admin": Caller(2, "admin", frozenset({"admin"})),
}
SEED = {"name": "demo", "channels": [{"kind": "feed", "url": "https://news.example.gov/feed"}]}


@pytest.fixture
def http(db):
    return app_of(KEYS, api.router)


def ask(http, method, path, key="admin", **options):
    with client(http, key) as asking:
        return asking.request(method, path, **options)


def test_a_source_is_added_listed_and_polled(http):
    """Adding it twice is adding it once."""
    assert ask(http, "POST", "/sources", json=SEED).status_code == 201
    assert ask(http, "POST", "/sources", json=SEED).status_code == 201
    (listed,) = ask(http, "GET", "/sources", "reader").json()
    assert (listed["name"], listed["channels"][0]["url"], listed["channels"][0]["polled_at"]) == (
        "demo",
        "https://news.example.gov/feed",
        None,
    )
    assert ask(http, "GET", "/sources/demo", "reader").json() == listed
    polled = ask(http, "POST", "/sources/demo/poll")
    assert (polled.status_code, polled.json()) == (202, {"channels": 1})
    with reading() as session:
        assert [entry.kind for entry in session.exec(select(LedgerRow)).all()] == [PollChannel.__name__]


def test_a_token_in_an_address_is_shown_to_admins_only(http):
    """Some feeds are opened by their address alone; whoever may read articles need not be able to open those."""
    seed = {"name": "demo", "channels": [{"kind": "feed", "url": "https://news.example.gov/feed?site=1&token=s3cret"}]}
    ask(http, "POST", "/sources", json=seed)
    for path in ("/sources", "/sources/demo"):
        assert "token=***" in ask(http, "GET", path, "reader").text
        assert "token=s3cret" in ask(http, "GET", path, "admin").text


def test_a_token_in_a_sentence_is_shown_to_admins_only(http):
    """A redirect carries the token of an address on, and the sentence about it says where it led."""
    ask(http, "POST", "/sources", json=SEED)
    sentence = "It redirects from host to host, last to https://news.example.gov/feed?token=s3cret."
    with transaction() as session:
        session.exec(select(Channel)).one().detail = sentence
        session.exec(select(Source)).one().blocked_detail = sentence
    for path in ("/sources", "/sources/demo"):
        assert "s3cret" not in ask(http, "GET", path, "reader").text
        assert ask(http, "GET", path, "admin").text.count("s3cret") == 2


def test_a_source_rests_and_wakes(http):
    """A paused one cannot be polled, and says so."""
    ask(http, "POST", "/sources", json=SEED)
    assert ask(http, "POST", "/sources/demo/pause", json={"paused": True}).json()["paused"]
    refusal = ask(http, "POST", "/sources/demo/poll")
    assert (refusal.status_code, "resume" in refusal.json()["detail"]) == (422, True)
    assert not ask(http, "POST", "/sources/demo/pause", json={"paused": False}).json()["paused"]


def test_readers_read_and_strangers_do_not(http):
    """Orders take the scope `admin`."""
    assert ask(http, "POST", "/sources", "reader", json=SEED).status_code == 403
    assert ask(http, "POST", "/sources/demo/poll", "reader").status_code == 403
    assert ask(http, "GET", "/sources", "nobody").status_code == 401
    assert ask(http, "GET", "/sources", None).status_code == 401


@pytest.mark.parametrize(
    "seed",
    [
        {},
        {"name": "demo"},
        SEED | {"name": "Demo Source"},
        SEED | {"channels": []},
        SEED | {"channels": [{"kind": "rss", "url": "https://x.example/"}]},
        SEED | {"channels": [{"kind": "feed", "url": "file:///etc/passwd"}]},
        SEED | {"channels": [{"kind": "feed", "url": "https://x.example/\x00"}]},
        SEED | {"title": "\x00"},
        SEED | {"hosts": ["a\x00b"]},
        SEED | {"pages": ["("]},
        SEED | {"surprise": 1},
        SEED | {"name": "import"},
    ],
)
def test_a_source_that_makes_no_sense_is_refused(http, seed):
    """422 with what to mend, and nothing is kept."""
    refusal = ask(http, "POST", "/sources", json=seed)
    assert refusal.status_code == 422
    assert refusal.headers["content-type"] == "application/problem+json"
    assert ask(http, "GET", "/sources").json() == []


@pytest.mark.parametrize("path", ["/sources/nowhere", "/sources/%00"])
def test_an_unknown_source_is_404_with_the_known_ones(http, path):
    """So that a slip of the pen is seen at once."""
    ask(http, "POST", "/sources", json=SEED)
    missing = ask(http, "GET", path)
    assert missing.status_code in {404, 422}
    assert ask(http, "POST", "/sources/nowhere/poll").status_code == 404
    assert "demo" in ask(http, "GET", "/sources/nowhere").json()["detail"]


def test_a_source_that_two_add_at_once_is_added_once(http):
    """Neither of them gets an error for it."""
    barrier, answers = threading.Barrier(4), []

    def add():
        barrier.wait()
        answers.append(ask(http, "POST", "/sources", json=SEED).status_code)

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [201] * 4
    with reading() as session:
        assert len(session.exec(select(LedgerRow).where(LedgerRow.kind == PollChannel.__name__)).all()) == 1


@pytest.mark.parametrize("inside", ["http://127.0.0.1:9/feed", "http://169.254.169.254/latest", "http://[::1]/feed"])
def test_a_preview_does_not_look_inside_the_house_and_keeps_nothing(http, inside):
    """Who may add a source learns no more of this network than a subscriber would; no source and no message is made."""
    answer = ask(http, "POST", "/sources/preview", json={"url": inside})
    assert (answer.status_code, answer.json()["kind"], answer.json()["found"]) == (200, None, 0)
    assert answer.json()["trouble"]
    assert ask(http, "GET", "/sources").json() == []
    with reading() as session:
        assert session.exec(select(LedgerRow)).all() == []


def test_a_preview_of_what_is_no_address_is_refused(http):
    """422, as a source with that address would be."""
    assert ask(http, "POST", "/sources/preview", json={"url": "file:///etc/passwd"}).status_code == 422
    assert ask(http, "POST", "/sources/preview", json={"url": "https://a.example/", "pages": ["("]}).status_code == 422


def test_a_source_is_shown_with_all_that_it_was_made_of(http):
    """So that who changes one thing of it can say the rest again."""
    channel = {"kind": "listing", "url": "https://news.example.gov/list", "interval": 120.0}
    seed = {"name": "demo", "title": "Demo", "hosts": ["cdn.example"], "pages": ["/story/"], "channels": [channel]}
    shown = ask(http, "POST", "/sources", json=seed).json()
    assert {name: shown[name] for name in ("title", "hosts", "pages")} == {
        name: seed[name] for name in ("title", "hosts", "pages")
    }
    assert {name: shown["channels"][0][name] for name in channel} == channel


def test_sources_are_loaded_all_or_none(http):
    """As a file lists them: new ones are counted, changed ones too, and what is so already is not."""
    other = SEED | {"name": "other"}
    assert ask(http, "POST", "/sources/batch", json={"sources": [SEED]}).json() == {"added": 1, "changed": 0}
    changed = {"sources": [SEED | {"title": "Another"}, other]}
    assert ask(http, "POST", "/sources/batch", json=changed).json() == {"added": 1, "changed": 1}
    assert ask(http, "POST", "/sources/batch", json=changed).json() == {"added": 0, "changed": 0}
    spoilt = {"sources": [SEED | {"name": "third"}, SEED | {"name": "No Name"}]}
    assert ask(http, "POST", "/sources/batch", json=spoilt).status_code == 422
    assert ask(http, "POST", "/sources/batch", "reader", json=changed).status_code == 403
    assert [entry["name"] for entry in ask(http, "GET", "/sources").json()] == ["demo", "other"]


def test_a_site_is_moved_by_an_admin_and_a_dry_run_only_tells(http):
    """The channel is at the new host; the order is in the audit log; what is no host is refused."""
    ask(http, "POST", "/sources", json=SEED)
    order = {"old": "example.gov", "new": "example.org"}
    body = ask(http, "POST", "/sources/move", json=order | {"dry_run": True}).json()
    moved = [{"before": "https://news.example.gov/feed", "after": "https://news.example.org/feed"}]
    assert (body["sources"], body["channels"], body["done"]) == (["demo"], moved, False)
    assert ask(http, "GET", "/sources/demo").json()["channels"][0]["url"] == moved[0]["before"]
    assert ask(http, "POST", "/sources/move", json=order).json()["done"]
    assert ask(http, "GET", "/sources/demo").json()["channels"][0]["url"] == moved[0]["after"]
    assert ask(http, "POST", "/sources/move", "reader", json=order).status_code == 403
    assert ask(http, "POST", "/sources/move", json=order | {"old": "https://x/"}).status_code == 422
    assert ask(http, "POST", "/sources/move", json={"old": "a.gov", "new": "www.a.gov"}).status_code == 422
