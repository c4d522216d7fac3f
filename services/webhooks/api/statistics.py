"""How attempts went over time, of one endpoint and of all."""

from sqlalchemy import select

from services.runtime.database import reading, utcnow
from services.runtime.http.problems import Id
from services.webhooks import statistics, subscriptions
from services.webhooks.api.own import Subscriber, own, router
from services.webhooks.models import endpoints
from services.webhooks.statistics import EndpointStatistics, EndpointSummaries, Span


@router.get("/endpoints/{endpoint_id}/statistics")
def show_endpoint_statistics(endpoint_id: Id, caller: Subscriber, span: Span = "day") -> EndpointStatistics:
    """How the attempts of the last hour, day or week went: how many delivered, and how quick the answers were."""
    with reading() as session:
        own(session, caller, endpoint_id)
        return statistics.statistics(session, endpoint_id, span, utcnow())


@router.get("/statistics")
def show_statistics(caller: Subscriber, span: Span = "day") -> EndpointSummaries:
    """What each of your endpoints is owed, and how its attempts of the last hour, day or week went."""
    with reading() as session:
        mine = session.scalars(select(endpoints.c.id).where(*subscriptions.visible_to(caller))).all()
        return statistics.summaries(session, mine, span, utcnow())
