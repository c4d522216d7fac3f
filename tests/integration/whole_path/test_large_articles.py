"""An article that is larger than any event may be is cut, says so, and is still told of."""

import json

import pytest

from services.contracts.article import Article, Block, Removed
from services.contracts.bounds import EVENT
from services.contracts.urls import article_id
from services.parser.extract import extract
from services.runtime.events.tables import events
from tests.support.event_log import body_of
from tests.support.kept import rows, saved, sound
from tests.support.orders import KEY, URL, order

pytestmark = pytest.mark.integration


def test_no_event_is_larger_than_a_receiver_takes_whoever_read_the_page(db):
    """Here a parser that knew no bounds."""
    blocks = tuple(Block(text="Ünder “the” storm\\. " * 500) for _ in range(1_000))
    received = order(cause="live").article.model_copy(
        update={"body": blocks, "removed": (Removed(rule="share", text="x" * 5_000_000),)}
    )
    body = body_of(saved(order(cause="live").model_copy(update={"article": received})).announce.event)
    assert 400_000 < len(body.encode()) < EVENT
    article = json.loads(body)["data"]["article"]
    assert (article["id"], article["truncated"]) == (article_id(KEY), True)
    assert rows(events, "body") == [body]
    assert sound()


def test_a_page_of_a_million_words_is_an_article_that_says_it_was_cut():
    page = "".join(f"<p>Sentence {n} of a long story says that the harbor is open again.</p>" for n in range(80_000))
    reading = extract(f"<html><body><main><h1>Harbor Reopens</h1>{page}</main></body></html>".encode(), url=URL)
    assert isinstance(reading, Article)
    assert reading.truncated
    assert reading.body[0].text.startswith("Sentence 0 of")
