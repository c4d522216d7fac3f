"""Writes the outcomes of several looks at pages together: pages, hosts, next visits, captures to be read."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session

from services.contracts.files import FilesRule
from services.contracts.messages import FetchPage, Origin, ParsePage, Why
from services.contracts.urls import page_key
from services.fetcher import absences, blocked, frontier, moves, page_lessons, turns, visit
from services.fetcher.mail.look import MAIL_TYPE, text_for
from services.fetcher.models import Page
from services.fetcher.origins import Verdicts, origin_of, result_of, verdicts_of, with_profiles
from services.fetcher.politeness import Hosts, Served, host_of
from services.fetcher.settings import fetcher_settings
from services.fetcher.trust import Trust
from services.fetcher.unlisted import add_candidates
from services.fetcher.visit import Visit
from services.runtime.archive.unchanged import UnchangedLook, note_unchanged
from services.runtime.ledger.jobs import Job, Outgoing, enqueue_all
from services.runtime.provenance import results
from services.runtime.provenance.results import Result


@dataclass(frozen=True)
class PageVisit:
    """A look at a page that has its answer; the page as it was before, and the address that was asked for."""

    order: FetchPage
    page: Page
    url: str
    answer: Visit
    files: FilesRule = "none"
    links: tuple[str, ...] = ()
    """Addresses on it that may be pages of its source, where they are looked for."""
    public_archive: str | None = None

    @property
    def is_real(self) -> bool:
        """Whether what came of it is written on the page's row; a dry run only shows it."""
        return self.order.reingestion is None or not self.order.reingestion.dry_run

    @property
    def other_address(self) -> str | None:
        """Where the page may be instead, so that another page's row has a say in what the look means."""
        return self.answer.moved.url if self.answer.moved else self.page.shown_url


Looks = Sequence[tuple[Job, PageVisit]]


@dataclass
class _Left:
    """What a look leaves behind besides the rows: how it went in the end, what is said, and what is reported."""

    look: PageVisit
    outcome: Visit
    said: Sequence[Outgoing] = ()
    result: Result | None = None


def lock(session: Session, looks: Looks) -> dict[int, Page]:
    """The pages as they are now, locked, with those that they may turn out to be."""
    ids = {look.order.page for _, look in looks}
    elsewhere = {page_key(other) for _, look in looks if (other := look.other_address)}
    return moves.hold_all(session, moves.involved(session, ids, elsewhere) if elsewhere else ids)


def settle(session: Session, looks: Looks, pages: Mapping[int, Page]) -> None:
    """Writes what came of the looks; `pages` are those that they were at, locked."""
    settings = fetcher_settings()
    real = [look for _, look in looks if look.is_real]
    judged = {look.order.page for look in real if page_lessons.asks_verdict(look.page, look.answer)}
    known = verdicts_of(session, [(pages[look.order.page], look.order.reingestion) for _, look in looks], judged)
    hosts = Hosts(session, [host_of(look.url) for _, look in looks])
    hosts.lock(host_of(look.url) for look in real if look.answer.outcome == "gone" or _asks_host(look, hosts, looks))
    left = [(job, _settle(session, job, look, pages[look.order.page], known, hosts)) for job, look in looks]
    _count_blocked(session, left)
    hosts.learn([_served(job, element) for job, element in left], scale=settings.revisit_scale)
    turns.end(session, [job for job, _ in looks], hosts, settings.pace)
    looks_at = [absences.Look(job, pages[e.look.order.page], e.outcome) for job, e in left if e.look.is_real]
    enqueue_all(session, absences.note_absences(session, looks_at))
    messages = [message for _, member in left for message in member.said]
    enqueue_all(session, with_profiles(session, messages, hosts.profiles()))
    for job, entry in left:
        page = pages[entry.look.order.page]
        if entry.look.links and entry.look.is_real and page.channel:
            add_candidates(session, page.source, page.channel, entry.look.links, job.now)
    note_unchanged(session, [look for job, member in left if (look := _unchanged(member, job))])
    results.record_all(session, [entry.result for _, entry in left if entry.result])


def _asks_host(look: PageVisit, hosts: Hosts, looks: Looks) -> bool:
    return page_lessons.asks_host(look.page, look.answer, hosts.trust(host_of(look.url)), looks[0][0].now)


