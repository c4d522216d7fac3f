"""TimeGate and TimeMap (RFC 7089): the captures of a page by its address, for the tools of web archives."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request, Response
from sqlmodel import Session

from services.contracts.urls import BadAddress, address_key, article_id, meant_url, page_key
from services.runtime.database import reading
from services.runtime.http.memento import LINKS, asked_instant, map_places, memento_link, memento_places
from services.runtime.http.problems import Problem, Storable, requires
from services.store.handover import proving_captures
from services.store.search import find_article

router = APIRouter(prefix="/memento", tags=["captures"], dependencies=[requires("read")])
by_address = APIRouter(prefix="/memento", dependencies=[requires("read")], include_in_schema=False)
"""Gate and map with the address behind their own, whose query is the address's."""

Address = Annotated[Storable, Query(max_length=2000, description="The address of the page.")]


@dataclass(frozen=True)
class Memento:
    """A capture of an address, and when it was made."""

    capture: str
    at: datetime


@router.get("/timegate", status_code=302, response_class=Response)
def show_timegate(
    url: Address,
    request: Request,
    accept_datetime: Annotated[str | None, Header(description="An HTTP date; the latest without.")] = None,
) -> Response:
    """Leads to the capture of this page that was made nearest to the time in `Accept-Datetime`."""
    try:
        instant = asked_instant(accept_datetime)
    except ValueError:
        advice = "Give a date as HTTP writes it: Thu, 31 May 2007 20:35:00 GMT."
        raise Problem(400, "Accept-Datetime is no date", advice) from None
    base, mementos = str(request.base_url), _mementos(url)
    nearest = min(mementos, key=lambda entry: abs(entry.at - instant)) if instant else mementos[-1]
    links = ", ".join((memento_places(base, url), *_ends(base, mementos)))
    headers = {"Location": f"{base}captures/{nearest.capture}/body", "Vary": "accept-datetime", "Link": links}
    return Response(status_code=302, headers=headers)


@router.get("/timemap", response_class=Response)
def show_timemap(url: Address, request: Request) -> Response:
    """All captures of this page that prove a wording, and the latest, as links with their times."""
    base, mementos = str(request.base_url), _mementos(url)
    links = [map_places(base, url, mementos[0].at, mementos[-1].at), *_ends(base, mementos)]
    links += [memento_link(base, entry.capture, entry.at) for entry in mementos[1:-1]]
    return Response(",\n".join(links) + "\n", media_type=LINKS)


# Clients of web archives know a gate and a map by what they begin with, and add the address as it is.
@by_address.get("/timegate/{address:path}", status_code=302, response_class=Response)
def show_timegate_of(
    address: Annotated[Storable, Path(max_length=2000)],
    request: Request,
    accept_datetime: Annotated[str | None, Header()] = None,
) -> Response:
    """As `timegate?url=`."""
    return show_timegate(_with_query(address, request), request, accept_datetime)


@by_address.get("/timemap/{address:path}", response_class=Response)
def show_timemap_of(address: Annotated[Storable, Path(max_length=2000)], request: Request) -> Response:
    """As `timemap?url=`."""
    return show_timemap(_with_query(address, request), request)


def _with_query(address: str, request: Request) -> str:
    return f"{address}?{request.url.query}" if request.url.query else address


def _mementos(url: str) -> Sequence[Memento]:
    """The oldest first; a 404 where this page gave no article."""
    with reading() as session:
        article = _article(session, url)
        rows = proving_captures(session, article=article) if article else []
    if not rows:
        raise Problem(404, "No capture of this page", "GET /pages finds pages by a part of their address.")
    return [Memento(row.capture, row.at) for row in rows]


def _article(session: Session, url: str) -> str | None:
    try:
        address = meant_url(url)
        keys = (page_key(address), address_key(address))
    except BadAddress:
        return None
    for key in keys:
        row = find_article(session, article_id(key))
        if row is not None:
            merged: str | None = row.merged_into
            return merged or str(row.id)
    return None


def _ends(base: str, mementos: Sequence[Memento]) -> list[str]:
    first, last = mementos[0], mementos[-1]
    if first == last:
        return [memento_link(base, first.capture, first.at, "first last memento")]
    return [
        memento_link(base, first.capture, first.at, "first memento"),
        memento_link(base, last.capture, last.at, "last memento"),
    ]
