"""The files of an article over HTTP: what is kept of each, from when on."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, JsonValue
from sqlalchemy import Row

from services.runtime.database import reading
from services.runtime.http.problems import Storable
from services.runtime.provenance.files import versions_of
from services.store.withdrawals.refusal import article_to_show

router = APIRouter(prefix="/articles", tags=["articles"])

ArticleId = Annotated[Storable, Path(max_length=100, description="An article's id.")]
EXAMPLE: dict[str, JsonValue] = {
    "url": "https://media.example/docs/report.pdf",
    "kind": "attachment",
    "outcome": "unchanged",
    "detail": None,
    "visited_at": "2026-03-03T14:30:00Z",
    "versions": [
        {
            "fetched_at": "2026-03-02T14:31:00Z",
            "capture": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
            "digest": "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c",
            "size": 81234,
            "content_type": "application/pdf",
        }
    ],
}


class VersionView(BaseModel):
    """The bytes of a file from one look on: their SHA-256 and size; `GET /captures/{capture}/body` has them."""

    fetched_at: datetime
    capture: str
    digest: str
    size: int
    content_type: str | None


class AttachmentView(BaseModel):
    """A file that an article names, how the last look at it went, and all its versions, the oldest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    url: str
    kind: str
    outcome: str | None
    detail: str | None
    visited_at: datetime | None
    versions: list[VersionView]


class Attachments(BaseModel):
    """The files of an article, in the order in which they were found."""

    attachments: list[AttachmentView]


@router.get("/{article}/attachments")
def list_attachments(article: ArticleId) -> Attachments:
    """The attachments and pictures that are kept of an article, where the rule of its source keeps any."""
    with reading() as session:
        article_to_show(session, article)
        return Attachments(attachments=_views(versions_of(session, [article])))


def _views(rows: Iterable[Row[Any]]) -> list[AttachmentView]:
    views: dict[int, AttachmentView] = {}
    for row in rows:
        about = {name: getattr(row, name) for name in ("url", "kind", "outcome", "detail", "visited_at")}
        view = views.setdefault(row.id, AttachmentView(**about, versions=[]))
        if row.capture:
            view.versions.append(
                VersionView(
                    fetched_at=row.kept_at,
                    capture=row.capture,
                    digest=row.kept_digest,
                    size=row.size,
                    content_type=row.content_type,
                )
            )
    return list(views.values())
