"""How a host serves, and its robots.txt, remembered on the host's row that all workers share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import bindparam, case, func
from sqlalchemy import select as core_select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from services.contracts.messages import HostRecovered
from services.fetcher import robots
from services.fetcher.answers import Blocked, RequestRefused, Unavailable
from services.fetcher.due import hosts
from services.fetcher.models import Host
from services.fetcher.robots import Robots, State, ask_robots
from services.fetcher.schedule import HOST_PATIENCE, QUICK_LOOKS, QUICK_SPAN, SILENCE, host_rest
from services.fetcher.trust import Trust
from services.runtime.database import is_sqlite, reading, transaction
from services.runtime.egress import Client
from services.runtime.ledger.jobs import Outgoing, enqueue_all
from services.runtime.provenance.profiles import hosts as profiled


def host_of(url: str) -> str:
    """The name under which the host of an address keeps its turns."""
    return urlsplit(url).netloc


def is_open(host: Host) -> bool:
    """Whether the circuit breaker is open: the host rests, and after each rest a single request finds out."""
    return host.failures >= HOST_PATIENCE


@dataclass(frozen=True)
class Served:
    """How a host served one request: when it was made, what came of it, and how long it asked us to wait.

    `silent`: no answer came in time.
    """

    host: str
    outcome: str
    at: datetime
    asked_for: timedelta | None = None
    silent: bool = False
    trace_id: str | None = None

    @property
    def failed(self) -> bool:
        """Whether the host did not serve us."""
        return self.outcome in {"blocked", "unavailable"}

    @property
    def is_well(self) -> bool:
        """Whether it did. What was refused by us, or came without a page in it, says nothing of the host."""
        return not self.failed and self.outcome not in {"refused", "empty"}


class Hosts:
    """The rows of the hosts of some requests: read in one statement, and locked where they change."""

    def __init__(self, session: Session, names: Iterable[str]) -> None:
        self._session = session
        rows = session.execute(_STANDING, {"names": sorted(set(names))})
        self._standing = {row.name: row for row in rows}
        self._locked: dict[str, Host] = {}

    def delay(self, name: str) -> float:
        """Seconds that the host itself wants between two requests."""
        return self._standing[name].crawl_delay if name in self._standing else 0.0

    def lock(self, names: Iterable[str]) -> None:
        """Locks the rows of these hosts until the end of the transaction, in one order for everybody."""
        criteria = sorted(set(names) - self._locked.keys())
        self._locked |= {host.name: host for host in _locked(self._session, criteria)}

    def learn(self, served: Sequence[Served], *, scale: float) -> None:
        """The rows learn how the hosts served us.

        All pages of one wait as long as it asked for, and longer the more requests in a row it left unserved. That its
        breaker closes is said. No answer in time weighs more than a bad one: it held a thread.
        """
        failing = {each.host for each in served if each.failed or self._has_failed(each.host)}
        learnt = [entry for entry in served if entry.host in failing and (entry.failed or entry.is_well)]
        self.lock(member.host for member in learnt)
        serves_again = [message for element in learnt if (message := self._learn(element, scale))]
        enqueue_all(self._session, serves_again)

    def trust(self, name: str) -> Trust:
        """What is known of the claims of the host about its pages."""
        row = self._locked.get(name) or self._standing.get(name)
        return Trust.of(row.trust if row is not None else None)

    def profiles(self) -> dict[str, str | None]:
        """The digest of the site profile of each of these hosts; None of one that has none."""
        return {name.removeprefix("www."): row.profile for name, row in self._standing.items()}

    def locked(self, name: str) -> Host | None:
        """The row of the host, if it is locked."""
        return self._locked.get(name)

    def may_look_soon(self, name: str, now: datetime) -> bool:
        """Takes one of the quick looks that the missing pages of a host share; False when there are none left."""
        self.lock([name])
        host = self._locked[name]
        if not now - QUICK_SPAN < host.quick_since <= now:
            host.quick_looks, host.quick_since = 0, now
        host.quick_looks += 1
        return host.quick_looks <= QUICK_LOOKS

    def _has_failed(self, name: str) -> bool:
        return name in self._standing and self._standing[name].failures > 0

    def _learn(self, served: Served, scale: float) -> Outgoing | None:
        host = self._locked[served.host]
        if served.failed:
            host.silent = host.silent + 1 if served.silent else 0
            host.failures += SILENCE if served.silent and not is_open(host) else 1
            rest = max(host_rest(host.failures, scale), served.asked_for or timedelta())
            host.resumes_at = max(host.resumes_at, served.at + rest)
            return None
        was_open, host.failures, host.silent = is_open(host), 0, 0
        return Outgoing(HostRecovered(host=host.name), trace_id=served.trace_id) if was_open else None


def permission(
    client: Client, url: str, now: datetime, known: Host | None = None
) -> RequestRefused | Blocked | Unavailable | None:
    """None when robots.txt lets us look; it is read anew when what we know of it is more than a day old.

    `known` is the host's row, as it was read a moment ago.
    """
    if known is None or known.name != host_of(url):
        with reading() as session:
            known = session.get(Host, host_of(url))
    if known is not None and _counts(known, now):
        return _as_robots(known).verdict(url)
    message = ask_robots(client, url, now)
    with transaction() as session:
        [host] = _locked(session, [host_of(url)])
        return _remember(host, message, now).verdict(url)


def _counts(host: Host, now: datetime) -> bool:
    lifetime = robots.FRESH if host.robots in {"rules", "free"} else robots.RETRY
    return host.robots_at is not None and now - host.robots_at < lifetime


def _remember(host: Host, answer: Robots, now: datetime) -> Robots:
    old = _as_robots(host)
    outdated = host.robots_at is None or now - host.robots_at > 2 * robots.FRESH
    if answer.state not in {"rules", "free"} and old.state == "rules" and not outdated:
        return old  # rules that we know are better than none, for a day more
    host.robots, host.robots_text, host.robots_detail = answer.state, answer.text, answer.detail
    host.robots_at, host.crawl_delay = now, answer.crawl_delay
    return answer


def _as_robots(host: Host) -> Robots:
    states: dict[str | None, State] = {"rules": "rules", "free": "free", "walled": "walled"}
    return Robots(states.get(host.robots, "unreachable"), host.robots_text, host.robots_detail)


def _locked(session: Session, names: Sequence[str]) -> Sequence[Host]:
    """The rows of these hosts, in their order; made where there are none, and locked until the transaction ends."""
    if not names:
        return ()
    insert = sqlite.insert(Host) if is_sqlite(session) else postgresql.insert(Host)
    fresh = [Host(name=name).model_dump() for name in names]
    session.execute(insert.values(fresh).on_conflict_do_nothing())
    occupied = select(Host).where(col(Host.name).in_(names)).order_by(col(Host.name)).with_for_update()
    return session.exec(occupied.execution_options(populate_existing=True)).all()


# Made once: to make a statement costs more than to run it, and this one runs after every request.
_WITHOUT_WWW = case((hosts.c.name.like("www.%"), func.substr(hosts.c.name, 5)), else_=hosts.c.name)
_STANDING = (
    core_select(hosts.c.name, hosts.c.failures, hosts.c.crawl_delay, hosts.c.trust, profiled.c.profile)
    .outerjoin(
        profiled,
        profiled.c.host == _WITHOUT_WWW,
    )
    .where(hosts.c.name.in_(bindparam("names", expanding=True)))
)
