"""The one log line, and the metrics, that tell how a message was handled."""

import structlog

from services.runtime import metrics
from services.runtime.ledger.jobs import Job

log = structlog.get_logger()


def report(job: Job) -> None:
    """Counts how the handling of a job that has ended went, and writes it to the log."""
    metrics.HANDLED.labels(job.kind, job.outcome).inc()
    metrics.SECONDS.labels(job.kind).observe(job.seconds)
    notes = job.notes | ({"reason": job.reason} if job.reason else {})
    milliseconds = round(job.seconds * 1000, 1)
    with structlog.contextvars.bound_contextvars(trace_id=job.trace_id):
        write = log.debug if job.outcome == "deferred" else log.info  # to wait for one's turn is no news
        about = {"kind": job.kind, "key": job.key, "attempts": job.attempts, "outcome": job.outcome}
        write("handled", **about, ms=milliseconds, **notes)
