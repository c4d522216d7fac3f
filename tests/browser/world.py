"""A service with a past: stories in two wordings, a subscriber who was told, a dry run, and a message given up on."""

from dataclasses import dataclass

from sqlalchemy import create_engine, insert, update
from sqlmodel import col

from services.contracts.messages import Origin, ParsePage
from services.reingest.models import ReingestionRow
from services.runtime.database import utcnow
from services.runtime.ledger.causes import cause_of
from services.runtime.ledger.ledger_table import ledger

QUIET = {
    "DATELINE_DATABASE_URL": "",
    "DATELINE_FETCHER_FEED_INTERVAL": "3600",
    "DATELINE_FETCHER_REVISIT_SCALE": "100",
}
"""Nothing is looked at unless somebody asks for it, so that what a page shows is what the test has done."""
row_id = col(ReingestionRow.id)
STORY = "storm-response"
OLD = ("second-life", "media-advisory")


@dataclass(frozen=True)
class World:
    """What there is, and the numbers of what the pages show."""

    service: object
    newsroom: object
    subscriber: object
    key: str
    article: str
    endpoint: int
    reingestion: int
    message: int

    @property
    def base(self):
        return str(self.service.client.base_url).rstrip("/")

    @property
    def desk(self):
        return f"{self.base}/desk"

    def looks(self):
        """Polls the newsroom now."""
        self.service.post("/sources/newsroom/poll", 202)

    def stands_at(self, revision, headline):
        """Waits until the article of this headline has so many revisions; its id."""

        def found():
            each = [one for one in self.service.articles() if one["headline"] == headline]
            return each and each[0]["revision"] >= revision and each[0]["id"]

        return self.service.waits_for(found, f"revision {revision} of {headline}", 90)

    def begins_a_reingestion(self):
        """One of no pages that stays accepted, for no message was said of it; its number."""
        words = {"scope": {"all": True}, "reason": "to be followed", "asked_by": 1, "asked_by_name": "first key"}
        row = ReingestionRow(**words, asked_at=utcnow())
        return self._writes(insert(ReingestionRow).values(row.model_dump(exclude={"id"})).returning(row_id))

    def ends_the_reingestion(self, number):
        ended = update(ReingestionRow).where(row_id == number).values(state="done", steps=ReingestionRow.steps + 1)
        self._writes(ended.returning(row_id))

    def _writes(self, statement):
        engine = create_engine(self.service.database, connect_args={"timeout": 60})
        with engine.begin() as connection:
            found = connection.execute(statement).scalar_one()
        engine.dispose()
        return found

    def places(self):
        """Every page of the desk that one can be led to, by name."""
        article, endpoint = f"/articles/{self.article}", f"/webhooks/{self.endpoint}"
        delivery = self.service.get(f"{endpoint.replace('/webhooks', '/webhooks/endpoints')}/deliveries")["deliveries"][
            -1
        ]
        return {
            "now": "/",
            "articles": "/articles",
            "found": "/articles?q=storm",
            "article": article,
            "history": f"{article}/history",
            "explain": f"{article}/explain",
            "provenance": f"{article}/provenance",
            "events": f"{article}/events",
            "filtered": "/articles?source=newsroom&kind=news&order=oldest",
            "mistaken": "/articles?q=sorce:war",
            "taken-down": "/taken-down",
            "quarantine": "/quarantine",
            "preferences": "/preferences",
            "about": "/about",
            "sources": "/sources",
            "source": "/sources/newsroom",
            "source-edit": "/sources/newsroom/edit",
            "site-moved": "/sources/-/move",
            "together": "/taken-down/together",
            "pages": "/pages",
            "pages-found": "/pages?verdict=article&source=newsroom",
            "page": "/pages/1",
            "gaps": "/gaps",
            "coverage": "/coverage/newsroom",
            "reingestions": "/reingestions",
            "order": "/reingestions/new",
            "reingestion": f"/reingestions/{self.reingestion}",
            "findings": f"/reingestions/{self.reingestion}/findings",
            "webhooks": "/webhooks",
            "notifications": "/notifications",
            "endpoint": endpoint,
            "endpoint-new": "/webhooks/new?words=storm",
            "endpoint-edit": f"{endpoint}/edit",
            "would-have-been-sent": f"{endpoint}/preview",
            "delivery": f"{endpoint}/deliveries/{delivery['id']}",
            "troubles": "/troubles",
            "dead-letters": "/dead-letters",
            "dead-letter-messages": "/dead-letters/messages",
            "message": f"/dead-letters/{self.message}",
            "keys": "/keys",
            "log": "/log",
            "record": "/record",
            "nothing-here": "/nothing",
        }


def made(service, newsroom, subscriber):
    """The world, from a service that has had its first look at a newsroom with the old stories."""
    endpoint = service.subscribes(subscriber)
    closed = {"url": "http://127.0.0.1:9/closed", "description": "A receiver that was closed"}
    place = service.post("/webhooks/endpoints", 201, json=closed).headers["Location"]
    assert service.client.patch(place, json={"state": "disabled"}).is_success
    newsroom.publishes(STORY)
    headline = newsroom.samples[STORY].wordings[0].headline
    world = World(service, newsroom, subscriber, _key(service), "", endpoint, 0, 0)
    world.looks()
    world.stands_at(1, headline)
    newsroom.corrects(STORY)
    ingests_again(service, "refetch")
    article = world.stands_at(2, headline)
    subscriber.wait_for(2, 90)
    reingestion = ingests_again(service, "reparse", dry_run=True)
    return World(service, newsroom, subscriber, world.key, article, endpoint, reingestion, gives_up_on(service, "1"))


def gives_up_on(service, key):
    """Says a message of a capture that the archive never held, and waits until it is dead-lettered; its number."""
    _says(service, f"lost {key}")

    def aside():
        listed = service.get("/admin/dead-letters")["messages"]
        return [each["id"] for each in listed if each["key"] == f"lost {key}"]

    return service.waits_for(aside, "the message to be dead-lettered", 90)[0]


def gave_up_on(service, key, reason):
    """The same kind of message, as if it had been given up on for this reason."""
    _says(service, key, dead_lettered_at=utcnow(), reason=reason, cause=cause_of(reason))


def _says(service, key, **fields):
    engine, now = create_engine(service.database, connect_args={"timeout": 60}), utcnow()
    origin = Origin(page=0, key=f"lost/{key}", url="https://news.example/lost", source="newsroom")
    message = ParsePage(origin=origin, capture="0" * 64, fetched_at=now).model_dump_json()
    with engine.begin() as connection:
        words = {"kind": "ParsePage", "key": key, "message": message, "enqueued_at": now, "due_at": now}
        connection.execute(ledger.insert().values(words | {"lane": "live", "attempts": 0, "trace_id": "a7e0"} | fields))
    engine.dispose()


def ingests_again(service, mode, **order):
    """Everything, to its end; the number of the re-ingestion."""
    words = {"scope": {"all": True}, "mode": mode, "reason": "to see it at the desk", **order}
    place = service.post("/admin/reingestions", 202, json=words).headers["Location"]
    service.waits_for(lambda: service.get(place)["state"] == "done", f"the {mode}", 90)
    return service.get(place)["id"]


def _key(service):
    return service.client.headers["Authorization"].removeprefix("Bearer ")
