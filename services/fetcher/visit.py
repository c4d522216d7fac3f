"""One look at a page: what came of it, and what its row says afterwards."""

import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from services.contracts.messages import CompareArticles
from services.contracts.urls import address_key, page_key
from services.fetcher import moves
from services.fetcher.answers import (
    Answer,
    Blocked,
    Empty,
    Fetched,
    Gone,
    Moved,
    NotModified,
    RequestRefused,
    Unavailable,
    Validators,
)
from services.fetcher.client import get
from services.fetcher.content import why_no_page
from services.fetcher.models import Alias, Channel, Host, Outcome, Page, Sign, Source
from services.fetcher.politeness import host_of, permission
from services.fetcher.schedule import RESTLESS, REVISITS, UNWANTED, UNWELL, gone_wait, wait
from services.fetcher.scope import ARTICLES, SourceScope
from services.fetcher.settings import FetcherSettings
from services.fetcher.trust import PageTrust, Question, Trust, question_of_page
from services.runtime.archive import capture_store
from services.runtime.archive.capture_store import Capture
from services.runtime.egress import Client
from services.runtime.provenance import verdicts

MAX_MOVES = 5
NEIGHBORS, SECTION = 200, 3
"""Of the source's newest pages, so many besides the one itself make the folder that they are in a section page."""
LATER = frozenset({429, 503})
"""Answers that ask us to come back: they are no wall before a page."""


GONE_SIGNS: dict[int, Sign] = {404: "404", 410: "410", 451: "451"}
REDIRECT_SIGNS: dict[Outcome, Sign] = {"gone": "redirect", "blocked": "wall"}
"""What a redirect shows that leads to no article; one that is not meant to stay may be a login."""


@dataclass(frozen=True)
class Visit:
    """How a visit ended. `capture` names new bytes in the archive; `moved` is where the page is to be found now.

    `began` is when the answer began, if it brought the page.
    """

    outcome: Outcome
    detail: str | None = None
    fetched: Fetched | None = None
    payload: str | None = None
    capture: str | None = None
    moved: Moved | None = None
    retry_after: timedelta | None = None
    silent: bool = False
    began: datetime | None = None
    not_modified: bool = False
    question: Question = Question()  # noqa: RUF009 - frozen
    size: int = 0
    """How the page was asked for, and the bytes of its body, if one came."""
    sign: Sign | None = None
    """What the answer shows, if not the page."""
    came: Fetched | None = None
    evidence: str | None = None
    """The capture of that answer, where it is the first that shows it."""
    instead: CompareArticles | None = None
    """Where the page leads to that of another article: which two the store is to compare."""


def look_at(
    client: Client,
    page: Page,
    url: str,
    *,
    now: datetime,
    settings: FetcherSettings,
    forced: bool = False,
    host: Host | None = None,
) -> Visit:
    """Asks for the page, even if it was not modified when `forced`; new bytes are in the archive when this returns.

    `host` is the row of the page's host, as it was read a moment ago.
    """
    # Without a capture of ours, or with a damaged one, "not modified" would leave us with nothing.
    question = _question(page, host, now) if _is_held(page) and not forced else Question()
    query = time.monotonic()
    answer = get(
        client,
        url,
        now=now,
        limits=settings.limits_of(url),
        validators=question.validators,
        may=lambda hop: permission(client, hop, now, host),
    )
    began = answer.began if isinstance(answer, Fetched) else None
    seen = _named(page, answer, now + timedelta(seconds=began - query) if began else now)
    return replace(seen, question=question, evidence=_evidence(page, seen, now), came=None)


def _evidence(page: Page, visited: Visit, now: datetime) -> str | None:
    """Keeps the first answer that shows that a page which we have is not there; it is not the page's own capture."""
    came, is_new = visited.came, page.absent_sign is None if visited.moved else page.absent_sign != visited.sign
    if came is None or page.capture is None or not is_new:
        return None
    return capture_store.keep(Capture(came.url, now, came.status, came.headers, came.body, came.request_headers))


def _question(page: Page, host: Host | None, now: datetime) -> Question:
    known, trust = PageTrust.of(page.trust), Trust.of(host.trust if host else None)
    return question_of_page(known, trust, Validators(page.etag, page.last_modified), page.step, now)


