"""What is wrong with the service itself, as far as it can be seen from here: gates, messages, endpoints, checks."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import Session

from services.contracts.troubles import ServiceTroubleKind
from services.runtime.ledger import health_gates, waiting
from services.runtime.ledger.ledger_table import OPEN, ledger
from services.runtime.troubles.decide import Key, Symptom
from services.runtime.troubles.service_checks import AUDIT, BACKUP, service_checks
from services.webhooks.condition import INTENDED
from services.webhooks.models import LISTENING, endpoints

LATE = timedelta(minutes=15)
"""How long a message may be due before the workers count as too few."""
FAILING = timedelta(hours=1)
"""How long an endpoint may fail before operators are told."""
_GATES: dict[str, ServiceTroubleKind] = {
    "archive": "archive_closed",
    "captures": "archive_unreadable",
    "database": "database_closed",
    "secret": "secrets_unreadable",
}

Symptoms = Iterator[tuple[Key, Symptom]]


def troubles_present(session: Session, now: datetime) -> dict[Key, Symptom]:
    """What is wrong now."""
    return dict((*_gates(session), *_messages(session, now), *_endpoints(session, now), *_checks(session, now)))


def _gates(session: Session) -> Symptoms:
    for gate in health_gates.shut(session):
        if kind := _GATES.get(gate.name):
            yield (kind, f"gate/{gate.name}"), Symptom(gate.since, gate.reason)


def _messages(session: Session, now: datetime) -> Symptoms:
    given_up = select(ledger.c.kind, func.count(), func.min(ledger.c.dead_lettered_at, type_=ledger.c.due_at.type))
    undecided = given_up.where(~OPEN, ledger.c.discarded_at.is_(None)).group_by(ledger.c.kind).order_by(ledger.c.kind)
    for kind, number, since in session.execute(undecided):
        messages = "message was" if number == 1 else "messages were"
        yield ("dead_letters", f"messages/{kind}"), Symptom(since, f"{number} {kind} {messages} given up on.")
    late = timedelta(seconds=waiting.overdue(session, now))
    if late >= LATE:
        minutes = LATE // timedelta(minutes=1)
        sentence = f"A message has been due for more than {minutes} minutes, and nobody has taken it."
        yield ("work_overdue", "messages"), Symptom(now - late, sentence)


def _endpoints(session: Session, now: datetime) -> Symptoms:
    columns = ("id", "description", "state", "reason", "updated_at", "failing_since", "last_error")
    rows = session.execute(
        select(*(endpoints.c[name] for name in columns)).where(
            endpoints.c.state.in_(LISTENING),
            (endpoints.c.state == "disabled") | (endpoints.c.failing_since <= now - FAILING),
        )
    )
    for row in rows:
        # Not its address, which may hold a token.
        name = f"Endpoint {row.id}" + (f" ({row.description})" if row.description else "")
        if row.state == "active":
            sentence = f"{name} has failed since {row.failing_since:%Y-%m-%d %H:%M} UTC: {row.last_error}"
            yield ("endpoint_failing", f"endpoint/{row.id}"), Symptom(row.failing_since, sentence)
        elif row.reason not in INTENDED:
            since = row.failing_since or row.updated_at
            yield ("endpoint_disabled", f"endpoint/{row.id}"), Symptom(since, f"{name} was disabled. {row.reason}")


def _checks(session: Session, now: datetime) -> Symptoms:
    kinds: dict[str, ServiceTroubleKind] = {AUDIT: "audit_failed", BACKUP: "backup_failed"}
    for name, check in service_checks(session).items():
        if not check.holds and name in kinds:
            yield (kinds[name], f"check/{name}"), Symptom(check.since or check.at, check.sentence)
        elif name == BACKUP and check.due_by and check.due_by < now:
            sentence = f"The last backup is of {check.at:%Y-%m-%d %H:%M} UTC, and another one was due since."
            yield ("backup_overdue", f"check/{name}"), Symptom(check.due_by, sentence)
