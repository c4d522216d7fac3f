"""How a host serves, and its robots.txt, remembered on the host's row that all workers share."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, select

from services.contracts.messages import HostServesAgain
from services.fetcher import robots
from services.fetcher.answers import Blocked, Refused, Unavailable
from services.fetcher.models import Host
from services.fetcher.plan import HOST_PATIENCE, QUICK_LOOKS, QUICK_SPAN, SILENCE, host_rest
from services.fetcher.robots import Robots, State, ask_robots
from services.runtime.database import is_sqlite, reading, transaction
from services.runtime.egress import Client
from services.runtime.ledger import say


def host_of(url: str) -> str:
    """The name under which the host of an address keeps its turns."""
    return urlsplit(url).netloc


def is_open(host: Host) -> bool:
    """Whether the circuit breaker is open: the host rests, and after each rest a single request finds out."""
    return host.failures >= HOST_PATIENCE


def after_request(
    session: Session,
    url: str,
    outcome: str,
    *,
    now: datetime,
    asked_for: timedelta | None,
    scale: float,
    silent: bool = False,
) -> None:
    """The host's row learns how it served us.

    All its pages wait as long as it asked for, and longer the more requests in a row it left unserved. What was
    refused by us, or came without a page in it, says nothing of the host. That its breaker closes is said. No answer in
    time (`silent`) weighs more than a bad one: it held a thread.
    """
    if outcome in {"blocked", "unavailable"}:
        host = _host(session, host_of(url))
        host.silent = host.silent + 1 if silent else 0
        host.failures += SILENCE if silent and not is_open(host) else 1
        rest = max(host_rest(host.failures, scale), asked_for or timedelta())
        host.resumes_at = max(host.resumes_at, now + rest)
    elif outcome not in {"refused", "empty"} and session.execute(_FAILURES, {"host": host_of(url)}).scalar():
        host = _host(session, host_of(url))
        if is_open(host):
            say(session, HostServesAgain(host=host.name))
        host.failures = host.silent = 0


def may_look_soon(session: Session, url: str, now: datetime) -> bool:
    """Takes one of the quick looks that the missing pages of a host share; False when there are none left."""
    host = _host(session, host_of(url))
    if not now - QUICK_SPAN < host.quick_since <= now:
        host.quick_looks, host.quick_since = 0, now
    host.quick_looks += 1
    return host.quick_looks <= QUICK_LOOKS


def permission(client: Client, url: str, now: datetime) -> Refused | Blocked | Unavailable | None:
    """None when robots.txt lets us look; it is read anew when what we know of it is more than a day old."""
    with reading() as session:
        known = session.get(Host, host_of(url))
    if known is not None and _counts(known, now):
        return _as_robots(known).verdict(url)
    said = ask_robots(client, url, now)
    with transaction() as session:
        return _remember(_host(session, host_of(url)), said, now).verdict(url)


def _counts(host: Host, now: datetime) -> bool:
    lifetime = robots.FRESH if host.robots in {"rules", "free"} else robots.RETRY
    return host.robots_at is not None and now - host.robots_at < lifetime


def _remember(host: Host, said: Robots, now: datetime) -> Robots:
    old = _as_robots(host)
    outdated = host.robots_at is None or now - host.robots_at > 2 * robots.FRESH
    if said.state not in {"rules", "free"} and old.state == "rules" and not outdated:
        return old  # rules that we know are better than none, for a day more
    host.robots, host.robots_text, host.robots_detail = said.state, said.text, said.detail
    host.robots_at, host.crawl_delay = now, said.crawl_delay
    return said


def _as_robots(host: Host) -> Robots:
    states: dict[str | None, State] = {"rules": "rules", "free": "free", "walled": "walled"}
    return Robots(states.get(host.robots, "unreachable"), host.robots_text, host.robots_detail)


def _host(session: Session, name: str) -> Host:
    """The host's row, locked until the end of the transaction; made when it is not there."""
    insert = sqlite.insert(Host) if is_sqlite(session) else postgresql.insert(Host)
    fresh = Host(name=name).model_dump()
    session.execute(insert.values(**fresh).on_conflict_do_nothing())
    return session.get_one(Host, name, with_for_update=True)


# Made once: to make a statement costs more than to run it, and this one runs after every request.
_FAILURES = select(Host.failures).where(Host.name == bindparam("host"))
