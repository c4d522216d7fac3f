"""Whether a newsroom says that other pages have changed as well: then a change may be one on all of them."""

from collections.abc import Collection
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import bindparam, select
from sqlmodel import Session

from services.contracts.messages import FetchPage, Rank
from services.runtime.database import UtcDateTime
from services.runtime.ledger.ledger_table import OPEN, ledger

WAIT = timedelta(minutes=1)
"""How long a change waits for those of other pages: at the pace of five seconds, a dozen pages are read meanwhile."""
_CLAIMED = (
    select(ledger.c.host)
    .where(
        OPEN,
        ledger.c.kind == FetchPage.__name__,
        ledger.c.rank == Rank.CLAIMED,
        ledger.c.host.in_(bindparam("hosts", expanding=True)),
        ledger.c.due_at <= bindparam("now", type_=UtcDateTime),
    )
    .distinct()
)


def claimed_hosts(session: Session, urls: Collection[str | None], now: datetime) -> set[str]:
    """Of the hosts of these addresses those with further pages to be visited now, because a sitemap calls them changed."""
    hosts = {urlsplit(url).netloc for url in urls if url}
    if not hosts:
        return set()
    return set(session.execute(_CLAIMED, {"hosts": sorted(hosts), "now": now}).scalars())
