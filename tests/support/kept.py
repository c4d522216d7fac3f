"""Orders saved as a worker saves them, and what the store keeps of them."""

from datetime import timedelta

from sqlalchemy import select

from services.contracts.article import Article
from services.contracts.messages import SaveArticle
from services.runtime.database import reading, transaction
from services.runtime.events import checks as log
from services.runtime.events.tables import events
from services.store.checks import checks
from services.store.models import articles, revisions
from services.store.save import save
from tests.support.orders import NOW


def saved(*orders: SaveArticle, hours: float = 1):
    """What became of the last of them, each saved in a transaction of its own, so many hours after `NOW`."""
    for order in orders:
        with transaction() as session:
            last = save(session, order, NOW + timedelta(hours=hours))
    return last


def rows(table, *columns: str):
    """Those columns of a whole table, in the order of its key."""
    order = [events.c.sequence] if table is events else table.primary_key
    with reading() as session:
        entries = session.execute(select(*(table.c[name] for name in columns)).order_by(*order)).all()
    return [tuple(row) if len(columns) > 1 else row[0] for row in entries]


def wordings() -> list[tuple[int, str]]:
    """Number and first words of every revision, as the API lists them: the latest capture first."""
    with reading() as session:
        result = session.execute(select(revisions).order_by(revisions.c.fetched_at.desc(), revisions.c.number.desc()))
        return [(row.number, Article.model_validate_json(row.reading).body[0].text) for row in result]


def current() -> str:
    """The words that stand, of the only article."""
    (number,) = rows(articles, "revision")
    return dict(wordings())[number]


def told() -> list[str]:
    """The types of all events, in their order."""
    return rows(events, "type")


def sound() -> bool:
    """Whether every invariant of the store holds."""
    with reading() as session:
        return all(check.holds for check in (*checks(session), log.check(session)))
