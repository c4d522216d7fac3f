"""A scope holds the pages that it says, and an order takes exactly those it was said to hold."""

import json

import pytest

from services.contracts.versions import generation
from services.parser.layouts import VERSIONS
from tests.support.reingested import (
    as_an_older_parser_read,
    as_rejected,
    done,
    execute,
    order,
    publish,
    rows,
    scalar,
    url,
)

pytestmark = pytest.mark.integration


@pytest.fixture
def five(operator):
    """Five pages, which differ in everything that a scope can name."""
    publish(1, 2, 3, 4, 5)
    as_an_older_parser_read(1, 2)
    execute(f"UPDATE pages SET source = 'harbor' WHERE url IN ('{url(1)}', '{url(3)}')")
    execute(f"UPDATE articles SET source = 'harbor' WHERE url IN ('{url(1)}', '{url(3)}')")
    reads_as = "UPDATE verdicts SET read_layout_version = {}, read_layout_generation = {} WHERE page = {}"
    execute(reads_as.format("NULL", "NULL", number_of(2)))
    execute(reads_as.format("'0.9'", generation("0.9"), number_of(4)))
    execute(f"UPDATE articles SET kind = 'speech' WHERE url = '{url(4)}'")
    as_rejected(5)
    execute(
        "INSERT INTO ledger "
        "(kind, key, page, message, lane, enqueued_at, due_at, attempts, trace_id, dead_lettered_at, reason) "
        "SELECT 'ParsePage', 'x', id, '{}', 'live', discovered_at, discovered_at, 5, '', discovered_at, "
        f"'It is 100% Too Deep' FROM pages WHERE url = '{url(4)}'"
    )
    return operator


def number_of(page):
    return scalar(f"SELECT id FROM pages WHERE url = '{url(page)}'")


SCOPES = [
    ({"all": True}, {1, 2, 3, 4, 5}),
    ({"source": "harbor"}, {1, 3}),
    ({"source": "nobody"}, set()),
    ({"urls": [url(2), url(9)]}, {2}),
    ({"kind": "speech"}, {4}),
    ({"published_from": "2026-01-02", "published_until": "2026-01-04"}, {2, 3}),
    ({"published_from": "2026-01-04T00:00:01+00:00"}, {5}),
    ({"parser_before": "1"}, {1, 2}),
    ({"parser_before": "0"}, set()),
    ({"layout_before": "1"}, {2, 4}),
    ({"layout_before": "0.9"}, {2}),
    ({"layout": "unknown", "layout_before": "1", "kind": "speech"}, {4}),
    ({"text": "HARBOR 3 reopened"}, {3}),
    ({"text": "share"}, {1, 2}),
    ({"text": "paragraph"}, set()),
    ({"text": "100%"}, set()),
    ({"rejected": "stub"}, {5}),
    ({"rejected": "empty"}, set()),
    ({"dead_lettered": "100% too deep"}, {4}),
    ({"dead_lettered": "_"}, set()),
    ({"source": "harbor", "parser_before": "1"}, {1}),
    ({"text": "ferries", "urls": [url(1), url(5)], "published_until": "2026-01-05"}, {1}),
]


def test_a_scope_says_how_many_pages_it_holds_and_shows_some(five):
    """Each of its conditions must hold; the count is what it holds now, whatever it takes to know."""
    results = {}
    for scope, _ in SCOPES:
        answer = five.post("/admin/reingestions/scope", json={"scope": scope})
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert body["pages"] == len(body["sample"])
        results[str(scope)] = {int(entry["url"].rpartition("/")[2]) for entry in body["sample"]}
    assert results == {str(scope): pages for scope, pages in SCOPES}


def test_a_layout_names_its_articles(five):
    (layout,) = {json.loads(reading)["layout"] for (reading,) in rows("SELECT reading FROM revisions")}
    pages = [
        five.post("/admin/reingestions/scope", json={"scope": {"layout": name}}).json()["pages"]
        for name in (layout, "afpims")
    ]
    assert pages == [5, 0]


def test_what_an_older_version_of_its_layout_read_is_older_no_longer_once_it_was_read_again(five):
    """Also where it reads as before, and nothing is written of it."""
    scope = {"layout": "unknown", "layout_before": VERSIONS["unknown"]}
    assert done(five, order(five, scope))["planned"] == 2
    assert five.post("/admin/reingestions/scope", json={"scope": scope}).json()["pages"] == 0
    article = rows(f"SELECT id FROM articles WHERE url = '{url(2)}'")[0][0]
    (newest, *_) = five.get(f"/articles/{article}/revisions").json()["revisions"]
    assert (newest["cause"], newest["layout_version"]) == ("reparse", VERSIONS["unknown"])


def test_an_order_takes_the_pages_that_its_scope_holds(five):
    """Whether the fetcher knows them or the store has to be asked."""
    for number, (scope, pages) in enumerate(SCOPES[1::4], 1):
        place = order(five, scope, dry_run=True)
        text = done(five, place)
        assert (text["expected"], text["planned"]) == (len(pages), len(pages)), scope
        result = rows(f"SELECT url FROM reingestion_pages WHERE reingestion = {number}")
        assert {int(address.rpartition("/")[2]) for (address,) in result} == pages, scope


def test_a_scope_is_walked_in_batches_and_no_page_twice(five, monkeypatch):
    """Also when a page of the walk no longer belongs to it in the meantime."""
    monkeypatch.setattr("services.reingest.walk.BATCH", 2)
    monkeypatch.setattr("services.reingest.walk.UNDER_WAY", {"reparse": 1, "refetch": 1})
    for scope in ({"all": True}, {"text": "ferries"}):
        text = done(five, order(five, scope))
        assert (text["planned"], sum(text["outcomes"].values())) == (5, 5)
