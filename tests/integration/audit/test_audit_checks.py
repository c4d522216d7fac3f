"""What `dateline audit` says of each invariant, and what it does not overlook."""

import pytest
from sqlmodel import select

from services.audit import across
from services.contracts.messages import ParsePage
from services.fetcher.models import Page
from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger.jobs import enqueue
from services.runtime.ledger.ledger_table import LedgerRow
from tests.support.orders import order

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("db")]


def captured(minute):
    """The newest capture of the only page is that of this minute."""
    result = order(minute=minute)
    with transaction() as session:
        page = session.exec(select(Page)).one_or_none()
        page = page or Page(key="page", url="https://www.harbor.example/1", source="harbor", discovered_at=utcnow())
        page.capture, page.fetched_at = result.capture, result.fetched_at
        session.add(page)
        session.flush()
        return result.model_copy(update={"origin": result.origin.model_copy(update={"page": page.id})})


def said(given, **origin):
    about = given.origin.model_copy(update=origin)
    with transaction() as session:
        enqueue(session, ParsePage(origin=about, capture=given.capture, fetched_at=given.fetched_at))


def unread():
    with reading() as session:
        (check,) = [entry for entry in across.checks(session, 1) if entry.name == "every capture read"]
    return not check.holds


def test_an_older_capture_that_waits_does_not_hide_a_newer_one_that_was_lost():
    """Any message about the page counted as one about its newest capture."""
    said(captured(1))
    newer = captured(2)
    assert unread()
    said(newer)
    assert not unread()


def test_a_capture_that_a_reingestion_is_to_read_is_on_its_way():
    said(captured(1), reingestion=3)
    assert not unread()


def test_a_capture_whose_message_is_in_dead_letters_is_accounted_for():
    said(captured(1))
    with transaction() as session:
        session.exec(select(LedgerRow)).one().dead_lettered_at = utcnow()
    assert not unread()
