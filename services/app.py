"""The one web app: the API of every service, health, metrics and the page that explains them.

It binds to the loopback by default. Health and metrics need no key, because the machines that ask for them have none;
they tell counts and ages, never contents. Who opens the port to others puts a proxy with TLS in front and decides
there who may see /metrics.
"""

from datetime import datetime
from typing import Literal

import redis
import structlog
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST
from prometheus_client.core import Metric
from pydantic import BaseModel
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import HTMLResponse, RedirectResponse

from services import __version__, scopes
from services.access import keys
from services.admin import api as admin
from services.admin.archive import api as archive
from services.admin.reference import SECURITY_POLICY, reference
from services.admin.retries import api as retry_orders
from services.audit import api as audit
from services.audit.gauges import gauges
from services.audit.overview import Overview, overview
from services.audit.waits import overdue
from services.contracts.caller import Caller
from services.desk.app import create_desk
from services.doctor import api as doctor
from services.fetcher import api as fetcher
from services.fetcher.backfill import api as backfills
from services.fetcher.coverage import api as coverage
from services.fetcher.editing import api as source_files
from services.fetcher.pages import api as pages
from services.fetcher.push import api as push
from services.fetcher.removals import api as takedowns
from services.parser import api as parser
from services.parser.profiles import api as profiles
from services.reingest import api as reingestions
from services.runtime import metrics
from services.runtime.celery import wake_ups
from services.runtime.database import reading, utcnow
from services.runtime.http.middleware import guarded
from services.runtime.http.openapi import describe, problems
from services.runtime.http.problems import answer_with_problems, refuse_unknown_parameters, requires
from services.runtime.ledger import health_gates, retries
from services.runtime.settings import runtime_settings
from services.store import api as store
from services.store import shared_changes_api
from services.store.lists import api as lists
from services.store.memento import api as memento
from services.store.quarantine import api as quarantine
from services.store.transparency import api as transparency
from services.store.transparency import checking as log_checking
from services.store.withdrawals import api as withdrawals
from services.webhooks import api as webhooks
from services.webhooks import subscriptions
from services.webhooks.api import confirmations, openapi_webhooks

ROUTERS = (
    audit.router,
    doctor.router,
    fetcher.router,
    source_files.router,
    push.router,
    pages.router,
    coverage.router,
    backfills.router,
    takedowns.router,
    parser.router,
    parser.versions,
    profiles.router,
    store.router,
    memento.router,
    lists.feeds,
    quarantine.router,
    shared_changes_api.router,
    transparency.router,
    log_checking.router,
    withdrawals.router,
    webhooks.router,
    archive.router,
    admin.router,
    retry_orders.router,
    reingestions.router,
)
ABOUT = (
    "Watches government newsrooms: every article clean, every wording kept, every change announced within seconds. "
    "Send your key as `Authorization: Bearer dl_…`. Lists give `next`. Send it as `after` for the next page. "
    "Errors are application/problem+json, and say what to do next."
)
DESK = "/desk"
"""Where people look; programs look everywhere else."""
TAGS = [
    {"name": "service", "description": "Name, health and present state of this installation."},
    {"name": "articles", "description": "The news as it stands, and every wording it had."},
    {"name": "events", "description": "Events of articles in their order, as pages or as a stream."},
    {"name": "feeds", "description": "The latest articles for feed readers, as Atom and as JSON Feed."},
    {"name": "log", "description": "The transparency log: signed checkpoints, and proofs that anybody can check."},
    {"name": "webhooks", "description": "Endpoints that events are posted to, and each delivery with its attempts."},
    {"name": "sources", "description": "The watched newsrooms, how they have been, and how to watch more."},
    {"name": "pages", "description": "Every page that is known: where it is, and what became of it."},
    {"name": "coverage", "description": "Pages that a source showed and that are not stored, and how complete it is."},
    {"name": "takedowns", "description": "Pages of a source that vanished together, and what an operator makes of it."},
    {"name": "quarantine", "description": "Readings of redesigned pages, which wait for a decision."},
    {"name": "changes", "description": "One change on many pages, such as a new footer, and all those pages."},
    {
        "name": "profiles",
        "description": "What the pages of each site have in common, and what people say of its lines.",
    },
    {"name": "captures", "description": "Answers of newsrooms as received, and how an article came out of each."},
    {"name": "admin", "description": "For operators: keys, the audit log, re-ingestions, dead letters and retries."},
]
PATIENCE = 0.5
"""Seconds that Redis has to answer a question of health."""

front = APIRouter(tags=["service"])
log = structlog.get_logger()

Answering = Literal["answers", "does not answer", "not used"]


class Signpost(BaseModel):
    """Name, version and addresses of this installation."""

    name: str = "Dateline"
    version: str
    about: str = ABOUT
    desk: str
    docs: str
    openapi: str
    ready: str


class Alive(BaseModel):
    """The process answers."""

    live: Literal[True] = True


class Readiness(BaseModel):
    """Whether requests can be served and news can be kept, which takes the database and the disk, and not Redis.

    `reasons` say why it is not ready, a sentence each: trouble of our own, with status 503, or messages that failed
    unexpectedly and are being retried, with status 200, because requests are served all the same.

    `overdue_seconds` is how long the longest-waiting message has been due: when it grows, no worker keeps up.
    """

    ready: bool
    database: Answering
    redis: Answering
    overdue_seconds: float | None
    reasons: list[str] = []


