"""What `dateline audit` asks of the store: how much it holds, and whether it holds together."""

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Subquery, and_, exists, false, func, literal, select
from sqlmodel import Session

from services.contracts.checks import Check
from services.runtime.events.follow import forgotten
from services.runtime.events.tables import events
from services.runtime.transparency_log.leaf import WORDINGS, canonical_json, salted_digest
from services.runtime.transparency_log.tables import leaves
from services.store.models import NAMELESS, articles, quarantine, revisions

CLOCKS = timedelta(hours=1)
"""By how much events may be out of the order of their times, because they come from several machines."""


def counts(session: Session) -> dict[str, int]:
    """How many articles and revisions there are, and readings in quarantine, if any."""
    tables = {"articles": articles, "revisions": revisions}
    counted = {name: _number(session, select(func.count()).select_from(table)) for name, table in tables.items()}
    in_quarantine = _number(session, select(func.count()).select_from(quarantine).where(quarantine.c.state == "held"))
    return counted | ({"readings in quarantine": in_quarantine} if in_quarantine else {})


def checks(session: Session) -> tuple[Check, ...]:
    """Every invariant of the store, as it stands now."""
    return (
        _none(session, _without_current(), "current revisions", "articles lack their current revision"),
        _none(session, _miscounted(), "kept revisions", "articles do not keep as many wordings as they counted"),
        _none(session, _nameless(), "named captures", "revisions do not name their capture"),
        _none(
            session,
            _never_created(session),
            "articles created once",
            "articles do not have exactly one event of their creation",
            _created_again(),
        ),
        _none(session, _unlogged(), "logged revisions", "revisions have no leaf in the transparency log"),
        _none(session, _lost(), "kept log", "leaves of the transparency log are of a revision that is not there"),
        _none(
            session,
            _unlogged_changes(),
            "logged changes",
            "changes of articles are in the database or in the transparency log, and not in both",
            *_one_sided(),
        ),
    )


def wording_checks(session: Session) -> tuple[Check, ...]:
    """Whether each wording is the one that its newest leaf in the transparency log names."""
    newest = (
        select(func.max(leaves.c.number))
        .where(
            leaves.c.article == revisions.c.article,
            leaves.c.revision == revisions.c.number,
            leaves.c.kind.in_(WORDINGS),
        )
        .correlate(revisions)
        .scalar_subquery()
    )
    both = (
        select(revisions.c.article, revisions.c.reading, revisions.c.capture, leaves.c.salt, leaves.c.body)
        .join(leaves, leaves.c.number == newest)
        .where(leaves.c.salt.is_not(None))
    )
    wrong = [row.article for row in session.execute(both, execution_options={"yield_per": 100}) if not _is_named(row)]
    first = f" ({', '.join(sorted(set(wrong))[:3])})" if wrong else ""
    sentence = f"{len(wrong)} revisions are not what their leaf in the transparency log says{first}."
    return Check("revisions as logged", holds=not wrong, sentence=sentence), _kept_salts(session)


def _kept_salts(session: Session) -> Check:
    """Without its salt a leaf proves no text any more, which is right for what was erased alone."""
    erased = select(articles.c.id).where(articles.c.erased_at.is_not(None))
    gone = select(func.count()).select_from(leaves).where(leaves.c.salt.is_(None), leaves.c.article.not_in(erased))
    return _none(session, gone, "kept salts", "leaves have lost their salt, and their article was not erased")


def _is_named(row: Row[Any]) -> bool:
    try:
        leaf, text = json.loads(row.body), canonical_json(json.loads(row.reading))
        return (leaf["reading"], leaf["capture"]) == (salted_digest(row.salt, text), row.capture)
    except (ValueError, KeyError, TypeError, RecursionError):
        return False


