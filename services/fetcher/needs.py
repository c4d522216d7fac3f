"""Reads what several looks at pages need to know, at once: the page, its host, and what its source says."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from services.contracts.choices import Unlisted
from services.contracts.files import FilesRule
from services.contracts.messages import FetchPage
from services.fetcher.models import Host, Page, Source
from services.fetcher.politeness import host_of
from services.fetcher.unlisted import UnlistedRule
from services.runtime.database import reading
from services.runtime.ledger.jobs import Job
from services.runtime.ledger.ledger_table import ledger


@dataclass(frozen=True)
class Needs:
    """A page as it is before a look, if there is one, and the row of the host that is asked, if it is known.

    `files`: what is kept of its article besides the page; `public_archive`: who else is asked to save it. `unlisted`:
    what its source looks for besides its channels.
    """

    page: Page | None = None
    host: Host | None = None
    paused: bool = False
    files: FilesRule = "none"
    unlisted: UnlistedRule = UnlistedRule()  # noqa: RUF009 - frozen
    public_archive: str | None = None

    def url(self, order: FetchPage) -> str | None:
        """What is looked at; None where nothing is, because no plan visits the page any more.

        A re-ingestion may still ask for a page whose source was removed.
        """
        if self.page is None or self.page.moved_to is not None or (order.reingestion is None and not self.page.channel):
            return None
        return self.page.url

    def waits(self, order: FetchPage) -> bool:
        """Whether its source is paused. A re-ingestion does not mind."""
        return self.paused and order.reingestion is None

    def is_at(self, host: str | None) -> bool:
        """Whether the page is at this host still."""
        return host_of((self.page and self.page.url) or "") == host


def read(orders: Sequence[tuple[Job, FetchPage]]) -> dict[int, Needs]:
    """What each needs, by the ids of their jobs, in one statement."""
    with reading() as session:
        fields = {row[0]: _needs(*row[1:]) for row in _read(session, orders)}
        session.expunge_all()
    return {job.id: fields.get(job.id, Needs()) for job, _ in orders}


def _needs(
    page: Page,
    host: Host | None,
    paused: bool | None,
    files: FilesRule | None,
    unlisted: list[Unlisted] | None,
    hosts: list[str] | None,
    patterns: list[str] | None,
    public_archive: str | None,
) -> Needs:
    rule = UnlistedRule(frozenset(unlisted or ()), tuple(hosts or ()), tuple(patterns or ()))
    return Needs(page, host, bool(paused), files or "none", rule, public_archive)


def _read(session: Session, orders: Sequence[tuple[Job, FetchPage]]) -> Sequence[Any]:
    return session.execute(_NEEDS, {"ids": [job.id for job, _ in orders]}).all()


# Made once: to make a statement costs more than to run it.
_NEEDS = (
    select(ledger.c.id, Page, Host, Source.paused)
    .add_columns(col(Source.files), col(Source.unlisted), col(Source.hosts), col(Source.pages))
    .add_columns(col(Source.public_archive))
    .join_from(ledger, Page, col(Page.id) == ledger.c.page)
    .outerjoin(Source, col(Source.name) == Page.source)
    .outerjoin(Host, col(Host.name) == ledger.c.host)
    .where(ledger.c.id.in_(bindparam("ids", expanding=True)))
)
