"""Whoever was sent an article is sent what becomes of it, whatever the filter says by then."""

from datetime import timedelta

import pytest
from sqlmodel import select

from services.runtime.database import transaction, utcnow
from services.webhooks import retention, subscriptions
from services.webhooks.models import Delivery, Endpoint, Recipient
from tests.support.house import announced, balanced, log_of, rows, run

BRIDGE = {"headline": "Bridge Reopens"}


def change(grade="facts", old="40", new="41"):
    """As the store weighs and shows it."""
    pieces = [{"fate": "same", "text": "It took "}, {"fate": "deleted", "text": old}, {"fate": "inserted", "text": new}]
    return {"grade": grade, "facts": [], "diff": [{"field": "body", "pieces": pieces}]}


@pytest.fixture
def bridges(http, subscriber):
    """Ann's endpoint, which wants articles about bridges; it was sent the first one."""
    made = http.post("/webhooks/endpoints", json={"url": subscriber.url, "filter": {"words": ["bridge"]}}).json()
    announced("evt_1", 1, **BRIDGE)
    run()
    assert subscriber.events == ["evt_1"]
    return f"/webhooks/endpoints/{made['id']}"


def updated(event="evt_2", sequence=2, *, grade="facts", source="navy", event_type="article.updated", **about):
    """The article says nothing of bridges any more."""
    weighed = change(grade) if event_type == "article.updated" else None
    announced(event, sequence, event_type=event_type, change=weighed, source=source, **about)
    run()


def test_a_correction_goes_to_whom_the_article_went(http, bridges, subscriber):
    """The delivery says why, and so does the list that is pulled; an article that was never sent stays away."""
    announced("evt_other", 2, "art_2")
    updated()
    announced("evt_other_2", 4, "art_2", event_type="article.updated", change=change())
    run()
    assert subscriber.events == ["evt_1", "evt_2"]
    newest, first = log_of(http, {"id": 1})["deliveries"]
    assert (first["matched"], newest["matched"]) == (["words: bridge"], ["reader: it was sent this article before"])
    pulled = http.get(f"{bridges}/events", params={"after": 0}).json()["events"]
    assert [entry["matched"] for entry in pulled] == [first["matched"], newest["matched"]]
    assert balanced()


def test_a_delivery_of_which_nobody_noted_why_is_shown_without_a_reason(http, bridges):
    """Those made before reasons were noted are in the log, in full, and in the list that is pulled."""
    with transaction() as session:
        session.exec(select(Delivery)).one().matched = None
    (listed,) = log_of(http, {"id": 1})["deliveries"]
    in_full = http.get(f"{bridges}/deliveries/{listed['id']}").json()
    (pulled,) = http.get(f"{bridges}/events", params={"after": 0}).json()["events"]
    assert [entry["matched"] for entry in (listed, in_full, pulled)] == [[], [], []]


def test_it_follows_to_another_source_and_after_another_filter(http, bridges, subscriber):
    http.patch(bridges, json={"filter": {"sources": ["air-force"]}})
    updated(source="army")
    assert subscriber.events == ["evt_1", "evt_2"]


def test_a_reader_of_an_article_that_was_merged_reads_the_other_one_from_then_on(bridges, subscriber):
    """It learns which article is left, and is sent what becomes of that."""
    announced("evt_2", 2, "art_2", event_type="article.merged", merged="art_1")
    announced("evt_3", 3, "art_2", event_type="article.updated", change=change())
    run()
    assert subscriber.events == ["evt_1", "evt_2", "evt_3"]


def test_who_takes_no_events_of_this_type_is_not_sent_any(http, bridges, subscriber):
    """Types say what a receiver understands; they are no filter on articles."""
    http.patch(bridges, json={"event_types": ["article.created"]})
    updated()
    assert subscriber.events == ["evt_1"]


@pytest.mark.parametrize(
    ("conditions", "grade", "arrives"),
    [
        ({"min_grade": "facts"}, "typographic", False),
        ({"min_grade": "facts"}, "facts", True),
        ({"min_grade": "removal"}, "correction", True),
        ({"added": ["43"]}, "wording", False),
        ({"added": ["41"]}, "wording", True),
        ({"added": ["43"]}, "removal", True),
        ({"exclude": {"changed": ["body"]}}, "facts", False),
        ({"exclude": {"changed": ["body"]}}, "correction", True),
        ({"exclude": {"words": ["words"]}}, "facts", True),
    ],
)
def test_conditions_on_the_change_hold_but_for_what_every_reader_must_know(
    http, bridges, subscriber, conditions, grade, arrives
):
    """Of a correction notice and of a large removal every reader is told."""
    http.patch(bridges, json={"filter": {"words": ["bridge"], **conditions}})
    updated(grade=grade)
    assert subscriber.events == (["evt_1", "evt_2"] if arrives else ["evt_1"])


def test_a_disabled_endpoint_is_owed_its_corrections_when_it_is_enabled(http, bridges, subscriber):
    http.patch(bridges, json={"state": "disabled"})
    updated()
    assert subscriber.events == ["evt_1"]
    http.patch(bridges, json={"state": "active"})
    run()
    assert subscriber.events == ["evt_1", "evt_2"]


def test_it_follows_when_the_delivery_log_has_forgotten_the_article(bridges, subscriber):
    """As often as it is brought again before, it is one row."""
    with transaction() as session:
        retention.forget(session, utcnow() + timedelta(days=1))
    assert (rows(Delivery), len(rows(Recipient))) == ([], 1)
    updated()
    assert subscriber.events == ["evt_1", "evt_2"]


def test_bringing_it_again_changes_nothing(http, bridges, subscriber):
    http.post(f"{bridges}/replays", json={"from_sequence": 1, "only": "all"})
    run()
    updated()
    assert (len(subscriber.requests), subscriber.events[-1], len(rows(Recipient))) == (3, "evt_2", 1)


def test_it_ends_with_the_endpoint(http, bridges):
    assert http.delete(bridges).status_code == 204
    assert rows(Recipient) == []


def test_it_ends_with_the_key(bridges, http, subscriber):
    """An admin may enable the endpoint again: from then on it is a new reader."""
    with transaction() as session:
        subscriptions.stop(session, session.scalar(select(Endpoint.owner)), utcnow())
    assert rows(Recipient) == []


def test_a_thin_payload_follows_as_well_and_says_how_much_it_weighs(http, subscriber):
    made = http.post(
        "/webhooks/endpoints", json={"url": subscriber.url, "payload": "thin", "filter": {"words": ["bridge"]}}
    ).json()
    announced("evt_1", 1, **BRIDGE)
    updated()
    pulled = http.get(f"/webhooks/endpoints/{made['id']}/events", params={"after": 1}).json()["events"]
    assert pulled[0]["body"]["data"]["change"] == {"grade": "facts", "facts": []}