def _settle(session: Session, job: Job, look: PageVisit, page: Page, known: Verdicts, hosts: Hosts) -> _Left:
    again = look.order.reingestion
    visited = visit.still_news(look.answer, page, look.page.fetched_at)
    origin, at = origin_of(page, known, again), visit.fetched_at(page, visited.began or job.now)
    entries: list[Outgoing] = []
    if look.is_real and page.moved_to is not None:
        # It turned out to be another page meanwhile, which is looked at.
        return _Left(look, Visit("moved"), result=result_of(page, known, again, "unavailable"))
    if look.is_real:
        lesson = page_lessons.take_lesson(session, page, visited, known.get(page.id or 0))
        if host := hosts.locked(host_of(look.url)):
            host.trust = lesson.learned(Trust.of(host.trust), job.now).kept() or None
        visited = visit.follow(session, page, visited, visited.moved) if visited.moved else visited
        entries += [job.outgoing(visited.instead)] if visited.instead else []
        entries += _plan(session, page, visited, job, hosts)
        origin = origin.model_copy(update={"url": page.url, "files": look.files, "public_archive": look.public_archive})
    if visited.capture and visited.fetched:
        parse = ParsePage(
            origin=origin,
            capture=visited.capture,
            fetched_at=at,
            content_type=visited.fetched.content_type,
            title=page.title,
        )
        return _Left(look, visited, [*entries, job.outgoing(parse)])
    if visited.outcome == "blocked" and again is None and page.fetched_at is None:
        # A page that was never seen and is walled: a bulletin about it may have brought its text.
        entries += [job.outgoing(parse) for parse in _from_mail(session, page, origin)]
    if visited.outcome == "moved" and again and page.moved_to is None and look.is_real:
        return _Left(look, visited, [*entries, job.outgoing(look.order)])
    ended = result_of(page, known, again, "unchanged" if visited.outcome == "unchanged" else "unavailable")
    return _Left(look, visited, entries, ended)


def _from_mail(session: Session, page: Page, origin: Origin) -> Iterator[ParsePage]:
    if mail := text_for(session, page):
        yield ParsePage(
            origin=origin,
            capture=mail.capture,
            fetched_at=mail.found_at,
            content_type=MAIL_TYPE,
            title=mail.subject or page.title,
        )


def _plan(session: Session, page: Page, seen: Visit, job: Job, hosts: Hosts) -> list[Outgoing]:
    """The page's row says how it went, and its next visit is due: its own, or that of the page it turned out to be."""
    before = page.url
    soon = seen.outcome == "gone" and hosts.may_look_soon(host_of(page.url or ""), job.now)
    pause = visit.record(page, seen, now=job.now, scale=fetcher_settings().revisit_scale, soon=soon)
    doubted = moves.try_other_address(session, page)
    if page.url != before and page.failures == 1:
        pause = seen.retry_after or timedelta()
    planned = [(page, pause)] if page.channel is not None else []
    planned += [(doubted, timedelta())] if doubted and doubted.visited_at is None else []
    return [_next_visit(job, member, after) for member, after in planned]


def _next_visit(job: Job, page: Page, after: timedelta) -> Outgoing:
    why: Why = "revisit" if page.fetched_at else "new"
    number, host = frontier.target(page)
    return job.outgoing(FetchPage(page=number, host=host, why=why), due_at=job.now + after)


def _served(job: Job, left: _Left) -> Served:
    answer = left.outcome
    return Served(host_of(left.look.url), answer.outcome, job.now, answer.retry_after, answer.silent, job.trace_id)


def _unchanged(left: _Left, job: Job) -> UnchangedLook | None:
    """For the archive: that the page was looked at, and was as the newest capture shows it."""
    page, answer = left.look.page, left.outcome
    if not page.capture or not page.fetched_at or not page.payload or answer.outcome != "unchanged":
        return None
    if answer.not_modified or answer.payload == page.payload:
        status = 304 if answer.not_modified else 200
        return UnchangedLook(
            url=left.look.url,
            looked_at=answer.began or job.now,
            status=status,
            capture=page.capture,
            captured_at=page.fetched_at,
            payload=page.payload,
        )
    return None


def _count_blocked(session: Session, left: Sequence[tuple[Job, _Left]]) -> None:
    """In one order of the sources, for everybody."""
    answers: dict[str, list[tuple[Job, _Left]]] = defaultdict(list)
    for job, entry in left:
        if entry.outcome.outcome in blocked.ANSWERS:
            answers[entry.look.page.source].append((job, entry))
    for source, of_it in sorted(answers.items()):
        job, last = of_it[-1]
        blocked.count(session, source, last.outcome.detail, job.now, len(of_it))
