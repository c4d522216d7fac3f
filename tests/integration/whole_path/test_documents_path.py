"""A PDF that a channel lists goes the way of every page: capture, reading, article, event, revision, download."""

import pytest
from sqlmodel import select

from services.access import keys
from services.app import create_app
from services.fetcher import sources
from services.fetcher.source_seeds import ChannelSeed, SourceSeed
from services.parser import tasks as _parser  # noqa: F401 - they register themselves
from services.runtime.database import reading, transaction, utcnow
from services.runtime.provenance import verdicts
from services.store import tasks as _store  # noqa: F401
from services.store.models import KeptArticle, Revision
from tests.fakes.documents import paragraph, pdf, scanned
from tests.fakes.scripted import FEED, Scripted, feed
from tests.support.drain import drain
from tests.support.fetching import later, pages
from tests.support.in_process import client

pytestmark = pytest.mark.integration

TITLE = "Harbor Crews Reopen the Main Channel Ahead of Plan"
TEXT = (
    "Crews finished the dredging of the main channel on Monday, three weeks ahead of the plan, and reopened it to "
    "vessels with a draft of fifty feet, the commander of the district said at the pier."
)


def release(text):
    return pdf([(TITLE, 72, 740, 18), ("November 3, 2026", 72, 715), *paragraph(text, 680)])


@pytest.fixture
def newsroom():
    with Scripted() as site:
        yield site


def watches(site):
    with transaction() as session:
        channel = ChannelSeed(kind="feed", url=f"{site.url}/feed")
        sources.register(session, SourceSeed(name="district", channels=[channel]), utcnow())


def articles():
    with reading() as session:
        return list(session.exec(select(KeptArticle)).all())


def verdict():
    with reading() as session:
        return verdicts.find_all(session, [1])[1]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_listed_document_becomes_an_article_with_revisions(fetcher, newsroom):
    """Its corrected file is a revision; the body is downloaded byte for byte, and never as a page to be shown."""
    newsroom.serves("/feed", feed((f"{newsroom.url}/release.pdf", TITLE)), FEED)
    newsroom.serves("/release.pdf", release(TEXT), "application/pdf")
    watches(newsroom)
    drain(later(seconds=20))
    assert [(article.headline, article.kind) for article in articles()] == [(TITLE, "document")]

    corrected = release(TEXT.replace("fifty", "forty"))
    newsroom.serves("/release.pdf", corrected, "application/pdf")
    drain(later(days=40))
    with reading() as session:
        assert len(session.exec(select(Revision)).all()) == 2

    with transaction() as session:
        _, key = keys.create(session, "reader", ["read"], utcnow())
    with client(create_app(), key) as api:
        answer = api.get(f"/captures/{pages()[0].capture}/body")
        lines = api.get(f"/captures/{pages()[0].capture}/explanation").json()["lines"]
    assert answer.content == corrected
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert TITLE in [line["text"] for line in lines if line["rule"] == "headline"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_scanned_document_is_rejected_with_its_reason(fetcher, newsroom):
    """It is kept as a capture, and the page says why it gave nothing."""
    newsroom.serves("/feed", feed((f"{newsroom.url}/scan.pdf", TITLE)), FEED)
    newsroom.serves("/scan.pdf", scanned(), "application/pdf")
    watches(newsroom)
    drain(later(seconds=20))
    assert articles() == []
    assert verdict().rejected_reason == "no_text"
    assert pages()[0].capture


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_document_may_be_larger_than_a_page(fetcher, newsroom):
    """Releases come with their pictures; a page of the same size would be refused."""
    padded = release(TEXT) + b"%" * 30_000
    fetcher(FETCHER_MAX_PAGE="20000")
    newsroom.serves("/feed", feed((f"{newsroom.url}/r.pdf", TITLE)), FEED)
    newsroom.serves("/r.pdf", padded, "application/pdf")
    watches(newsroom)
    drain(later(seconds=20))
    assert [article.kind for article in articles()] == ["document"]
