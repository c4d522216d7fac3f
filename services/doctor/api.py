"""The doctor over HTTP."""

import threading
from functools import partial

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from services.contracts.article import Reading, Rejected
from services.doctor.examine import examine
from services.doctor.findings import Diagnosis
from services.doctor.looks import Looks
from services.fetcher.answers import Fetched
from services.fetcher.settings import fetcher_settings
from services.fetcher.source_seeds import Address
from services.parser.alone import NotRead, read_alone
from services.runtime.database import utcnow
from services.runtime.egress import egress_settings, open_client
from services.runtime.http.problems import Problem, requires

router = APIRouter(tags=["sources"])

AT_ONCE = 2
"""Examinations at a time: each holds one thread of the web app for most of a minute."""
_turns = threading.BoundedSemaphore(AT_ONCE)


class DoctorOrder(BaseModel):
    """The site to examine: any page of its newsroom, or one of its channels."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"examples": [{"url": "https://www.navy.mil/Press-Office/"}]}
    )

    url: Address


@router.post("/sources/doctor", dependencies=[requires("admin")])
def examine_site(order: DoctorOrder) -> Diagnosis:
    """Examines a site at its pace, and proposes a source: 14 requests at most, up to 50 s. Nothing is kept."""
    if not _turns.acquire(blocking=False):
        advice = "Two sites are examined at a time; ask again in a minute."
        raise Problem(503, "Others are examined just now", advice, headers={"Retry-After": "60"})
    try:
        with open_client(egress_settings()) as client:
            return examine(Looks(client, utcnow(), fetcher_settings()), order.url, _read)
    finally:
        _turns.release()


def _read(page: Fetched) -> Reading:
    reads = partial(read_alone, url=page.url, content_type=page.content_type, now=utcnow())
    try:
        return reads(page.body)
    except NotRead as trouble:
        return Rejected(reason="too_costly", detail=str(trouble))
