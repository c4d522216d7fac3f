"""Sources as people write them, over HTTP: exported and read again, and patterns from examples."""

import pytest

from services.contracts.caller import Caller
from services.fetcher import api
from services.fetcher.editing import api as editing
from services.fetcher.source_seeds import read_sources
from tests.support.in_process import app_of, client

pytestmark = pytest.mark.integration
KEYS = {
    "reader": Caller(1, "reader", frozenset({"read"})),
    "admin": Caller(2, "admin", frozenset({"admin"})),
}
FEED, LISTING = "https://www.harbor.example/rss", "https://www.harbor.example/news"
HARBOR = {
    "name": "harbor",
    "title": "Harbor",
    "pages": [r"^/news/\d+"],
    "channels": [{"kind": "feed", "url": FEED, "interval": 60}, {"kind": "listing", "url": LISTING}],
}
PIER = {"name": "pier", "country": "CA", "channels": [{"kind": "feed", "url": "https://pier.example/rss"}]}


@pytest.fixture
def app(db):
    return app_of(KEYS, editing.router, api.router)


@pytest.fixture
def admin(app):
    with client(app, "admin") as asking:
        assert asking.post("/sources/batch", json={"sources": [HARBOR, PIER]}).status_code == 200
        yield asking


def test_sources_are_exported_and_loading_the_file_changes_nothing(admin, tmp_path):
    answer = admin.get("/sources.toml")
    assert answer.headers["content-type"].startswith("application/toml")
    file = tmp_path / "sources.toml"
    file.write_text(answer.text, encoding="utf-8")
    batch = [seed.model_dump(mode="json") for seed in read_sources(file)]
    assert admin.post("/sources/batch", json={"sources": batch}).json() == {"added": 0, "changed": 0}


def test_some_are_exported_by_name_and_an_unknown_one_is_a_problem(admin):
    assert 'name = "pier"' in admin.get("/sources.toml", params={"name": "pier"}).text
    assert "harbor" not in admin.get("/sources.toml", params={"name": "pier"}).text
    answer = admin.get("/sources.toml", params={"name": ["pier", "quay"]})
    assert (answer.status_code, "harbor, pier" in answer.json()["detail"]) == (404, True)


def test_only_admins_see_whole_addresses_in_a_file(app, admin):
    with client(app, "reader") as reader:
        admin.post(
            "/sources", json=PIER | {"channels": [{"kind": "feed", "url": "https://pier.example/rss?token=s3cret"}]}
        )
        assert "token=***" in reader.get("/sources.toml").text
        assert "token=s3cret" in admin.get("/sources.toml").text


def test_patterns_are_proposed_from_addresses(admin):
    fields = {"articles": [f"{LISTING}/17", f"{LISTING}/4711"], "others": [f"{LISTING}/archive"]}
    assert admin.post("/sources/patterns", json=fields).json() == {"patterns": [r"^/news/\d+"], "also": []}
    assert admin.post("/sources/patterns", json={"articles": ["nonsense"]}).status_code == 422


def test_a_channel_says_when_it_is_looked_at_next(admin):
    """Not that of a source which rests."""
    assert all(channel["next_look"] for channel in admin.get("/sources/harbor").json()["channels"])
    admin.post("/sources/harbor/pause", json={"paused": True})
    assert [channel["next_look"] for channel in admin.get("/sources/harbor").json()["channels"]] == [None, None]
