"""Captures over HTTP: what a newsroom answered, and what becomes of each of its lines."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel

from services.contracts.article import Reading
from services.contracts.errors import PermanentError
from services.parser.extract import read
from services.runtime import archive
from services.runtime.web import Problem, requires

router = APIRouter(prefix="/captures", tags=["captures"], dependencies=[requires("read")])

Name = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="A capture's name: the SHA-256 of its file.")]


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


class LineView(BaseModel):
    """A line of the page: `rule` names what took it out of the article's body, null keeps it in."""

    text: str
    rule: str | None


class Explanation(BaseModel):
    """Every line of the page's main region in order, and what the parser of today reads from them."""

    lines: list[LineView]
    reading: Reading


@router.get("/{name}")
def show_capture(name: Name) -> CaptureView:
    """What was received, without the body."""
    capture = _load(name)
    return CaptureView(
        name=name,
        url=capture.url,
        fetched_at=capture.fetched_at,
        status=capture.status,
        headers=list(capture.headers),
        request_headers=list(capture.request_headers),
        bytes=len(capture.body),
        payload_digest=archive.payload_digest(capture.body),
    )


@router.get("/{name}/explanation")
def explain_capture(name: Name) -> Explanation:
    """Why the article reads as it does: each line of the page, and the rule that took it out, if one did."""
    capture = _load(name)
    reading, lines = read(capture.body, url=capture.url, content_type=capture.content_type)
    return Explanation(lines=[LineView(text=line.text, rule=line.rule) for line in lines], reading=reading)


def _load(name: str) -> archive.Capture:
    try:
        return archive.load(name)
    except PermanentError as damage:
        raise Problem(404, "No such capture", str(damage)) from None