@front.get("/", response_model=Signpost)
def show_signpost(request: Request, response: Response) -> Signpost | Response:
    """Name, version and addresses of this installation. A browser is led to the desk."""
    root = request.scope.get("root_path", "").rstrip("/")
    response.headers["Vary"] = "Accept"
    if "text/html" in request.headers.get("accept", ""):
        return RedirectResponse(f"{root}{DESK}/", 303, headers={"Vary": "Accept"})
    return Signpost(
        version=__version__,
        desk=f"{root}{DESK}/",
        docs=f"{root}/docs",
        openapi=f"{root}/openapi.json",
        ready=f"{root}/health/ready",
    )


@front.get("/docs", include_in_schema=False)
def docs(request: Request) -> HTMLResponse:
    page = reference(request.app.openapi(), str(request.base_url).rstrip("/"))
    return HTMLResponse(page, headers={"Content-Security-Policy": SECURITY_POLICY})


@front.get("/health/live")
def check_liveness() -> Alive:
    """Whether the process answers."""
    return Alive()


@front.get(
    "/health/ready",
    responses={503: {"model": Readiness, "description": "It does not answer, or cannot keep news"}},
)
def check_readiness(response: Response) -> Readiness:
    """Whether requests can be served, and how far the workers are behind."""
    late = _overdue()
    away = ["The database does not answer."] if late is None else []
    broken = away or _broken()
    if broken:
        response.status_code = 503
    reasons = [*broken, *([] if away else _retried())]
    return Readiness(
        ready=not reasons,
        database="does not answer" if away else "answers",
        redis=_redis(runtime_settings().redis_url),
        overdue_seconds=late,
        reasons=reasons,
    )


@front.get("/overview", dependencies=[requires("read")])
def show_overview() -> Overview:
    """The present state: where everything is, and how fresh the latest stories are."""
    depths = _depths()
    with reading() as session:
        return overview(session, utcnow(), depths)


@front.get("/metrics", include_in_schema=False)
def show_metrics() -> Response:
    return Response(metrics.exposition(_gauges()), media_type=CONTENT_TYPE_LATEST)


def create_app() -> FastAPI:
    """The app, for an ASGI server."""
    app = FastAPI(
        title="Dateline",
        version=__version__,
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        responses=problems(),
        openapi_tags=TAGS,
        servers=[{"url": "/", "description": "This installation"}],
        # The names of our functions, for the programs that make a client out of the OpenAPI.
        generate_unique_id_function=lambda route: route.name,
        webhooks=openapi_webhooks.router,
    )
    app.state.authenticate = _authenticate
    scopes.connect()
    app.state.caller_of_key = _caller_of_key
    app.state.key_ended = subscriptions.stop
    answer_with_problems(app)
    describe(app)
    app.add_middleware(guarded)
    app.include_router(front)
    for router in ROUTERS:
        app.include_router(router, dependencies=[Depends(refuse_unknown_parameters)])
    # Mail programs and link checkers add parameters of their own.
    app.include_router(confirmations.router)
    app.include_router(memento.by_address)
    app.mount(DESK, create_desk(app))
    return app


def _authenticate(presented: str) -> Caller | None:
    return keys.authenticate(presented, utcnow())


def _caller_of_key(key_id: int, since: datetime) -> Caller | None:
    return keys.caller_of(key_id, since, utcnow())


def _gauges() -> list[Metric]:
    # What processes have counted is told also while the database is away.
    try:
        with reading() as session:
            return list(gauges(session, utcnow(), _depths()))
    except Exception as trouble:  # noqa: BLE001 - the database, Redis and kombu each have their own; all mean "away"
        log.warning("not_measured", error=f"{type(trouble).__name__}: {trouble}"[:300])
        return []


def _overdue() -> float | None:
    try:
        with reading() as session:
            return overdue(session, utcnow())
    except SQLAlchemyError as trouble:
        log.warning("not_ready", error=f"{type(trouble).__name__}: {trouble}"[:300])
        return None


def _broken() -> list[str]:
    """What of our own is in the way of the work, as workers found it, or this process."""
    try:
        with reading() as session:
            return [gate.reason for gate in health_gates.shut(session)]
    except SQLAlchemyError:
        return []  # that the database is away is told already


def _retried() -> list[str]:
    # Nobody has signed in here: which kind and what class of error, and nothing of what they say.
    with reading() as session:
        number, first = retries.number(session), retries.retrying(session, limit=1)
    if not first:
        return []
    return [f"{number} messages are being retried, the first a {first[0].kind} ({first[0].reason.partition(':')[0]})."]


def _depths() -> dict[str, int]:
    return wake_ups.depths() if _redis(runtime_settings().redis_url) == "answers" else {}


def _redis(url: str) -> Answering:
    if not url:
        return "not used"
    limits = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE, "retry": Retry(NoBackoff(), 0)}
    try:
        with redis.Redis.from_url(url, **limits) as client:
            client.ping()
    except (redis.RedisError, ValueError):
        return "does not answer"
    return "answers"
