"""Site profiles as people look them up."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, func, select
from sqlmodel import Session

from services.parser.characters import fold
from services.parser.profiles.views import FrequentLine, JudgedLine, ProfileLine, ProfileVersion, ProfileView
from services.runtime.provenance.profiles import hosts, rulings, site_profiles

VERSIONS = 50
"""Versions shown of a profile, the latest first."""


def find_hosts(session: Session, after: str | None, limit: int) -> list[ProfileLine]:
    """Hosts with a profile, by name."""
    columns = (hosts.c.host, hosts.c.profile.label("digest"), hosts.c.since, site_profiles.c.pages)
    query = select(*columns).join(site_profiles, site_profiles.c.digest == hosts.c.profile)
    rows = session.execute(query.where(hosts.c.host > (after or "")).order_by(hosts.c.host).limit(limit)).all()
    judged = _judged(session, [row.host for row in rows])
    return [ProfileLine.model_validate(dict(row._mapping) | judged[row.host]) for row in rows]  # noqa: SLF001 - its public name


def find_profile(session: Session, host: str) -> ProfileView | None:
    """The profile of a host, with all that people are shown of it."""
    current = select(site_profiles, hosts.c.since).join(hosts, hosts.c.profile == site_profiles.c.digest)
    row = session.execute(current.where(hosts.c.host == host)).one_or_none()
    if row is None:
        return None
    lines = session.execute(select(rulings).where(rulings.c.host == host).order_by(rulings.c.text)).all()
    ruled = {line.line: line.ruling for line in lines}
    columns = (site_profiles.c.digest, site_profiles.c.pages, site_profiles.c.made_at)
    versions = (
        select(*columns)
        .where(site_profiles.c.host == host)
        .order_by(site_profiles.c.made_at.desc(), site_profiles.c.digest)
    )
    return ProfileView(
        host=host,
        digest=row.digest,
        pages=row.pages,
        since=row.since,
        lines=[_frequent(line, ruled) for line in row.shown],
        rulings=[JudgedLine.model_validate(line) for line in lines],
        versions=[ProfileVersion.model_validate(entry) for entry in session.execute(versions.limit(VERSIONS))],
    )


def _frequent(line: Mapping[str, Any], ruled: Mapping[str, Any]) -> FrequentLine:
    return FrequentLine(**line, ruling=ruled.get(fold(line["text"])))


def _judged(session: Session, names: Sequence[str]) -> dict[str, dict[str, int]]:
    counted = select(rulings.c.host, rulings.c.ruling, func.count().label("lines")).where(rulings.c.host.in_(names))
    judged = {name: {"protected": 0, "unwanted": 0} for name in names}
    rows: Sequence[Row[Any]] = session.execute(counted.group_by(rulings.c.host, rulings.c.ruling)).all()
    for row in rows:
        judged[row.host][row.ruling] = row.lines
    return judged
