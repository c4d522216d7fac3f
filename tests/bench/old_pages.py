"""An installation that has watched for long: so many pages captured, stored and at rest, written without a newsroom."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from sqlalchemy import text
from sqlmodel import col, select

from services.cli.processes import schema
from services.contracts.article import Article
from services.contracts.messages import SaveArticle
from services.fetcher import frontier
from services.fetcher.discover import Listed
from services.fetcher.models import Page
from services.fetcher.origins import origin_of
from services.parser.extract import extract
from services.parser.layouts import VERSIONS
from services.parser.version import PARSER_VERSION
from services.runtime import database
from services.runtime.archive import capture_store
from services.runtime.archive.capture_store import Capture
from services.runtime.provenance import verdicts
from services.runtime.provenance.verdicts import Read
from services.runtime.settings import runtime_settings
from services.store.save import save
from tests.fakes.generated import EPOCH, GeneratedNewsroom

SOURCE = "old"
AT_ONCE = 500
DISTINCT = 200
"""Texts that are read by the parser to make the articles; the other pages say the same under numbers of their own."""
TYPE = "text/html; charset=utf-8"


def make(state: Path, count: int, database_url: str = "") -> None:
    """Brings an empty installation to so many old pages, as the parser of today reads them."""
    own = {"DATELINE_STATE": str(state), "DATELINE_DATABASE_URL": database_url, "DATELINE_REDIS_URL": ""}
    # A bench need not survive a power cut.
    with patch.dict(os.environ, own), patch.object(os, "fsync"):
        runtime_settings.cache_clear()
        schema.upgrade()
        texts = list(_texts(min(count, DISTINCT)))
        for begin in range(0, count, AT_ONCE):
            _batch(range(begin, min(begin + AT_ONCE, count)), texts)
        with database.transaction() as session:
            # At rest: nobody is there to be visited, nor to be told.
            session.execute(text("DELETE FROM ledger WHERE kind <> 'FetchPage'"))
            session.execute(text("UPDATE ledger SET due_at = '2999-01-01 00:00:00.000000', woken_at = NULL"))
        database.engine().dispose()
    runtime_settings.cache_clear()


def _texts(count: int) -> Iterator[tuple[bytes, Article]]:
    newsroom = GeneratedNewsroom(count)
    for number in range(count):
        body = newsroom.page(number)
        read = extract(body, url=_url(number), content_type=TYPE)
        assert isinstance(read, Article)
        yield body, read
    newsroom.stop()


def _batch(numbers: range, texts: list[tuple[bytes, Article]]) -> None:
    with database.transaction(lasting=False) as session:
        listed = {_url(number): number for number in numbers}
        frontier.join(session, SOURCE, 1, [Listed(url) for url in listed], backlog=True, now=EPOCH)
        pages = session.exec(select(Page).where(col(Page.url).in_(listed))).all()
        for page in pages:
            number = listed[page.url]
            body, read = texts[number % len(texts)]
            _keep(page, body, number)
            article = read.model_copy(update={"url": page.url})
            order = SaveArticle(
                origin=origin_of(page, {}),
                capture=page.capture,
                fetched_at=page.fetched_at,
                parser=PARSER_VERSION,
                layout_version=VERSIONS[article.layout],
                digest=article.digest(),
                article=article,
            )
            saved = save(session, order, page.fetched_at)
            verdicts.hold_read(session, page.id, saved.article, Read.of(order))


def _keep(page: Page, body: bytes, number: int) -> None:
    at = EPOCH + timedelta(seconds=number)
    page.capture = capture_store.keep(Capture(page.url, at, 200, (("Content-Type", TYPE),), body))
    page.payload, page.content_type, page.fetched_at = capture_store.payload_digest(body), TYPE, at
    page.visited_at = at
    page.outcome = "new"


def _url(number: int) -> str:
    return f"https://www.old.mil/News/Article/{6_000_000 + number}/generated/"
