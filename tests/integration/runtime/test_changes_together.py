"""Corrections that are saved together come to the same as one by one, in few statements."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from services.contracts.messages import Announce, HostRecovered, SaveArticle
from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger.jobs import Outgoing, enqueue_all
from services.store import tasks as _handlers  # noqa: F401 - they register themselves
from services.store.models import articles, revisions, texts
from tests.support.batches import PAGES, open_ones, together
from tests.support.orders import A, B, C, order
from tests.support.statements import counted


def test_what_is_said_twice_in_one_breath_is_said_once(db):
    """The earlier time counts, with its words, and the live lane."""
    now = utcnow()
    later, sooner = (Outgoing(HostRecovered(host="a.example"), now + timedelta(hours=hours)) for hours in (2, 1))
    with transaction() as session:
        enqueue_all(
            session, [later, sooner, Outgoing(HostRecovered(host="a.example"), now + timedelta(hours=3), "bulk")]
        )
    [row] = open_ones(HostRecovered)
    assert (row.due_at, row.lane) == (sooner.due_at, "live")


CHANGES = {
    "updated": lambda about: order(B, minute=5, **about),
    "refreshed": lambda about: order(A, minute=5, parser="2", tags=("Navy",), **about),
    "unchanged": lambda about: order(A, minute=5, **about),
    "late": lambda about: order(C, minute=-5, **about),
    "late again": lambda about: order(A, minute=-5, **about),
}


def stands(prefix):
    """All that is kept of the articles with these keys, but for what tells them apart."""
    with reading() as session:
        rows = session.execute(
            select(articles).where(articles.c.key.startswith(prefix)).order_by(articles.c.page)
        ).all()
        ids = [row.id for row in rows]
        wordings = session.execute(
            select(revisions).where(revisions.c.article.in_(ids)).order_by(revisions.c.article, revisions.c.number)
        ).all()
        entries = session.execute(select(texts.c.article, texts.c.text).where(texts.c.article.in_(ids))).all()
    place = {this: number for number, this in enumerate(ids)}
    ordered = sorted(
        (place[wording.article], wording.number, wording.content_hash, wording.parser, wording.capture)
        for wording in wordings
    )
    heads = [(row.revision, row.revisions, row.capture, row.parser, row.headline, row.fetched_at) for row in rows]
    return heads, ordered, sorted((place[wording.article], wording.text) for wording in entries)


def test_changes_of_known_articles_come_to_the_same_together_as_one_by_one(db):
    """Updated, refreshed, unchanged, and late ones, seen before and not."""
    for prefix, at_once, first in (("together", True, 1), ("alone", False, 11)):
        known = [
            {"page": first + number, "key": f"{prefix}-{number}", "url": f"https://www.war.gov/{prefix}/{number}"}
            for number in range(len(CHANGES))
        ]
        changed = [make(about) for make, about in zip(CHANGES.values(), known, strict=True)]
        for orders in ([order(A, **about) for about in known], changed):
            for batch in [orders] if at_once else [[entry] for entry in orders]:
                with transaction() as session:
                    enqueue_all(session, [Outgoing(entry) for entry in batch])
                assert together(SaveArticle) == len(batch)
    assert stands("together") == stands("alone")
    assert [head[:2] for head in stands("alone")[0]] == [(2, 2), (1, 1), (1, 1), (1, 2), (1, 1)]


@pytest.mark.parametrize(
    ("text", "reported"),
    [(lambda number: f"The harbor reopened at noon, ship {number} said.", PAGES), (lambda _number: B, 1)],
    ids=["each in its own way", "all in the same way"],
)
def test_known_articles_that_change_together_cost_few_statements(db, text, reported):
    """Twenty corrections, each with its revision, text and event: it was five statements for each.

    Where all of them are one change of the site, its notice and the list of its pages cost a few more.
    """
    for wording, minute in ((lambda _number: A, 0), (text, 5)):
        with transaction() as session:
            enqueue_all(
                session,
                [
                    Outgoing(
                        order(
                            wording(number),
                            minute=minute,
                            page=number,
                            key=f"k{number}",
                            url=f"https://www.war.gov/{number}",
                        )
                    )
                    for number in range(PAGES)
                ],
            )
        with counted() as cost:
            assert together(SaveArticle) == PAGES
    with reading() as session:
        assert set(session.execute(select(articles.c.revision)).scalars()) == {2}
    assert len(open_ones(Announce)) == PAGES + reported
    assert len(cost.statements) <= PAGES + (5 if reported == 1 else 0), "\n".join(cost.statements)
