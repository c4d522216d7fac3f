"""An installation with some imported pages, whose workers are this process: orders are carried out on demand."""

from datetime import timedelta

from sqlalchemy import text
from sqlmodel import select

from services.contracts.messages import Rejection
from services.contracts.wiring import KINDS
from services.fetcher.importing import import_file
from services.fetcher.models import Page
from services.parser.version import PARSER_VERSION
from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger import jobs
from services.runtime.provenance import verdicts
from services.store import checks as store
from tests.support.drain import drain

PAGE = """<!DOCTYPE html><html lang="en"><head><title>{headline}</title>
<meta property="article:published_time" content="2026-01-{day:02}"></head><body><article><h1>{headline}</h1>
<p>The {place} reopened at dawn on Monday, two days after the storm, and the first ships entered it at noon.</p>
<p>Engineers had cleared the channel through the night, the port's commander said, and marked its edges anew.</p>
<p>Ferries to the islands will run again from Tuesday on, as soon as both piers have been looked at.</p>
</article></body></html>"""
NO_ARTICLE = (
    "<!DOCTYPE html><html><head><title>Page not found</title></head><body><h1>Page not found</h1></body></html>"
)
GAVE = "SELECT article FROM verdicts JOIN pages ON pages.id = page WHERE url = :url"
READ_BY_0 = "UPDATE verdicts SET read_parser = '0', read_generation = 0, read_digest = '' WHERE article = :article"
SOON = timedelta(seconds=60)
"""Later than anything that waits for room or for a hop, and sooner than any visit by plan."""


def url(number):
    return f"https://harbor.example/news/{number}"


def publish(*numbers):
    """Imports these pages and lets them become articles."""
    for number in numbers:
        content = PAGE.format(headline=f"Harbor {number} Reopens", day=number, place=f"harbor {number}")
        arrives(number, content)
    settle()


def arrives(number, words):
    """A page as a file, captured just now."""
    now = utcnow()
    import_file("page.html", words.encode(), url(number), now, now)


def settle(until=lambda: False):
    """Does what is due, and what would be due later, until nothing is left to do or `until` is true."""
    for round_ in range(200):
        drain(utcnow() + timedelta(seconds=2 * round_))
        if until() or not jobs.due(utcnow() + SOON, kinds=list(KINDS)):
            return
    raise AssertionError(rows("SELECT kind, key, due_at, reason FROM ledger"))


def as_an_older_parser_read(*numbers):
    """The articles of these pages as parser 0 would have left them: with other words."""
    with transaction() as session:
        for number in numbers:
            page = session.execute(text(GAVE), {"url": url(number)}).scalar()
            wrong = f"SHARE Harbor {number} Reopens"
            fields = {"article": page, "right": f'"headline":"{wrong[6:]}"', "wrong": f'"headline":"{wrong}"'}
            changed = session.execute(
                text(
                    "UPDATE revisions SET parser = '0', content_hash = 'other', "
                    "reading = replace(reading, :right, :wrong) WHERE article = :article"
                ),
                fields,
            )
            assert changed.rowcount == 1
            head = "UPDATE articles SET parser = '0', headline = :wrong WHERE id = :article"
            session.execute(text(head), {"article": page, "wrong": wrong})
            session.execute(text(READ_BY_0), {"article": page})


def as_rejected(number):
    """The parser of today gave no article out of this page."""
    with transaction() as session:
        page, capture, fetched_at = session.execute(
            select(Page.id, Page.capture, Page.fetched_at).where(Page.url == url(number))
        ).one()
        why = Rejection(
            capture=capture, fetched_at=fetched_at, parser=PARSER_VERSION, reason="stub", detail="Only a link."
        )
        verdicts.hold_rejected(session, page, why)


def rows(query):
    with reading() as session:
        return [tuple(row) for row in session.execute(text(query)).all()]


def scalar(query):
    return rows(query)[0][0]


def execute(statement):
    with transaction() as session:
        assert session.execute(text(statement)).rowcount > 0


def order(operator, scope=None, status=202, **words):
    """Orders it; its address."""
    asked = {"scope": scope or {"all": True}, "reason": "a test"} | words
    answer = operator.post("/admin/reingestions", json=asked)
    assert answer.status_code == status, answer.text
    return answer.headers["location"]


def done(operator, place, state="done"):
    """The order at its end."""
    settle()
    body = operator.get(place).json()
    assert body["state"] == state, body
    return body


def asked(operator, place, status=202):
    answer = operator.post(place)
    assert answer.status_code == status, answer.text
    return answer.json()


def kept():
    """All that the store and the webhooks remember, to see whether anything was written."""
    return {name: rows(f"SELECT * FROM {name} ORDER BY 1, 2") for name in ("articles", "revisions", "events")}


def sound():
    """Whether every invariant of the store holds."""
    with reading() as session:
        return [check.sentence for check in store.checks(session) if not check.holds]