def _named(page: Page, answer: Answer, now: datetime) -> Visit:  # noqa: PLR0911 - one line for each answer
    match answer:
        case Fetched(url=url) if page_key(url) not in _identities(page):
            return Visit("moved", moved=Moved(url, answer.permanent), came=answer.redirect)
        case Fetched():
            return _keep(page, answer, now)
        case NotModified():
            return Visit("unchanged", not_modified=True)
        case Moved():
            return Visit("moved", moved=answer, came=answer.came)
        case Gone(detail=detail):
            return Visit("gone", detail, sign=GONE_SIGNS[answer.status], came=answer.came)
        case RequestRefused(detail=detail):
            return Visit("refused", detail)
        case Empty(detail=detail):
            return Visit("empty", detail, sign="error_page" if answer.is_error_page else None, came=answer.came)
        case Blocked(detail=detail, retry_after=asked_for):
            sign: Sign | None = None if answer.status in LATER else "wall"
            return Visit("blocked", detail, retry_after=asked_for, sign=sign, came=answer.came)
        case Unavailable(detail=detail, retry_after=asked_for, silent=silent):
            return Visit("unavailable", detail, retry_after=asked_for, silent=silent)


def _identities(page: Page) -> set[str]:
    """Its own, and that of its address, which is another one since it moved."""
    return {page.key, page_key(page.url or "")}


def _keep(page: Page, answer: Fetched, began: datetime) -> Visit:
    if reason := why_no_page(answer.body, answer.content_type):
        return Visit("refused", reason)
    payload, bare = (
        capture_store.payload_digest(answer.body),
        replace(answer, body=b""),
    )  # of no use any more, and large
    size = len(answer.body)
    if payload == page.payload and _is_held(page) and not _is_elsewhere(page, answer):
        return Visit("unchanged", fetched=bare, payload=payload, began=began, size=size)
    capture = capture_store.keep(
        Capture(answer.url, began, answer.status, answer.headers, answer.body, answer.request_headers)
    )
    outcome: Outcome = "changed" if page.capture else "new"
    return Visit(outcome, fetched=bare, payload=payload, capture=capture, began=began, size=size)


def _is_elsewhere(page: Page, answer: Fetched) -> bool:
    """Whether it is at another address for good: everybody learns of that, even if its bytes are the same."""
    return answer.permanent and address_key(answer.url) != address_key(page.url or answer.url)


def still_news(visit: Visit, page: Page, known: datetime | None) -> Visit:
    """The visit, if nobody has kept a later answer since it began, when the page's newest was fetched at `known`.

    A slow answer may end after a quick one that began later; then it shows what the page said before.
    """
    overtaken = page.fetched_at not in {None, known} and page.fetched_at >= visit.began if visit.began else False
    return Visit("unchanged") if overtaken else visit  # with a question that proves nothing


def _is_held(page: Page) -> bool:
    return page.capture is not None and capture_store.holds(page.capture)


def fetched_at(page: Page, now: datetime) -> datetime:
    """When new bytes were fetched: after the ones we have, whatever this machine's clock says.

    The store takes the wording of the latest capture; a clock that was set back must not make news look old.
    """
    return max(now, page.fetched_at + timedelta(microseconds=1)) if page.fetched_at else now


def record(page: Page, visit: Visit, *, now: datetime, scale: float, soon: bool = True) -> timedelta:
    """Writes on the page's row how the visit went; returns how long until the next.

    `soon`: whether the host may be asked again within the hour for a page that is missing.
    """
    again = page.outcome == visit.outcome
    page.visited_at = now
    page.outcome, page.detail = visit.outcome, visit.detail
    match visit.outcome:
        case "blocked" | "empty" | "unavailable":
            page.failures += 1
            return max(wait(UNWELL, page.failures - 1, scale), visit.retry_after or timedelta())
        case "gone" | "refused":
            page.failures = page.failures + 1 if again else 1
            if visit.outcome == "gone":
                return gone_wait(page.failures, soon=soon, scale=scale)
            return wait(UNWANTED, page.failures - 1, scale)
        case "moved":
            page.failures = 0
            return timedelta()
        case _:
            page.failures = page.moves = 0
            return _planned(page, visit, now, scale)


def _planned(page: Page, visit: Visit, now: datetime, scale: float) -> timedelta:
    page.restless = page.restless + 1 if visit.outcome == "changed" else 0
    if 0 < page.restless < RESTLESS:
        page.step = 0
    _remember(page, visit, now)
    page.step += 1
    return wait(REVISITS, page.step - 1, scale)