def _unlogged() -> Select[Any]:
    # A leaf that says it was read again, or that its article moved then, does not say that it came.
    this = and_(leaves.c.article == revisions.c.article, leaves.c.revision == revisions.c.number)
    return select(func.count()).select_from(revisions).where(~exists().where(this, leaves.c.kind == "revision"))


def _lost() -> Select[Any]:
    there = and_(revisions.c.article == leaves.c.article, revisions.c.number == leaves.c.revision)
    named = leaves.c.kind.in_(WORDINGS)
    return select(func.count()).select_from(leaves).where(named, ~exists().where(there))


LOGGED = ("removed", "restored", "moved", "withdrawn")
"""Changes of which each event has a leaf; what was merged or erased says so in its row."""


def _unlogged_changes() -> Select[Any]:
    """Articles that have more events of a kind than leaves of it."""
    types = [f"article.{kind}" for kind in LOGGED]
    happened = _counted(events.c.subject, events.c.type, types)
    logged = _counted(leaves.c.article, literal("article.") + leaves.c.kind, types)
    same = and_(happened.c.article == logged.c.article, happened.c.what == logged.c.what)
    both = happened.outerjoin(logged, same)
    return select(func.count()).select_from(both).where(happened.c.number > func.coalesce(logged.c.number, 0))


def _counted(article: ColumnElement[Any], what: ColumnElement[Any], types: Sequence[str]) -> Subquery:
    counted = select(article.label("article"), what.label("what"), func.count().label("number"))
    return counted.where(what.in_(types)).group_by(article, what).subquery()


def _one_sided() -> Iterator[Select[Any]]:
    """Articles that are merged or erased with no leaf that says so, and leaves that say so of others."""
    for kind, column in (("merged", articles.c.merged_into), ("erased", articles.c.erased_at)):
        this = and_(leaves.c.article == articles.c.id, leaves.c.kind == kind)
        yield select(func.count()).select_from(articles).where(column.is_not(None), ~exists().where(this))
        so = and_(this, column.is_not(None))
        yield select(func.count()).select_from(leaves).where(leaves.c.kind == kind, ~exists().where(so))


# Each goes through an index, in its order, and looks the other side up: at a million articles a subquery for each of
# them took PostgreSQL ten times as long.
def _without_current() -> Select[Any]:
    current = and_(revisions.c.article == articles.c.id, revisions.c.number == articles.c.revision)
    return select(func.count()).select_from(articles).where(~exists().where(current))


def _miscounted() -> Select[Any]:
    """An article with none at all lacks its current one, too."""
    retained = select(revisions.c.article, func.count().label("number")).group_by(revisions.c.article).subquery()
    both = retained.join(articles, articles.c.id == retained.c.article)
    return select(func.count()).select_from(both).where(articles.c.revisions != retained.c.number)


def _nameless() -> Select[Any]:
    return select(func.count()).select_from(revisions).where(NAMELESS)


def _never_created(session: Session) -> Select[Any]:
    created = and_(events.c.subject == articles.c.id, events.c.type == "article.created")
    lacking = select(func.count()).select_from(articles).where(~exists().where(created))
    if not (gone := forgotten(session)):
        return lacking
    first = session.execute(select(events.c.occurred_at).where(events.c.sequence == gone + 1)).scalar()
    # Of what came before the first event that is kept, it is forgotten.
    return lacking.where(articles.c.first_seen > first + CLOCKS if first else false())


def _created_again() -> Select[Any]:
    several = (
        select(events.c.subject)
        .where(events.c.type == "article.created")
        .group_by(events.c.subject)
        .having(func.count() > 1)
    )
    return select(func.count()).select_from(several.subquery())


def _none(session: Session, amiss: Select[Any], name: str, fault: str, *others: Select[Any]) -> Check:
    number = sum(_number(session, query) for query in (amiss, *others))
    return Check(name, holds=not number, sentence=f"{number} {fault}.")


def _number(session: Session, query: Select[Any]) -> int:
    return int(session.execute(query).scalar() or 0)
