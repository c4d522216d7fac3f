"""A dry run is a shadow: it keeps every difference, changes nothing, and is then done exactly as seen, or forgotten."""

import pytest

from services.runtime.ledger import worker
from tests.support.reingested import (
    NO_ARTICLE,
    arrives,
    as_an_older_parser_read,
    as_rejected,
    asked,
    done,
    execute,
    kept,
    order,
    publish,
    rows,
    scalar,
    settle,
    sound,
    url,
)

pytestmark = pytest.mark.integration


def previewed(operator):
    place = order(operator, dry_run=True)
    done(operator, place)
    return place


def test_a_dry_run_shows_every_difference_and_changes_nothing(operator):
    """Counts by source, layout, field and outcome; each field before and after; nothing announced of a reparse."""
    publish(1, 2, 3)
    as_an_older_parser_read(1, 2)
    before = kept()
    place = previewed(operator)
    report = operator.get(f"{place}/report").json()
    assert kept() == before
    assert report["outcomes"] == {"unchanged": 1, "updated": 2}
    assert report["sources"] == {"import": {"unchanged": 1, "updated": 2}}
    assert [sum(counts.values()) for counts in report["layouts"].values()] == [3]
    assert (report["fields"], report["announced"]) == ({"headline": 2}, 0)
    assert report["promotion"] == {"open": 2, "applying": 0, "applied": 0, "stale": 0}
    (first, second) = report["samples"]
    assert first["differences"] == [
        {"field": "headline", "before": "SHARE Harbor 1 Reopens", "after": "Harbor 1 Reopens"}
    ]
    assert (second["url"], second["outcome"], second["state"]) == (url(2), "updated", "open")
    assert report["reingestion"]["preview"] == "open"


def test_every_finding_can_be_listed_by_what_it_is(operator):
    publish(1, 2, 3)
    as_an_older_parser_read(1, 2)
    place = previewed(operator)
    everything = operator.get(f"{place}/findings").json()
    assert [finding["url"] for finding in everything["findings"]] == [url(1), url(2), url(3)]
    fields = {"field": "headline", "limit": 1}
    first = operator.get(f"{place}/findings", params=fields).json()
    assert [finding["url"] for finding in first["findings"]] == [url(1)]
    second = operator.get(f"{place}/findings", params=fields | {"after": first["next"]}).json()
    assert ([finding["url"] for finding in second["findings"]], second["next"]) == ([url(2)], None)
    assert operator.get(f"{place}/findings?outcome=unchanged").json()["findings"][0]["differences"] == []


def test_what_was_previewed_is_done_once_and_silently(operator):
    """Two revisions by a reparse, two events nobody is called for; promoting again changes nothing."""
    publish(1, 2, 3)
    as_an_older_parser_read(1, 2)
    place = previewed(operator)
    for _ in range(2):
        asked(operator, f"{place}/promote")
        settle()
    assert operator.get(place).json()["preview"] == "promoted"
    assert operator.get(f"{place}/report").json()["promotion"] == {"open": 0, "applying": 0, "applied": 2, "stale": 0}
    assert rows("SELECT cause, count(*) FROM revisions GROUP BY cause ORDER BY cause") == [
        ("import", 3),
        ("reparse", 2),
    ]
    assert rows("SELECT DISTINCT announced FROM events WHERE cause = 'reparse'") in ([(0,)], [(False,)])
    assert rows("SELECT headline FROM articles WHERE headline LIKE 'SHARE%'") == []
    assert scalar("SELECT count(*) FROM reingestion_pages WHERE proposal IS NOT NULL") == 0
    assert sound() == []


def test_endpoints_are_told_of_a_reparse_when_the_order_says_so(operator):
    publish(1)
    as_an_older_parser_read(1)
    place = order(operator, dry_run=True, announce=True)
    done(operator, place)
    assert operator.get(f"{place}/report").json()["announced"] == 1
    asked(operator, f"{place}/promote")
    settle()
    assert rows("SELECT announced FROM events WHERE cause = 'reparse'") in ([(1,)], [(True,)])
    assert scalar("SELECT count(*) FROM events WHERE announced_at IS NOT NULL") == 1


