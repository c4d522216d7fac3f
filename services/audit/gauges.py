"""The audit as metrics: where the pages are, what waits, and how long the queues are."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from prometheus_client.core import GaugeMetricFamily
from sqlmodel import Session

from services.audit.waits import overdue
from services.fetcher import blocked
from services.fetcher.alarms import alarmed
from services.fetcher.checks import SourcePages, count_pages
from services.fetcher.coverage.find import count_gaps
from services.fetcher.rhythm.watch import silent_sources
from services.fetcher.trust_views import trust_of_all
from services.runtime.ledger import health_gates, retries, waiting
from services.runtime.troubles.service_checks import BACKUP, service_checks

KEPT = timedelta(minutes=1)
"""How old the sum of the pages may be: of a hundred thousand, to count them takes half a second."""
STATES = ("due", "in_flight", "at_rest", "dead_lettered", "unaccounted")


def _backup(session: Session, now: datetime) -> Iterator[GaugeMetricFamily]:
    """How old the last backup is that was made; nothing before the first."""
    last = service_checks(session).get(BACKUP)
    if last and (last.holds or last.since):
        age = (now - (last.at if last.holds else last.since or now)).total_seconds()
        yield GaugeMetricFamily("dateline_backup_age_seconds", "Since when no backup was made.", value=max(age, 0))


def gauges(session: Session, now: datetime, depths: Mapping[str, int]) -> Iterator[GaugeMetricFamily]:
    """What there is at this time; `depths` counts the wake-ups in each queue, and is empty while Redis is away."""
    pages = GaugeMetricFamily("dateline_pages", "Pages by where they are.", labels=["source", "state"])
    for source in counted_pages(session, now):
        for state in STATES:
            pages.add_metric([source.source, state], getattr(source, state))
    yield pages
    walled = GaugeMetricFamily(
        "dateline_pages_walled", "Pages whose newest capture the parser takes for a wall or a shell.", labels=["source"]
    )
    for name, result in blocked.walled(session).items():
        walled.add_metric([name], result.pages)
    yield walled
    lost = GaugeMetricFamily(
        "dateline_channels_lost", "Channels that were read before and cannot be read now.", labels=["source"]
    )
    for name, number in alarmed(session).items():
        lost.add_metric([name], number)
    yield lost
    missing = GaugeMetricFamily(
        "dateline_gaps", "Pages that a source showed and that are not stored.", labels=["source", "cause"]
    )
    for name, causes in count_gaps(session).items():
        for cause, number in causes.items():
            missing.add_metric([name, cause], number)
    yield missing
    yield from _rhythms(session, now)
    yield from _backup(session, now)
    messages = GaugeMetricFamily("dateline_messages", "Messages by what is to be done with them.", labels=["state"])
    for what, number in waiting.counts(session).items():
        messages.add_metric([what.removeprefix("messages ").replace(" ", "_").replace("-", "_")], number)
    messages.add_metric(["retrying"], retries.number(session))
    yield messages
    yield GaugeMetricFamily(
        "dateline_overdue_seconds",
        "How long the longest-waiting message has been due.",
        value=overdue(session, now),
    )
    gates = GaugeMetricFamily("dateline_gate_shut", "Trouble of our own that work waits for.", labels=["gate"])
    for gate in health_gates.shut(session):
        gates.add_metric([gate.name], 1)
    yield gates
    queues = GaugeMetricFamily("dateline_queue_depth", "Wake-ups that wait in Redis.", labels=["queue"])
    for queue, depth in depths.items():
        queues.add_metric([queue], depth)
    yield queues


def _rhythms(session: Session, now: datetime) -> Iterator[GaugeMetricFamily]:
    silent = GaugeMetricFamily("dateline_source_silent", "Sources of which people were told that they are silent.")
    silent.add_metric([], silent_sources(session))
    yield silent
    doubted = GaugeMetricFamily(
        "dateline_claims_distrusted", "Channels and hosts of which a claim is not relied on.", labels=["claim"]
    )
    saved = GaugeMetricFamily("dateline_channel_bytes_saved", "Bytes of channels that answers of 304 did not bring.")
    avoided = GaugeMetricFamily(
        "dateline_misses_avoided", "Changes that validators would have hidden, had they been believed."
    )
    known = trust_of_all(session)
    counted = Counter(claim for trust in known for claim in trust.doubted(now))
    for claim, number in sorted(counted.items()):
        doubted.add_metric([claim], number)
    saved.add_metric([], sum(trust.saved for trust in known))
    avoided.add_metric([], sum(trust.avoided for trust in known))
    yield from (doubted, saved, avoided)


def counted_pages(session: Session, now: datetime) -> list[SourcePages]:
    """Where the pages of each source are; at most a minute old."""
    database = str(session.get_bind())
    counted_at, result = _counted.get(database, (None, []))
    if counted_at is None or not now - KEPT < counted_at <= now:
        result = count_pages(session, now)
        _counted[database] = now, result
    return result


_counted: dict[str, tuple[datetime, list[SourcePages]]] = {}
