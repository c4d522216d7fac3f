"""Every number that a subscriber can run into, in one place."""

from dataclasses import dataclass
from datetime import timedelta

from services.webhooks import breaker, retries

ENDPOINTS = 50
"""Endpoints of one API key."""
HEADERS = 20
"""The owner's own headers of one endpoint."""
METADATA = 20
"""Entries of an endpoint's metadata."""
RATE = 100.0
"""The highest rate that can be asked for, in events a second."""
OVERLAP = timedelta(days=7)
"""The longest time in which an old secret signs beside the new one."""
DEFAULT_OVERLAP = timedelta(hours=24)
PREVIEW = 100
"""Events that a preview judges."""
WAIT = 30.0
"""Seconds that a long poll may take."""
KEPT = 4_096
"""Bytes of an answer that the log keeps."""
SECONDS = 15.0
"""For one attempt over all: connection, TLS, headers and body."""


@dataclass(frozen=True)
class DeliveryLimits:
    """All of them. Durations are in seconds."""

    endpoints_per_key: int
    headers_per_endpoint: int
    metadata_per_endpoint: int
    highest_rate_per_second: float
    attempts_at_a_time_per_endpoint: int
    seconds_per_attempt: float
    bytes_kept_of_an_answer: int
    schedule: tuple[float, ...]
    jitter: float
    longest_retry_after: float
    failures_before_holding: int
    holds: tuple[float, ...]
    failing_before_disabling: float
    failures_before_disabling: int
    default_overlap_of_secrets: float
    longest_overlap_of_secrets: float
    events_in_a_preview: int
    longest_wait: float
    retention_days: int


def limits(retention_days: int) -> DeliveryLimits:
    """The limits of an installation that keeps deliveries for so many days."""
    return DeliveryLimits(
        endpoints_per_key=ENDPOINTS,
        headers_per_endpoint=HEADERS,
        metadata_per_endpoint=METADATA,
        highest_rate_per_second=RATE,
        attempts_at_a_time_per_endpoint=1,
        seconds_per_attempt=SECONDS,
        bytes_kept_of_an_answer=KEPT,
        schedule=tuple(pause.total_seconds() for pause in retries.SCHEDULE),
        jitter=retries.JITTER,
        longest_retry_after=retries.LONGEST.total_seconds(),
        failures_before_holding=breaker.TRIP,
        holds=tuple(hold.total_seconds() for hold in breaker.HOLDS),
        failing_before_disabling=breaker.GIVE_UP.total_seconds(),
        failures_before_disabling=breaker.AT_LEAST,
        default_overlap_of_secrets=DEFAULT_OVERLAP.total_seconds(),
        longest_overlap_of_secrets=OVERLAP.total_seconds(),
        events_in_a_preview=PREVIEW,
        longest_wait=WAIT,
        retention_days=retention_days,
    )