@pytest.mark.parametrize("change", ["article", "page"])
def test_what_changed_since_the_preview_is_left_alone_and_reported_as_stale(operator, change):
    """The article by another re-ingestion, or the page by a newer capture whose reading is still to come."""
    publish(1, 2)
    as_an_older_parser_read(1, 2)
    place = previewed(operator)
    if change == "article":
        done(operator, order(operator, {"urls": [url(1)]}))
    else:
        execute(f"UPDATE pages SET capture = 'sha256-newer' WHERE url = '{url(1)}'")
    before = rows("SELECT * FROM revisions ORDER BY 1, 2")
    asked(operator, f"{place}/promote")
    settle()
    stale = operator.get(f"{place}/findings?state=stale").json()["findings"]
    assert [entry["url"] for entry in stale] == [url(1)]
    assert operator.get(place).json()["preview"] == "promoted"
    assert len(rows("SELECT * FROM revisions")) == len(before) + 1
    assert sound() == []


def test_pages_that_become_or_cease_to_be_articles_are_told_apart(operator):
    """Rejected now, still rejected, and was rejected; promoted, each page's row says what its reading says."""
    publish(1, 2)
    arrives(3, NO_ARTICLE)
    settle()
    as_rejected(1)
    as_an_older_parser_read(1)
    execute(f"DELETE FROM verdicts WHERE page = (SELECT id FROM pages WHERE url = '{url(3)}')")
    place = previewed(operator)
    by_name = {finding["url"]: finding["outcome"] for finding in operator.get(f"{place}/findings").json()["findings"]}
    assert by_name == {url(1): "was_rejected", url(2): "unchanged", url(3): "rejected"}
    asked(operator, f"{place}/promote")
    settle()
    verdict = f"SELECT rejected_reason FROM verdicts JOIN pages ON pages.id = page WHERE url = '{url(3)}'"
    assert scalar(verdict) == "not_an_article"
    again = previewed(operator)
    assert operator.get(f"{again}/findings?outcome=still_rejected").json()["findings"][0]["url"] == url(3)


def test_what_is_discarded_is_gone_and_cannot_be_promoted(operator):
    publish(1, 2)
    as_an_older_parser_read(1)
    place, before = previewed(operator), kept()
    for _ in range(2):
        asked(operator, f"{place}/discard")
        settle()
    assert scalar("SELECT count(*) FROM reingestion_pages") == 0
    assert operator.get(f"{place}/report").json()["promotion"]["open"] == 0
    assert "discarded" in asked(operator, f"{place}/promote", 409)["detail"]
    assert (operator.get(place).json()["outcomes"]["updated"], kept() == before) == (1, True)


def test_a_finding_whose_message_was_given_up_on_and_discarded_ends_the_promotion_as_stale(operator):
    """Nothing waits for ever for what a person decided will not be done."""
    publish(1)
    as_an_older_parser_read(1)
    place = previewed(operator)
    asked(operator, f"{place}/promote")
    worker.handle("Reingest", [scalar("SELECT id FROM ledger WHERE kind = 'Reingest'")])
    execute("UPDATE ledger SET dead_lettered_at = enqueued_at, reason = 'a test' WHERE kind = 'SaveArticle'")
    settle()
    body = operator.get(place).json()
    assert (body["preview"], body["dead_lettered"]) == ("promoting", 1)
    message = scalar("SELECT id FROM ledger WHERE dead_lettered_at IS NOT NULL")
    assert operator.post(f"/admin/dead-letters/{message}/discard", json={"reason": "a test"}).status_code == 204
    settle()
    body = operator.get(place).json()
    assert (body["preview"], body["dead_lettered"]) == ("promoted", 0)
    assert operator.get(f"{place}/report").json()["promotion"]["stale"] == 1


def test_only_a_finished_dry_run_can_be_promoted(operator):
    publish(1)
    unfinished, real = order(operator, dry_run=True), order(operator)
    assert "wait for its end" in asked(operator, f"{unfinished}/promote", 409)["detail"]
    settle()
    assert "no dry run" in asked(operator, f"{real}/promote", 409)["detail"]
    assert operator.get(f"{real}/report").status_code == 404
    assert asked(operator, "/admin/reingestions/99/promote", 404)["title"] == "No such re-ingestion"


def test_who_did_what_and_how_it_ended_is_in_the_log(operator):
    publish(1)
    as_an_older_parser_read(1)
    place = previewed(operator)
    asked(operator, f"{place}/promote")
    settle()
    entries = operator.get("/admin/audit").json()["entries"]
    assert [(entry["action"], entry["key_name"], entry["result"]) for entry in reversed(entries)] == [
        ("reingestion.ordered", "first key", None),
        (
            "reingestion.ended",
            "first key",
            '{"state": "done", "created": 0, "updated": 1, "unchanged": 0, "rejected": 0, "unavailable": 0}',
        ),
        ("reingestion.promoted", "first key", None),
        ("reingestion.promotion_ended", "first key", '{"open": 0, "applying": 0, "applied": 1, "stale": 0}'),
    ]
