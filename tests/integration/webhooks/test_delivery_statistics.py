"""How attempts to an endpoint went over time, and what its deliveries were about."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from services.runtime.database import is_sqlite, transaction, utcnow
from services.webhooks.models import Attempt, Delivery
from tests.support import in_process
from tests.support.house import announced, log_of, only, rows, run

pytestmark = pytest.mark.integration


def attempted(*made):
    """Attempts of the one delivery: seconds ago, status and milliseconds of each."""
    delivery = only(Delivery)
    with transaction() as session:
        for number, (ago, status, milliseconds) in enumerate(made, 100):
            outcome = "unreachable" if status is None else "delivered" if status == 204 else "refused"
            answer = {"status": status, "milliseconds": milliseconds, "outcome": outcome}
            at = utcnow() - timedelta(seconds=ago)
            session.add(
                Attempt(delivery=delivery.id, endpoint=delivery.endpoint, number=number, at=at, request={}, **answer)
            )


def test_attempts_are_counted_by_step_and_by_class_of_latency(http, endpoint, subscriber):
    """Those of the span alone; without an answer there is no latency."""
    subscriber.answers = [500]
    announced()
    run()
    assert rows(Attempt)[0].endpoint == endpoint["id"]
    with transaction() as session:
        session.execute(text("DELETE FROM attempts"))
    attempted((10, 204, 20), (20, 204, 90), (30, None, 15_000), (1_800, 500, 3_000), (7_000, 204, 10))
    hour = http.get(f"/webhooks/endpoints/{endpoint['id']}/statistics", params={"span": "hour"}).json()
    assert hour["total"] == {"attempts": 4, "delivered": 2, "half_within": 100, "most_within": 5_000}
    assert (len(hour["steps"]), sum(step["attempts"] for step in hour["steps"])) == (60, 4)
    assert [step["most_within"] for step in hour["steps"] if step["most_within"] == 5_000] == [5_000]
    day = http.get(f"/webhooks/endpoints/{endpoint['id']}/statistics").json()
    assert (day["span"], len(day["steps"]), day["total"]["attempts"]) == ("day", 48, 5)
    assert http.get(f"/webhooks/endpoints/{endpoint['id']}/statistics", params={"span": "year"}).status_code == 422


def test_each_sees_the_sums_of_their_own_endpoints(app, http, endpoint, subscriber):
    subscriber.answers = [500]
    announced()
    run()
    (summary,) = http.get("/webhooks/statistics").json()["endpoints"]
    assert (summary["endpoint"], summary["pending"], summary["failed"]) == (endpoint["id"], 1, 0)
    assert (summary["total"]["attempts"], summary["total"]["delivered"]) == (1, 0)
    assert summary["oldest_pending"]
    with in_process.client(app, "bob") as bob:
        assert bob.get("/webhooks/statistics").json()["endpoints"] == []
        assert bob.get(f"/webhooks/endpoints/{endpoint['id']}/statistics").status_code == 404


def test_attempts_are_counted_in_an_index_alone(db):
    """However many attempts there are, none of their rows is read."""
    with transaction() as session:
        if is_sqlite(session):
            plan = session.execute(
                text(
                    "EXPLAIN QUERY PLAN SELECT outcome, milliseconds, status, count(*) FROM attempts "
                    "WHERE endpoint = 1 AND at >= '2026-01-01' GROUP BY outcome, milliseconds, status"
                )
            )
            assert "COVERING INDEX attempts_by_endpoint" in "\n".join(str(row) for row in plan)


def test_a_delivery_shows_what_it_is_about(http, endpoint):
    """The headline as it was then, in the list and alone."""
    announced(headline="Pier opens again")
    run()
    (listed,) = log_of(http, endpoint)["deliveries"]
    assert listed["headline"] == "Pier opens again"
    alone = http.get(f"/webhooks/endpoints/{endpoint['id']}/deliveries/{listed['id']}").json()
    assert alone["headline"] == "Pier opens again"


@pytest.mark.parametrize(
    ("fields", "numbers"),
    [
        ({"types": ["article.updated"]}, [2]),
        ({"types": ["article.*"]}, [1, 2, 3]),
        ({"article": "art_2"}, [3]),
        ({"types": ["article.created"], "article": "art_1"}, [1]),
        ({"types": ["article.removed"]}, []),
    ],
)
def test_what_is_chosen_by_type_or_article_is_brought_again(http, endpoint, subscriber, fields, numbers):
    announced("evt_1", 1, "art_1")
    announced("evt_2", 2, "art_1", event_type="article.updated")
    announced("evt_3", 3, "art_2")
    run()
    brought = http.post(f"/webhooks/endpoints/{endpoint['id']}/replays", json={**fields, "only": "all"}).json()
    run()
    assert brought["deliveries"] == len(numbers)
    assert sorted(subscriber.numbers[3:]) == numbers, "in order of each article alone"


def test_a_choice_is_tried_before_there_is_an_endpoint(http):
    announced("evt_1", 1, "art_1", headline="Pier opens again")
    announced("evt_2", 2, "art_2", headline="Storm at the coast")
    shown = http.post("/webhooks/preview", json={"filter": {"words": ["pier"]}}).json()
    assert (shown["judged"], shown["matching"]) == (2, 1)
    assert [event["headline"] for event in shown["events"] if event["matches"]] == ["Pier opens again"]
    assert http.post("/webhooks/preview", json={"event_types": ["source.*"]}).status_code == 403
