"""How a capture becomes a message to the store, or to the fetcher, on a real database of each kind."""

from datetime import timedelta

import pytest
from sqlmodel import select

from services.contracts.messages import Origin, PageRejected, ParsePage
from services.parser import tasks as _handlers  # noqa: F401 - they register themselves
from services.runtime import archive, ledger, worker
from services.runtime.archive import Capture
from services.runtime.database import reading, transaction, utcnow
from services.runtime.entries import Entry
from services.runtime.ledger import say

pytestmark = pytest.mark.integration

URL = "https://www.war.gov/News/Releases/Release/Article/4100001/a-release/"
ORIGIN = Origin(page=1, key="afpims/defense:4100001", url=URL, source="war")


def said(kind):
    with reading() as session:
        found = session.exec(select(Entry).where(Entry.kind == kind.__name__).order_by(Entry.id)).all()
    return [kind.model_validate_json(entry.message) for entry in found]


def test_each_capture_without_an_article_has_a_verdict_of_its_own(db):
    """The fetcher is away, and the page changed meanwhile: the verdict on the first must not swallow the second's."""
    names = []
    for number in range(2):
        at = utcnow() + timedelta(minutes=number)
        body = f"<html><title>{number}</title></html>".encode()
        names.append(archive.keep(Capture(URL, at, 200, (("Content-Type", "text/html"),), body)))
        with transaction() as session:
            say(session, ParsePage(origin=ORIGIN, capture=names[-1], fetched_at=at), key=f"1:{names[-1]}:")
    for row, kind in ledger.due(utcnow(), kinds=["ParsePage"]):
        worker.handle(kind, [row])
    assert [told.capture for told in said(PageRejected)] == names