def _remember(page: Page, visit: Visit, now: datetime) -> None:
    if (fetched := visit.fetched) is None:
        return
    page.etag, page.last_modified = fetched.validators.etag, fetched.validators.last_modified
    if fetched.permanent:
        page.url = fetched.url
    if visit.capture:
        page.payload, page.capture = visit.payload, visit.capture
        page.fetched_at = fetched_at(page, visit.began or now)
        page.content_type = fetched.content_type


def follow(session: Session, page: Page, seen: Visit, moved: Moved) -> Visit:
    """What a redirect to another host or another page means for this one, which was seen so.

    It keeps its identity and takes the new address; or it turns out to be a page that we know, and rests.
    """
    followed = _followed(session, page, moved)
    return replace(followed, evidence=seen.evidence, sign=REDIRECT_SIGNS.get(followed.outcome))


def _followed(session: Session, page: Page, moved: Moved) -> Visit:
    key = page_key(moved.url)
    if page.moves >= MAX_MOVES:
        return Visit("unavailable", f"It redirects in circles, last to {moved.url}.")
    new = key not in _identities(page)
    leads_out = new and not _may_be(session, page, moved.url)
    if leads_out and not moved.permanent:
        # Logins, walls and error pages are sent to like this; what was deleted is said to be gone for good.
        return Visit("blocked", f"It sends us to {moved.url} for now, which is no article address of {page.source}.")
    if new and not moved.permanent:
        return Visit("unavailable", f"It sends us to {moved.url} for the time being.")
    if leads_out:
        return Visit("gone", f"It leads to {moved.url}, which is no article address of {page.source}.")
    return _at_another_address(session, page, moved, new=new)


def _at_another_address(session: Session, page: Page, moved: Moved, *, new: bool) -> Visit:
    """What it means that the page is somewhere else for good, where an article may be."""
    key = page_key(moved.url)
    other = moves.find(session, key)
    if other is not None and other.moved_to not in {None, page.id}:
        other = session.get(Page, other.moved_to)
    if other is not None and (pair := _other_article(session, page, other)):
        # Moved, or taken down: only the words of both can tell.
        return Visit("gone", f"It leads to {moved.url}, which is the page of another article.", instead=pair)
    page.moves += 1
    if other is not None and (other.id or 0) < (page.id or 0):
        moves.unite(session, page, other)
        return Visit("moved", f"It is another page that is known already: {moved.url}.")
    if other is not None and page.id not in {other.id, other.moved_to}:
        # The page that we knew first keeps its identity: its article was announced under that.
        moves.unite(session, other, page)
    if new and other is None and page.id is not None:
        session.add(Alias(key=key, page_id=page.id))
    moves.readdress(page, moved.url)
    return Visit("moved", f"It moved to {moved.url}.")


def _other_article(session: Session, page: Page, other: Page) -> CompareArticles | None:
    """The two articles, if each of these pages gave one of its own."""
    numbers = page.id or 0, other.id or 0
    known = verdicts.find_all(session, numbers)
    one, two = (known[number].article if number in known else None for number in numbers)
    if one is None or two is None or one == two:
        return None
    return CompareArticles(page=numbers[0], article=one, other_page=numbers[1], other=two)


def _may_be(session: Session, page: Page, target: str) -> bool:
    """Whether an article may be there: in the scope of its source, and not at a front page."""
    rows = session.exec(
        select(Source, Channel).join(Channel, col(Channel.source_id) == Source.id).where(Source.name == page.source)
    ).all()
    hosts = [host_of(page.url or target), *(host_of(channel.url) for _, channel in rows)]
    hosts += [host for source, _ in rows for host in source.hosts]
    usual = ARTICLES if SourceScope.of(hosts, ARTICLES).covers(page.url or "") else ()
    patterns = next((source.pages for source, _ in rows if source.pages), usual)
    fronts = {channel.url.rstrip("/") for _, channel in rows}
    is_front = urlsplit(target).path in {"", "/"} or target.rstrip("/") in fronts
    return not is_front and SourceScope.of(hosts, patterns).covers(target) and not _is_section(session, page, target)


def _is_section(session: Session, page: Page, target: str) -> bool:
    """Whether it is a folder in which the page and others of its source are."""
    folder = address_key(target).partition("?")[0].rstrip("/") + "/"
    if not address_key(page.url or target).startswith(folder):
        return False
    newest = select(col(Page.url)).where(col(Page.source) == page.source, col(Page.id) != page.id)
    urls = session.exec(newest.order_by(col(Page.id).desc()).limit(NEIGHBORS)).all()
    return sum(address_key(url).startswith(folder) for url in urls if url) >= SECTION
