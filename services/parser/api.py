"""Captures over HTTP: what a newsroom answered, and what becomes of each of its lines."""

import re
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, TypeVar

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel

from services.contracts.errors import PermanentError
from services.contracts.urls import profile_host
from services.parser import alone
from services.parser.explained import Explanation
from services.parser.layouts import VERSIONS
from services.parser.profiles.known import find_profiles
from services.parser.settings import parser_settings
from services.parser.site_profile import SiteProfile
from services.parser.version import PARSER_VERSION
from services.runtime.archive import capture_store
from services.runtime.database import reading
from services.runtime.http.memento import memento_headers
from services.runtime.http.problems import Problem, requires
from services.runtime.provenance import profiles
from services.runtime.withholding import is_withheld

router = APIRouter(prefix="/captures", tags=["captures"], dependencies=[requires("read")])
versions = APIRouter(tags=["captures"], dependencies=[requires("read")])

T = TypeVar("T")

AT_ONCE = 4
"""Pages explained at a time, each in a process of its own."""
_TYPE = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,80}")
_ENDINGS = {"application/pdf": ".pdf", "text/html": ".html", "text/plain": ".txt", "message/rfc822": ".eml"}
_turns = threading.BoundedSemaphore(AT_ONCE)

Name = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="A capture's name: the SHA-256 of its file.")]


Digest = Annotated[
    str | None, Query(pattern="^[0-9a-f]{64}$", description="A site profile: the SHA-256 of its canonical JSON.")
]


class CaptureView(BaseModel):
    """A response as it was received; `bytes` counts its body, of which `payload_digest` is the SHA-256."""

    name: str
    url: str
    fetched_at: datetime
    status: int
    headers: list[tuple[str, str]]
    request_headers: list[tuple[str, str]]
    bytes: int
    payload_digest: str


class LayoutVersion(BaseModel):
    """A layout: how pages of one publishing system are read."""

    name: str
    version: str


class ParserVersions(BaseModel):
    """The parser as it reads pages now. Articles say which versions read them, so older readings can be read again."""

    version: str
    layouts: list[LayoutVersion]


@versions.get("/parser")
def show_parser() -> ParserVersions:
    """The parser's version, and each layout that it knows with the layout's own version."""
    layouts = [LayoutVersion(name=name, version=version) for name, version in sorted(VERSIONS.items())]
    return ParserVersions(version=PARSER_VERSION, layouts=layouts)


@router.get("/{name}")
def show_capture(name: Name) -> CaptureView:
    """A response as it was received, without its body."""
    capture = _load(name)
    return CaptureView(
        name=name,
        url=capture.url,
        fetched_at=capture.fetched_at,
        status=capture.status,
        headers=list(capture.headers),
        request_headers=list(capture.request_headers),
        bytes=len(capture.body),
        payload_digest=capture_store.payload_digest(capture.body),
    )


@router.get("/{name}/body", response_class=Response, responses={200: {"content": {"application/octet-stream": {}}}})
def download_capture(name: Name, request: Request) -> Response:
    """The body of a response, byte for byte, to be saved and not shown: a browser runs nothing of it.

    `Memento-Datetime` says when it was received, and `Link` where the other captures of its page are (RFC 7089).
    """
    capture = _load(name)
    kind = (capture.content_type or "").partition(";")[0].strip().lower()
    headers = {
        "Content-Disposition": f'attachment; filename="{name[:16]}{_ENDINGS.get(kind, ".bin")}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        **memento_headers(str(request.base_url), capture.url, capture.fetched_at),
    }
    return Response(capture.body, media_type=kind if _TYPE.fullmatch(kind) else None, headers=headers)


@router.get("/{name}/warc", response_class=Response, responses={200: {"content": {"application/octet-stream": {}}}})
def download_records(name: Name) -> Response:
    """The records of a capture, byte for byte: a WARC file, whose SHA-256 is the capture's name."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name[:16]}.warc.gz"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(_raw(name), media_type="application/warc", headers=headers)


@router.get("/{name}/explanation", response_model=Explanation)
def explain_capture(name: Name, profile: Digest = None) -> Response:
    """Why the article reads as it does: each line of the page, what it became, and the rule that decided it, if any.

    It is read with the site profile of this digest, or else with the one that its host has now.
    """
    capture = _load(name)
    site = _profile(profile, capture.url)
    if not _turns.acquire(blocking=False):
        raise Problem(503, "Others are explained just now", "Ask again in a moment.", headers={"Retry-After": "2"})
    try:
        report = alone.explained(
            capture.body, url=capture.url, content_type=capture.content_type, now=capture.fetched_at, profile=site
        )
    finally:
        _turns.release()
    if report is None:
        advice = (
            f"It takes more than {parser_settings().cpu_seconds:g} s of CPU, {alone.MEMORY // 1_000_000} MB or "
            f"{alone.LINES:,} lines; `dateline parse --capture {name} --explain` takes as much as it needs."
        )
        raise Problem(422, "Too large a page to explain here", advice)
    return Response(report, media_type="application/json")


def _profile(digest: str | None, url: str) -> SiteProfile | None:
    with reading() as session:
        host = profile_host(url) or ""
        chosen = digest or profiles.current_profiles(session, [host]).get(host)
        profile = find_profiles(session, [chosen]).get(chosen or "")
    if digest and profile is None:
        raise Problem(404, "No such profile", "GET /profiles/{host} lists the versions of a host.")
    return profile


def _load(name: str) -> capture_store.Capture:
    return _from_archive(capture_store.load, name)


def _raw(name: str) -> bytes:
    return _from_archive(capture_store.raw, name)


def _from_archive(read: Callable[[str], T], name: str) -> T:
    with reading() as session:
        if is_withheld(session, name):
            raise Problem(410, "Withheld", "An operator has withdrawn or erased the article of this capture.")
    try:
        return read(name)
    except capture_store.NoArchive as nothing:
        raise Problem(503, "No archive here", str(nothing)) from None
    except PermanentError as damage:
        raise Problem(404, "No such capture", str(damage)) from None
