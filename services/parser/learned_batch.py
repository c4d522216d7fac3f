"""A batch that is read twice: first to learn each host's site profile, then for the answers.

The requests are kept on disk in between, so that memory does not grow with the batch: it holds the sample of one host
at a time, and the profiles of the hosts that were asked for last.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime
from functools import lru_cache

from services.contracts.article import Article
from services.parser.contract import Request, batch, read_request
from services.parser.extract import parse
from services.parser.site.learn import SAMPLE, PageSample, learn, sample
from services.parser.site_profile import ENOUGH, SiteProfile

PROFILES = 64  # held in memory
_TABLES = """
    CREATE TABLE requests (at INTEGER PRIMARY KEY, host TEXT, line TEXT);
    CREATE TABLE profiles (host TEXT PRIMARY KEY, profile TEXT);
"""
_HOSTS = "SELECT host FROM requests WHERE host != '' GROUP BY host HAVING count(*) >= ? ORDER BY host"
# Spread over the whole input: neighbours are often of one section, or of one day.
_SPREAD = """
    SELECT line FROM (SELECT line, row_number() OVER (ORDER BY at) AS row, count(*) OVER () AS rows FROM requests
                      WHERE host = ?1)
    WHERE row * ?2 / rows > (row - 1) * ?2 / rows OR rows <= ?2 ORDER BY row
"""


def learned_batch(lines: Iterable[str], *, now: datetime | None = None) -> Iterator[str]:
    """The same lines as `batch`, each page read with what the pages of its host in this batch have in common.

    Nothing is answered before the whole input has come.
    """
    with closing(sqlite3.connect("")) as spool:  # a database of our own on disk, which SQLite removes
        spool.executescript(_TABLES)
        spool.executemany(
            "INSERT INTO requests (host, line) VALUES (?, ?)", ((_host(line), line) for line in lines if line.strip())
        )
        spool.execute("CREATE INDEX hosts ON requests (host)")
        for (host,) in spool.execute(_HOSTS, (ENOUGH,)).fetchall():
            profile = learn(host, _samples(spool, host))
            spool.execute("INSERT INTO profiles VALUES (?, ?)", (host, profile.to_json()))
        profile_of = lru_cache(maxsize=PROFILES)(lambda host: _profile(spool, host))
        requests = (line for (line,) in spool.execute("SELECT line FROM requests ORDER BY at"))
        yield from batch(requests, lambda request: profile_of(request.host), now=now)


def _samples(spool: sqlite3.Connection, host: str) -> Iterator[PageSample]:
    for (line,) in spool.execute(_SPREAD, (host, SAMPLE)):
        request = _request(line)
        if request and (page := _sample(request)):
            yield page


def _sample(request: Request) -> PageSample | None:
    """What counts of a page, if it is an article: a listing has other furniture."""
    try:
        body = request.path.read_bytes()
    except (OSError, ValueError):
        return None
    reading, parsed = parse(body, url=request.url, content_type=request.content_type)
    return sample(parsed) if parsed and isinstance(reading, Article) else None


def _profile(spool: sqlite3.Connection, host: str) -> SiteProfile | None:
    row = spool.execute("SELECT profile FROM profiles WHERE host = ?", (host,)).fetchone()
    return SiteProfile.from_json(row[0]) if row else None


def _host(line: str) -> str:
    request = _request(line)
    return request.host if request else ""


def _request(line: str) -> Request | None:
    try:
        return read_request(line)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
