"""Only HTTP in and HTTP out: from a newsroom's page to a signed webhook, on each database."""

import random

import pytest

from tests.support import invariants

pytestmark = pytest.mark.e2e

QUIET = {
    "DATELINE_FETCHER_FEED_INTERVAL": "3600",
    "DATELINE_FETCHER_REVISIT_SCALE": "100",
}
"""Nothing is looked at unless somebody asks for it."""
LIVELY = {
    "DATELINE_FETCHER_FEED_INTERVAL": "1",
    "DATELINE_FETCHER_REVISIT_SCALE": "0.005",
}


def test_what_is_published_is_announced_and_what_is_corrected_is_announced_as_an_update(starts, newsroom, subscriber):
    """The backlog is stored in silence; one story, one `article.created`; one correction, one `article.updated`."""
    service = starts(**LIVELY)
    service.subscribes(subscriber)
    newsroom.publishes("storm-response")
    subscriber.wait_for(1, 30)
    newsroom.corrects("storm-response")
    subscriber.wait_for(2, 30)

    created, updated = subscriber.events
    assert (created.event["type"], updated.event["type"]) == ("article.created", "article.updated")
    assert updated.event["data"]["changed"] == ["body"]
    assert created.event["data"]["article"]["id"] == updated.event["data"]["article"]["id"]
    assert "4,200 residents" in str(updated.event["data"]["article"]["body"])
    assert len(service.articles()) == 3
    revisions = service.get(f"/articles/{created.event['data']['article']['id']}/revisions")["revisions"]
    assert len(revisions) == 2
    invariants.hold(service, subscriber)


def test_ingesting_again_asks_the_newsroom_only_when_told_to_and_tells_only_what_changed(starts, newsroom, subscriber):
    """Reparse: no request, no webhook. Refetch: conditional requests; a correction found by it is announced, and once,
    also when two orders find it at the same time.
    """
    service = starts(**QUIET)
    service.subscribes(subscriber)
    newsroom.publishes("storm-response")
    service.post("/sources/newsroom/poll", 202)
    subscriber.wait_for(1, 30)

    count = len(newsroom.requests)
    counts = service.reingest("reparse")
    assert (counts["planned"], counts["outcomes"]["unchanged"]) == (3, 3)
    assert len(newsroom.requests) == count

    counts = service.reingest("refetch")
    assert (counts["planned"], counts["outcomes"]["unchanged"]) == (3, 3)
    again = [request for request in newsroom.requests[count:] if "/Article/" in request.path]
    assert [request.status for request in again] == [304, 304, 304]

    newsroom.corrects("storm-response")
    assert service.reingest("refetch", dry_run=True)["outcomes"]["updated"] == 1
    assert len(subscriber.received) == 1
    scopes = ({"all": True}, {"source": "newsroom"})
    orders = [{"scope": scope, "mode": "refetch", "reason": "two at once"} for scope in scopes]
    both = [service.post("/admin/reingestions", 202, json=order).headers["Location"] for order in orders]
    service.waits_for(lambda: all(service.get(place)["state"] == "done" for place in both), "both of them", 120)
    assert sorted(service.get(place)["outcomes"]["updated"] for place in both) == [0, 1]
    subscriber.wait_for(2, 30)
    assert [event.event["type"] for event in subscriber.events] == ["article.created", "article.updated"]
    invariants.hold(service, subscriber)


def test_a_flushed_redis_and_killed_workers_change_nothing_in_the_end(starts, newsroom, subscriber):
    """Every story is stored once and announced under one id, whatever happens to Redis and to the workers."""
    service = starts(**LIVELY)
    service.subscribes(subscriber)
    stories = [
        "storm-response",
        "harbor-exercise",
        "contracts",
        "briefing-transcript",
        "weather-cell",
        "raqqa-mosul-2016",
    ]
    for number, story in enumerate(stories):
        newsroom.publishes(story)
        if number % 2:
            service.redis().flushall()
        random.choice(service.waits_for(service.workers, "a worker to kill")).kill()

    def announced():
        return {event.event["data"]["article"]["headline"] for event in subscriber.events}

    service.waits_for(lambda: len(announced()) == len(stories), "every story", seconds=120)
    assert len({event.id for event in subscriber.events}) == len(stories)
    assert len(service.articles()) == len(stories) + 2
    invariants.hold(service, subscriber)
