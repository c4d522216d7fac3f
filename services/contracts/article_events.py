"""What can happen to an article: the events about it, and what each says."""

from typing import Literal

from pydantic import BaseModel

from services.contracts.article import ArticleStatus, Evidence
from services.contracts.article_view import ArticleView
from services.contracts.changes import ArticleChange
from services.contracts.envelope import EventEnvelope
from services.contracts.files import FileChange

ArticleEventType = Literal[
    "article.created",
    "article.updated",
    "article.removed",
    "article.restored",
    "article.moved",
    "article.merged",
    "article.withdrawn",
    "article.listed",
]
LISTED = "article.listed"


class ArticleFacts(BaseModel):
    """What happened to an article: how it reads now, which revision it had before, and which fields changed.

    `change` weighs what changed and shows it word by word; it is null for a new article. `files` are attachments or
    pictures that were replaced under their address, where `changed` names `attachments`.
    """

    article: ArticleView
    previous_revision: int | None
    changed: tuple[str, ...]
    change: ArticleChange | None = None
    files: tuple[FileChange, ...] = ()


class StatusFacts(BaseModel):
    """What became of an article's page: the article in its last wording, its status before, and what shows it."""

    article: ArticleView
    previous_status: ArticleStatus
    evidence: tuple[Evidence, ...]


class SiteMove(BaseModel):
    """The move of a whole site that an operator ordered: from which host to which."""

    old: str
    new: str


class MovedFacts(ArticleFacts):
    """The same of an article that has another address now.

    `site_move` names the move of a whole site that this is a part of, so that all of it can be shown as one notice.
    """

    previous_url: str
    site_move: SiteMove | None = None


class MergedArticle(BaseModel):
    """The article that turned out to be another one: its wordings stay at `/articles/{id}/revisions`."""

    id: str
    url: str | None
    source: str
    headline: str
    revision: int


class MergedFacts(ArticleFacts):
    """Two articles turned out to be one: `article` is the one that stays, `merged` the one that leads to it now."""

    merged: MergedArticle


class WithdrawnFacts(StatusFacts):
    """An operator hides the article. It is named, and no word of it is said; `reason` is the operator's."""

    reason: str | None = None


class ListedFacts(BaseModel):
    """Which further source shows an article, and how the article reads now."""

    article: ArticleView
    by: str


class ArticleCreated(EventEnvelope):
    """An article that Dateline did not know. `previous_revision` is null."""

    type: Literal["article.created"]
    data: ArticleFacts


class ArticleUpdated(EventEnvelope):
    """The words of an article changed: `changed` names the fields, `previous_revision` the wording before."""

    type: Literal["article.updated"]
    data: ArticleFacts


class ArticleRemoved(EventEnvelope):
    """The page of an article was taken down: several looks over a day or more did not find it, and nothing else
    explains that. `evidence` names the captured answers.
    """

    type: Literal["article.removed"]
    data: StatusFacts


class ArticleWithdrawn(EventEnvelope):
    """An operator has withdrawn an article: show it no more. The words are gone from its earlier events, too, which
    say `"withdrawn": true`, or `"erased": true` after an erasure.
    """

    type: Literal["article.withdrawn"]
    data: WithdrawnFacts


class ArticleRestored(EventEnvelope):
    """The page of an article that was removed is back, or an operator has restored a withdrawn article."""

    type: Literal["article.restored"]
    data: StatusFacts


class ArticleMoved(EventEnvelope):
    """An article has another address, at `previous_url` until now. What it says is told by `article.updated`."""

    type: Literal["article.moved"]
    data: MovedFacts


class ArticleMerged(EventEnvelope):
    """Two articles turned out to be one. Forget `merged`, whose id leads to `article` from now on."""

    type: Literal["article.merged"]
    data: MergedFacts


class ArticleListed(EventEnvelope):
    """A further source shows an article that was announced before. Only endpoints that name this source in their
    filter, or this type, are sent it.
    """

    type: Literal["article.listed"]
    data: ListedFacts
