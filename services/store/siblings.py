"""Whether other pages of a newsroom are about to bring changes as well: then a change may be one on all of them."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, union_all
from sqlmodel import Session

from services.contracts.messages import FetchPage, Origin, ParsePage, Rank, SaveArticle
from services.runtime.database import UtcDateTime
from services.runtime.ledger.ledger_table import OPEN, ledger

WAIT = timedelta(minutes=1)
"""How long a change waits for those of other pages: at the pace of five seconds, a dozen pages are read meanwhile."""
SOON = timedelta(seconds=10)
"""What is due by then counts: a page goes on from step to step while another one is judged."""
_DUE = (
    OPEN,
    ledger.c.page.not_in(bindparam("pages", expanding=True)),
    ledger.c.host.in_(bindparam("hosts", expanding=True)),
    ledger.c.due_at <= bindparam("soon", type_=UtcDateTime),
)
_READ = (ParsePage.__name__, SaveArticle.__name__)
_ABOUT_TO_CHANGE = union_all(
    # Claimed by a sitemap, and not visited yet.
    select(ledger.c.host).where(*_DUE, ledger.c.kind == FetchPage.__name__, ledger.c.rank == Rank.CLAIMED),
    # Visited, and not read or saved yet.
    select(ledger.c.host).where(
        *_DUE,
        ledger.c.lane == "live",
        ledger.c.kind.in_(_READ),
    ),
)


def hosts_about_to_change(session: Session, origins: Collection[Origin], now: datetime) -> set[str]:
    """Of the hosts of these pages those of which other pages were read anew, or are to be because a sitemap says so."""
    hosts = {origin.host for origin in origins if origin.host}
    if not hosts:
        return set()
    fields = {"hosts": sorted(hosts), "pages": sorted({origin.page for origin in origins}), "soon": now + SOON}
    return set(session.execute(_ABOUT_TO_CHANGE, fields).scalars())
