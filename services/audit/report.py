"""What `dateline audit` tells: how much there is and where, and what was checked."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from services.audit import across
from services.audit.waits import overdue
from services.contracts.checks import Check
from services.fetcher import checks as pages
from services.fetcher.checks import SourcePages
from services.runtime.events import checks as events
from services.runtime.ledger import checks as messages
from services.runtime.ledger import retries, waiting
from services.runtime.transparency_log import checks as log
from services.store import checks as store
from services.webhooks import checks as webhooks


@dataclass(frozen=True)
class Report:
    """The pages of each source by state, what else there is, and what was checked."""

    taken_at: datetime
    sources: tuple[SourcePages, ...]
    counts: dict[str, int]
    checks: tuple[Check, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing is amiss."""
        return all(check.holds for check in self.checks)


def take(session: Session, now: datetime, *, deep: bool = False) -> Report:
    """Counts and checks everything there is; `deep` also reads every capture, event and wording.

    Raises `UserError` when the archive cannot be seen from here.
    """
    counted = tuple(pages.count_pages(session, now))
    return Report(
        taken_at=now,
        sources=counted,
        counts=store.counts(session)
        | events.counts(session)
        | webhooks.counts(session)
        | log.log_counts(session)
        | waiting.counts(session)
        | {"messages retrying": retries.number(session)},
        checks=(
            *pages.checks(session, now, counted),
            *messages.checks(session, now, overdue(session, now)),
            *across.checks(session, sum(entry.unread for entry in counted)),
            *store.checks(session),
            events.check(session),
            *webhooks.checks(session, now),
            *log.log_checks(session),
            *(across.deep_checks(session) if deep else ()),
            *(store.wording_checks(session) if deep else ()),
            *(log.checkpoint_checks(session) if deep else ()),
        ),
    )
