"""Learns the profile of a host from its own captures, a few pages at a time, so that it never keeps news waiting."""

import gzip
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from services.contracts.article import Article
from services.contracts.errors import PermanentError
from services.contracts.messages import ProposeProfile
from services.contracts.urls import profile_host
from services.parser.extract import parse
from services.parser.limits import limited
from services.parser.lines import Line
from services.parser.parsed_page import ParsedPage
from services.parser.profiles.known import find_profiles
from services.parser.profiles.rulings import Rulings, rulings_of
from services.parser.settings import parser_settings
from services.parser.site.boxes import Boxes
from services.parser.site.learn import SAMPLE, PageSample, learn, sample
from services.parser.site_profile import ENOUGH, REPEATS, SiteProfile
from services.runtime.archive import capture_store
from services.runtime.database import is_sqlite
from services.runtime.events.tables import events
from services.runtime.provenance import profiles
from services.runtime.provenance.profiles import KeptProfile

FIRST = 10
"""Pages of a host from which on a profile is learned: with fewer, a line stands on three of them by chance."""
GROWTH = 2
"""How often the pages of a host must have come again before it is learned anew, so that learning stays a small part of
reading, however many there are."""
MANY, REBUILT = 5, timedelta(days=1)
"""Pages of a host that must have drifted, and how long ago: after that there are more of the new ones."""
RECENT = 100
"""Events of drift that are looked at: no host has more of them in a day than two."""
SECONDS = 2.0
"""Of work in one step; then other messages have their turn."""
PAUSE = timedelta(seconds=5)
"""How long it waits where news does."""
SHOWN = 20
"""Pages that are read with a new profile, to show people the lines that it knows."""
LINES, LONGEST = 200, 300
"""Lines shown of a profile, and characters of each."""
_NEWEST = SAMPLE // 2


def due_hosts(session: Session, now: datetime) -> list[str]:
    """The hosts whose profile should be learned, or learned again: they have outgrown it, or are built otherwise."""
    known = {row.host: row for row in session.execute(select(profiles.hosts))}
    pages = profiles.countable(session)
    rebuilt = {host for host, at in _redesigned(session, now).items() if host not in known or at > known[host].since}
    outgrown = {
        host
        for host, number in pages.items()
        if number >= max(FIRST, GROWTH * (known[host].articles if host in known else 0))
    }
    return sorted(outgrown | (rebuilt & pages.keys()))


def _redesigned(session: Session, now: datetime) -> dict[str, datetime]:
    """The hosts of which many pages were built otherwise a while ago, and when the last of them was noticed."""
    drifted = select(events.c.occurred_at, events.c.body).where(events.c.type == "source.drifted")
    hosts = dict[str, datetime]()
    for row in session.execute(drifted.order_by(events.c.sequence.desc()).limit(RECENT)):
        host = _drifted_host(json.loads(row.body).get("data", {}))
        if host and row.occurred_at <= now - REBUILT:
            hosts[host] = max(row.occurred_at, hosts.get(host, row.occurred_at))
    return hosts


def _drifted_host(facts: Mapping[str, Any]) -> str | None:
    """Of which host so many pages have drifted."""
    urls = [page.get("url") for page in facts.get("pages", ())]
    return profile_host(urls[0]) if urls and facts.get("number", 0) >= MANY else None


@dataclass(frozen=True)
class Plan:
    """What is left to look at of a host: captures, of which none was sampled yet."""

    host: str
    captures: Sequence[str]


def plan(session: Session, host: str) -> Plan:
    """The captures of a host that are still to be sampled; none when enough are."""
    done = set(session.execute(select(profiles.samples.c.capture).where(profiles.samples.c.host == host)).scalars())
    rows = profiles.captures_to_learn(session, host, _NEWEST, SAMPLE - _NEWEST)
    return Plan(host, [row.capture for row in rows if row.capture not in done][: max(0, SAMPLE - len(done))])


def sample_some(plan: Plan, waits: Callable[[], bool], *, one: bool = False) -> dict[str, PageSample | None]:
    """Samples of the next captures, until others wait or time is up; only `one` where a page has ended a worker."""
    began, result = time.monotonic(), dict[str, PageSample | None]()
    for capture in plan.captures[: 1 if one else None]:
        if waits() or time.monotonic() - began > SECONDS:
            break
        parsed = read_capture(capture, None)
        result[capture] = sample(parsed) if parsed else None
    return result


def read_capture(capture: str, profile: SiteProfile | None) -> ParsedPage | None:
    """The page with its lines, if its bytes are still there and give an article."""
    try:
        response = capture_store.load(capture)
    except PermanentError:
        return None
    with limited():
        reading, parsed = parse(
            response.body,
            url=response.url,
            content_type=response.content_type,
            now=response.fetched_at,
            profile=profile,
        )
    return parsed if isinstance(reading, Article) else None


