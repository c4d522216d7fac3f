"""One change on many pages over HTTP: which there were, and all pages of each, those that came later as well."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel
from sqlalchemy import Row

from services.runtime.database import reading
from services.runtime.http.problems import After, Limit, Problem, Storable, cursor, page, position, requires
from services.store import shared_changes

router = APIRouter(prefix="/shared-changes", tags=["changes"])
ChangeId = Annotated[Storable, Path(max_length=40, examples=["chg_1f0c5a6be2d94c0fa7b3"])]
LISTING = "shared changes"
LATEST = 100
"""Changes in the list."""


class SharedChangeLine(BaseModel):
    """A change that many pages of a host have in common: what it was, on how many pages so far, and since when."""

    id: str
    source: str
    host: str
    sentence: str
    fields: list[str]
    opened_at: datetime
    number: int


class SharedChangePageView(BaseModel):
    """A page that was changed so; `since` is when that was seen."""

    article: str
    url: str | None
    headline: str
    since: datetime


class SharedChangeView(SharedChangeLine):
    """The same with its pages, those that were seen first in front. `next` is the cursor of the page that follows."""

    pages: list[SharedChangePageView]
    next: str | None


@router.get("", dependencies=[requires("read")])
def list_shared_changes(
    source: Annotated[Storable | None, Query(max_length=200)] = None,
) -> list[SharedChangeLine]:
    """Those of the last 90 days, the latest first, 100 at most."""
    with reading() as session:
        return [_line(row) for row in shared_changes.find_changes(session, source, LATEST)]


@router.get("/{change}", dependencies=[requires("read")])
def show_shared_change(change: ChangeId, limit: Limit = 50, after: After = None) -> SharedChangeView:
    """One of them with its pages: the list grows for 90 days, as further pages turn out to be changed so."""
    with reading() as session:
        row = shared_changes.find_change(session, change)
        if row is None:
            raise Problem(404, "No such change", "GET /shared-changes lists those of the last 90 days.")
        found = shared_changes.pages_of_change(session, change, limit + 1, position(LISTING, after, datetime, str))
    shown, following = page(found, limit, lambda row: cursor(LISTING, row.at, row.article))
    pages = [
        SharedChangePageView(article=entry.article, url=entry.url, headline=entry.headline, since=entry.at)
        for entry in shown
    ]
    return SharedChangeView(**_line(row).model_dump(), pages=pages, next=following)


def _line(row: Row[Any]) -> SharedChangeLine:
    return SharedChangeLine(
        id=row.id,
        source=row.source,
        host=row.host,
        sentence=row.about.replace("{}", str(row.number), 1),
        fields=row.fields,
        opened_at=row.opened_at,
        number=row.number,
    )
