"""The router of the webhooks API, and the check that an endpoint belongs to its caller."""

from typing import Annotated

from fastapi import APIRouter
from sqlmodel import Session

from services.contracts.caller import Caller
from services.contracts.messages import Deliver
from services.runtime import audit_log
from services.runtime.database import utcnow
from services.runtime.http.problems import Problem, requires
from services.runtime.ledger.jobs import enqueue
from services.webhooks import subscriptions
from services.webhooks.models import Endpoint

router = APIRouter(prefix="/webhooks", tags=["webhooks"])

Subscriber = Annotated[Caller, requires("subscribe")]


def own(session: Session, caller: Caller, endpoint_id: int, *, to_change: bool = False) -> Endpoint:
    """The endpoint, when the caller may know of it; else it does not exist for them."""
    result = subscriptions.own(session, caller, endpoint_id, to_change=to_change)
    if result is None:
        raise Problem(404, "No such endpoint", "GET /webhooks/endpoints lists yours.")
    return result


def note(session: Session, caller: Caller, done: str, endpoint_id: int | None, more: str = "") -> None:
    """Writes down what the caller has done with an endpoint."""
    audit_log.note(session, caller, f"endpoint.{done}", f"endpoint {endpoint_id}{more}", utcnow())


def amount(deliveries: int) -> str:
    """How many deliveries an entry of the audit log is about."""
    return f": {deliveries} {'delivery' if deliveries == 1 else 'deliveries'}"


def serve_now(session: Session, endpoint_id: int) -> None:
    """Has the endpoint brought what is due; once for all deliveries that were made so."""
    enqueue(session, Deliver(endpoint=endpoint_id))
