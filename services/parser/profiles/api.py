"""Site profiles over HTTP: what the service has learned of each host, and what people say of its lines."""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from sqlmodel import Session

from services.contracts.caller import Caller
from services.contracts.messages import BuildProfile
from services.parser.profiles.finding import find_hosts, find_profile
from services.parser.profiles.learning import proposal, revise
from services.parser.profiles.rulings import TooManyLines, rule
from services.parser.profiles.views import LineJudgement, Profiles, ProfileView
from services.runtime import audit_log
from services.runtime.database import reading, transaction, utcnow
from services.runtime.http.problems import After, Limit, Problem, Storable, cursor, page, position, requires
from services.runtime.ledger.jobs import enqueue
from services.runtime.provenance import profiles

router = APIRouter(prefix="/profiles", tags=["profiles"])

Admin = Annotated[Caller, requires("admin")]
Host = Annotated[Storable, Path(max_length=300, examples=["www.newsroom.example"])]
Digest = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="SHA-256 of the profile's canonical JSON.")]
LISTING = "profiles"


@router.get("", dependencies=[requires("read")])
def list_profiles(limit: Limit = 50, after: After = None) -> Profiles:
    """The hosts with a site profile, by name."""
    place = position(LISTING, after, str)
    with reading() as session:
        rows = find_hosts(session, place[0] if place else None, limit + 1)
    shown, following = page(rows, limit, lambda row: cursor(LISTING, row.host))
    return Profiles(profiles=list(shown), next=following)


@router.get("/{host}", dependencies=[requires("read")])
def show_profile(host: Host) -> ProfileView:
    """The site profile of a host: the lines that stand on many of its pages, and what people say of lines."""
    with reading() as session:
        return _require_profile(session, host)


@router.get(
    "/by-digest/{digest}",
    dependencies=[requires("read")],
    response_class=Response,
    responses={200: {"content": {"application/json": {}}}},
)
def download_profile(digest: Digest) -> Response:
    """A profile, now or earlier, as its canonical JSON: the SHA-256 of these bytes is its digest."""
    with reading() as session:
        text = profiles.load_profile(session, digest)
    if text is None:
        raise Problem(404, "No such profile", "GET /profiles/{host} lists the versions of a host.")
    return Response(text, media_type="application/json")


@router.post("/{host}/lines")
def judge_line(host: Host, judgement: LineJudgement, caller: Admin) -> ProfileView:
    """Protect a line of a site, or take it out, from now on. What that changes of stored articles is proposed."""
    name, now = host.removeprefix("www."), utcnow()
    ruling = None if judgement.ruling == "none" else judgement.ruling
    with transaction() as session:
        try:
            rule(session, name, judgement.text, ruling, caller, now)
        except TooManyLines as trouble:
            raise Problem(409, "Too many lines", str(trouble)) from None
        profile = revise(session, name, now)
        if profile is None:
            raise _unknown(host)
        enqueue(session, proposal(profile), lane="bulk")
        return _require_profile(session, host)


@router.post("/{host}/learn", status_code=202)
def learn_profile(host: Host, caller: Admin) -> None:
    """Learn the profile of a host now, in the background; it needs three articles of its own."""
    name = host.removeprefix("www.")
    with transaction() as session:
        if not profiles.countable(session).get(name):
            raise Problem(404, "No pages to learn from", f"No stored page of {name} is read with a site profile.")
        enqueue(session, BuildProfile(host=name), lane="bulk")
        audit_log.note(session, caller, "profile.learned", f"site {name}", utcnow())


def _require_profile(session: Session, host: str) -> ProfileView:
    profile = find_profile(session, host.removeprefix("www."))
    if profile is None:
        raise _unknown(host)
    return profile


def _unknown(host: str) -> Problem:
    return Problem(404, "No site profile", f"{host} has none yet. GET /profiles lists the hosts that have one.")