def keep_samples(session: Session, host: str, pages: dict[str, PageSample | None]) -> None:
    """Keeps what was sampled until the rest is."""
    rows = [
        {"host": host, "capture": capture, "packed": _packed(page) if page else None}
        for capture, page in sorted(pages.items())
    ]
    if rows:
        insert = (sqlite.insert if is_sqlite(session) else postgresql.insert)(profiles.samples)
        upsert = insert.on_conflict_do_update(
            index_elements=["host", "capture"], set_={"packed": insert.excluded.packed}
        )
        session.execute(upsert, rows)


@dataclass(frozen=True)
class Learned:
    """A profile, and what of it people are shown."""

    profile: SiteProfile
    shown: list[dict[str, Any]]


def sampled(session: Session, host: str) -> Sequence[Row[Any]]:
    """What was sampled of a host, in one order for everybody: who learns from the same learns the same."""
    own = select(profiles.samples).where(profiles.samples.c.host == host, profiles.samples.c.packed.is_not(None))
    return session.execute(own.order_by(profiles.samples.c.capture)).all()


def learn_host(host: str, rows: Sequence[Row[Any]], rulings: Rulings) -> Learned | None:
    """The profile that the samples of a host give, with what people say of its lines; None from too few pages."""
    profile = rulings.on(learn(host, map(_unpacked, rows)))
    if profile.pages < ENOUGH:
        return None
    return Learned(profile, shown_lines(profile, [row.capture for row in rows[:: max(1, len(rows) // SHOWN)]]))


def shown_lines(profile: SiteProfile, captures: Sequence[str]) -> list[dict[str, Any]]:
    """The lines of these pages that stand on many, the most frequent first."""
    counted = Counter[tuple[str, bool]]()
    for capture in captures:
        if parsed := read_capture(capture, profile):
            counted |= Counter({(text, taken): pages for text, pages, taken in _frequent(profile, parsed)})
    frequent = sorted(counted.items(), key=lambda entry: (-entry[1], entry[0]))[:LINES]
    return [{"text": text, "pages": pages, "taken": taken} for (text, taken), pages in frequent]


def _frequent(profile: SiteProfile, parsed: ParsedPage) -> Iterator[tuple[str, int, bool]]:
    boxes = Boxes(parsed.places)
    for line in parsed.lines:
        pages = profile.stood_on(line, boxes.spot(line))
        if pages >= ENOUGH and _is_for_people(line):
            yield line.text[:LONGEST], pages, line.rule == REPEATS


def _is_for_people(line: Line) -> bool:
    """Whether the profile has a say in it: other rules need none."""
    return line.kept or line.rule == REPEATS


def store(session: Session, learned: Learned, now: datetime, articles: int | None = None) -> bool:
    """Keeps what was learned as the current profile of its host; whether it is another one than before.

    `articles` is how many pages of the host were known when it was learned; all that are known now, if None.
    """
    profile = learned.profile
    profile_row = KeptProfile(
        digest=profile.digest,
        host=profile.host,
        pages=profile.pages,
        made_at=now,
        packed=profiles.packed_text(profile.to_json()),
        shown=learned.shown,
    )
    number = profiles.countable(session).get(profile.host, 0) if articles is None else articles
    return profiles.keep_profile(session, profile_row, number)


def revise(session: Session, host: str, now: datetime) -> SiteProfile | None:
    """The host's profile with what people say of its lines now, which is current from now on; None if it has none."""
    row = session.execute(
        select(profiles.hosts, profiles.site_profiles.c.shown)
        .join(profiles.site_profiles, profiles.site_profiles.c.digest == profiles.hosts.c.profile)
        .where(profiles.hosts.c.host == host)
    ).one_or_none()
    before = find_profiles(session, [row.profile]).get(row.profile) if row else None
    if row is None or before is None:
        return None
    profile = rulings_of(session, host).on(before)
    store(session, Learned(profile, row.shown), now, row.articles)
    return profile


def proposal(profile: SiteProfile) -> ProposeProfile:
    """What is said when a host has a new profile."""
    removals = parser_settings().profiles == "promote-removals"
    return ProposeProfile(host=profile.host, profile=profile.digest, promote_removals=removals)


def _packed(page: PageSample) -> bytes:
    # The bits of a line are a number as long as the page: in hexadecimal, which no reader of JSON has to refuse.
    boxes = {name: f"{bits:x}" for name, bits in page.boxes.items()}
    whole = {"marks": page.marks, "prose": f"{page.prose:x}", "boxes": boxes, "title": sorted(page.title)}
    return profiles.packed_text(json.dumps(whole, separators=(",", ":")))


def _unpacked(row: Row[Any]) -> PageSample:
    whole = json.loads(gzip.decompress(row.packed))
    boxes = {name: int(bits, 16) for name, bits in whole["boxes"].items()}
    return PageSample(tuple(whole["marks"]), int(whole["prose"], 16), boxes, frozenset(whole["title"]))
