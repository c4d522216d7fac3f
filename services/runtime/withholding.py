"""What is withheld: the words in events of an article that was withdrawn or erased, and captures that are not shown.

A withdrawn article's events keep their numbers, and say who it was and no word more. What they said before waits here
until somebody restores the article. Of an erased one nothing waits.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from sqlalchemy import Row, bindparam, delete, insert, select, update
from sqlalchemy import Table as Relation
from sqlmodel import Field, Session, SQLModel

from services.contracts.article_view import ArticleView
from services.runtime.database import Table
from services.runtime.events.append import frozen
from services.runtime.events.tables import Compressed, events

Mark = Literal["withdrawn", "erased"]
HEADLINES: dict[Mark, str] = {"withdrawn": "Withdrawn", "erased": "Erased"}
"""What stands where a headline stood."""
KEPT = (
    "id",
    "url",
    "source",
    "kind",
    "layout",
    "lang",
    "revision",
    "first_seen",
    "updated",
    "status",
    "status_since",
    "status_looks",
)
"""What is still said of an article that is withheld."""


class WithheldEvent(Table, table=True):
    """The body of an event of a withdrawn article, until that is restored or erased."""

    __tablename__ = "withheld_events"

    id: str = Field(primary_key=True)
    article: str = Field(index=True)
    body: str = Field(sa_type=Compressed, repr=False)


class WithheldCapture(Table, table=True):
    """A capture that is not shown, because its article was withdrawn; or that is erased, because that was."""

    __tablename__ = "withheld_captures"

    name: str = Field(primary_key=True)
    article: str = Field(index=True)
    erased: bool = False


withheld_events: Relation = SQLModel.metadata.tables["withheld_events"]
withheld_captures: Relation = SQLModel.metadata.tables["withheld_captures"]


def withhold_events(session: Session, article: str) -> None:
    """Takes the words out of the article's events, and keeps the bodies as they were."""
    rows = _events(session, article)
    known = set(session.execute(select(withheld_events.c.id).where(withheld_events.c.article == article)).scalars())
    if kept := [{"id": row.id, "article": article, "body": row.body} for row in rows if row.id not in known]:
        session.execute(insert(withheld_events), kept)
    _mask(session, rows, "withdrawn")


def show_events(session: Session, article: str) -> None:
    """Gives the article's events the bodies back that they had."""
    rows = session.execute(select(withheld_events).where(withheld_events.c.article == article)).all()
    _write(session, [(row.id, row.body) for row in rows])
    session.execute(delete(withheld_events).where(withheld_events.c.article == article))


def erase_events(session: Session, article: str) -> None:
    """Takes the words out of the article's events for good."""
    _mask(session, _events(session, article), "erased")
    session.execute(delete(withheld_events).where(withheld_events.c.article == article))


def withhold_captures(session: Session, article: str, names: Iterable[str], *, erased: bool) -> None:
    """These captures are not shown any more; `erased` ones are to go from the archive."""
    these = sorted(set(names))
    session.execute(delete(withheld_captures).where(withheld_captures.c.name.in_(these)))
    if these:
        rows = [{"name": name, "article": article, "erased": erased} for name in these]
        session.execute(insert(withheld_captures), rows)


def show_captures(session: Session, article: str) -> None:
    """The article's captures are shown again."""
    session.execute(delete(withheld_captures).where(withheld_captures.c.article == article))


def is_withheld(session: Session, capture: str) -> bool:
    """Whether this capture must not be shown."""
    this = select(withheld_captures.c.name).where(withheld_captures.c.name == capture)
    return session.execute(this).first() is not None


def is_erased(session: Session, capture: str) -> bool:
    """Whether this capture was ordered to be erased."""
    this = (withheld_captures.c.name == capture, withheld_captures.c.erased)
    return session.execute(select(withheld_captures.c.name).where(*this)).first() is not None


def erased_captures(session: Session) -> set[str]:
    """The captures that were ordered to be erased: nobody may miss them."""
    return set(session.execute(select(withheld_captures.c.name).where(withheld_captures.c.erased)).scalars())


def masked(article: dict[str, Any], mark: Mark) -> dict[str, Any]:
    """An article as it is shown while it is withheld: who it is, and no word of it."""
    fields = {name: article[name] for name in KEPT if name in article}
    whole = ArticleView.model_validate(fields | {"headline": HEADLINES[mark]}).model_dump(mode="json")
    return {name: value for name, value in whole.items() if name in article or name == "headline"}


def _events(session: Session, article: str) -> Sequence[Row[Any]]:
    return session.execute(select(events.c.id, events.c.body).where(events.c.subject == article)).all()


def _mask(session: Session, rows: Sequence[Row[Any]], mark: Mark) -> None:
    _write(session, [(row.id, _without_words(row.body, mark)) for row in rows])


def _without_words(body: str, mark: Mark) -> str:
    event = json.loads(body)
    facts = {name: value for name, value in event["data"].items() if name != "evidence"}
    if isinstance(facts.get("article"), dict):
        facts["article"] = masked(facts["article"], mark)
    if isinstance(facts.get("merged"), dict):
        facts["merged"] = facts["merged"] | {"headline": HEADLINES[mark]}
    if "change" in facts:
        facts["change"] = None
    if "evidence" in event["data"]:
        facts["evidence"] = []
    return frozen(event | {"data": facts, mark: True})


def _write(session: Session, bodies: Sequence[tuple[str, str]]) -> None:
    if bodies:
        session.execute(_UPDATE, [{"this": name, "new": body} for name, body in bodies])


_UPDATE = update(events).where(events.c.id == bindparam("this")).values(body=bindparam("new", type_=Compressed))
