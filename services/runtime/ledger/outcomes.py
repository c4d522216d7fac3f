"""The one log line, and the metrics, that tell how a message was handled."""

import structlog

from services.runtime import metrics
from services.runtime.ledger.jobs import Job, Outcome

log = structlog.get_logger()


def report(job: Job, outcome: Outcome, reason: str | None) -> None:
    """Counts how the handling ended, and writes it to the log."""
    metrics.HANDLED.labels(job.kind, outcome).inc()
    metrics.SECONDS.labels(job.kind).observe(job.seconds)
    notes = job.notes | ({"reason": reason} if reason else {})
    milliseconds = round(job.seconds * 1000, 1)
    with structlog.contextvars.bound_contextvars(trace_id=job.trace_id):
        write = log.debug if outcome == "deferred" else log.info  # to wait for one's turn is no news
        write("handled", kind=job.kind, key=job.key, attempts=job.attempts, outcome=outcome, ms=milliseconds, **notes)
