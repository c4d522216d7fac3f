"""`dateline audit`: every page and every message of this installation, summed up and checked."""

from dataclasses import dataclass, fields
from datetime import datetime

from rich.table import Column, Table
from sqlmodel import Session

from services.contracts.account import Check
from services.fetcher import account as pages
from services.runtime import ledger
from services.store import account as store
from services.webhooks import account as webhooks

LATE = 300.0
"""Seconds that a message may be due before the audit calls it overdue: any backlog of a healthy service is shorter."""


@dataclass(frozen=True)
class Report:
    """The pages of each source by state, what else there is, and what was checked."""

    pages: Table
    counts: Table
    checks: tuple[Check, ...]


def take(session: Session, now: datetime) -> Report:
    """Counts and checks everything there is."""
    return Report(_pages(session, now), _counts(session), _checks(session, now))


def _pages(session: Session, now: datetime) -> Table:
    columns = [field.name for field in fields(pages.SourceAccount)]
    headers = (Column(column.replace("_", " "), no_wrap=True) for column in columns)
    table = Table(*headers, title="Pages", title_justify="left")
    for row in pages.account(session, now):
        table.add_row(*(str(getattr(row, column)) for column in columns))
    return table


def _counts(session: Session) -> Table:
    table = Table("what", "how many", title="Holdings", title_justify="left")
    everything = store.counts(session) | webhooks.counts(session) | ledger.counts(session)
    for what, number in everything.items():
        table.add_row(what, str(number))
    return table


def _checks(session: Session, now: datetime) -> tuple[Check, ...]:
    lost = pages.unaccounted(session, now)
    named = f"{len(lost)} pages are unaccounted for" + (f", the first is {lost[0].url or lost[0].key}" if lost else "")
    overdue = ledger.overdue(session, now)
    return (
        Check("every page accounted for", holds=not lost, sentence=f"{named}."),
        Check(
            "nothing overdue",
            holds=overdue < LATE,
            sentence=f"The longest-waiting message has been due for {overdue:.0f} s, of {LATE:.0f} s that are allowed.",
        ),
        *pages.checks(session),
        *store.checks(session),
        *webhooks.checks(session),
    )
