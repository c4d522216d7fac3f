"""Orders to save, as a parser would give them, and what is read back."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from services.contracts.article import Article, Block
from services.contracts.messages import Origin, SaveArticle
from services.runtime.database import reading, transaction
from services.store.account import checks
from services.store.models import articles, events, revisions
from services.store.save import save

NOW = datetime(2026, 1, 12, 15, 0, tzinfo=UTC)
KEY = "afpims/defense:644123"
URL = "https://www.war.gov/News/Releases/Release/Article/644123/"
A, B, C = "The harbor reopened at dawn.", "The harbor reopened at noon.", "The harbor stays closed."


def order(words: str = A, *, minute: int = 0, parser: str = "1", **about) -> SaveArticle:
    """An order of the capture taken at this minute; `about` goes to the article, or to the origin if it knows it."""
    origin = {name: about.pop(name) for name in Origin.model_fields if name in about}
    fields = {"layout": "afpims", "kind": "release", "headline": "Harbor Reopens", "url": URL} | about
    return SaveArticle(
        origin=Origin(**{"page": 1, "key": KEY, "url": URL, "source": "war-releases"} | origin),
        capture=f"capture-{minute}",
        fetched_at=NOW + timedelta(minutes=minute),
        parser=parser,
        article=Article(body=(Block(text=words),), **fields),
    )


def saved(*orders: SaveArticle):
    """What became of the last of them, each saved in a transaction of its own."""
    for each in orders:
        with transaction() as session:
            last = save(session, each, NOW + timedelta(hours=1))
    return last


def rows(table, *columns: str):
    """Those columns of a whole table, in the order of its key."""
    with reading() as session:
        found = session.execute(select(*(table.c[name] for name in columns)).order_by(*table.primary_key)).all()
    return [tuple(row) if len(columns) > 1 else row[0] for row in found]


def wordings() -> list[tuple[int, str]]:
    """Number and first words of every revision, as the API lists them: the latest capture first."""
    with reading() as session:
        found = session.execute(select(revisions).order_by(revisions.c.fetched_at.desc(), revisions.c.number.desc()))
        return [(row.number, Article.model_validate_json(row.reading).body[0].text) for row in found]


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
        return all(check.holds for check in checks(session))
