"""The clean article, and the reason why a page gave none.

`Article` is the one shape that the parser returns, the store keeps and the API shows. Fields are added with
defaults and never renamed, so that services of different ages understand one another.
"""

import hashlib
import json
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator, WithJsonSchema

from services.contracts.addresses import web_address

ArticleKind = Literal[
    "news",
    "release",
    "contracts",
    "transcript",
    "speech",
    "advisory",
    "feature",
    "photo_essay",
    "biography",
    "fact_sheet",
    "video",
    "reference",
    "document",
    "stub",
    "other",
]
BlockKind = Literal["paragraph", "subhead", "quote", "list_item", "table", "turn"]
AwardAction = Literal["contract", "modification", "order", "agreement"]
AmountKind = Literal["maximum", "ceiling", "not_to_exceed", "estimated"]
ModificationKind = Literal["option", "ceiling", "definitization"]
ReadFrom = Literal["json-ld", "page-state", "mail"]
"""Where a text was that the page does not show: what it tells machines, the data of its own scripts, or a bulletin
by e-mail about a page that is blocked."""
ArticleStatus = Literal["live", "missing", "removed", "moved", "blocked", "withdrawn"]
"""What became of an article's page.

`missing` is not there now, which may be a fault; `removed` is not there by every sign; `moved` is another article now,
which `merged_into` names; `blocked` answers us with a wall; `withdrawn` is hidden here, by an operator.
"""
RejectionReason = Literal[
    "empty",
    "not_html",
    "listing",
    "blocked",
    "not_an_article",
    "stub",
    "too_hostile",
    "too_costly",
    "no_text",
    "encrypted",
    "damaged",
]
"""The last three are of documents: pages that are pictures, a password, a broken file."""


def _read_when(value: Any) -> date:
    if isinstance(value, date):  # a datetime is one too, and stays one: a date never grows a midnight
        return value
    if not isinstance(value, str):
        raise ValueError("a date or a time must be written in ISO 8601")  # noqa: TRY004 - pydantic wants ValueError
    return date.fromisoformat(value) if len(value) == len("2024-12-02") else datetime.fromisoformat(value)


When = Annotated[
    date,
    PlainValidator(_read_when),
    PlainSerializer(lambda value: value.isoformat(), return_type=str),
    WithJsonSchema({"type": "string", "examples": ["2024-12-02", "2024-12-02T17:30:00+00:00"]}),
]


Address = Annotated[str | None, AfterValidator(web_address)]
"""None where what was given is no absolute address of the web."""


class Contract(BaseModel):
    """Frozen data that ignores fields it does not know yet."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Evidence(Contract):
    """An answer that shows what became of a page: what it was, and the capture that holds it."""

    sign: str
    """`404`, `410`, `451`, `error_page`, `redirect` or `wall`."""
    detail: str
    fetched_at: datetime
    capture: str | None = None
    """Its name in the archive; None where nothing came that could be kept."""


class Byline(Contract):
    """One writer; the rank stays in the name."""

    name: str
    affiliation: str | None = None


class Block(Contract):
    """One block of the body, without any newline inside."""

    kind: BlockKind = "paragraph"
    text: str


class Image(Contract):
    """One picture, once, however often the page printed its caption.

    `taken_on`, `service` and `vision_id` (who made it) are read off the VIRIN; None is what it does not say.
    """

    url: Address = None
    title: str | None = None
    caption: str | None = None
    credit: str | None = None
    photographer: str | None = None
    virin: str | None = None
    taken_on: When | None = None
    service: str | None = None
    vision_id: str | None = None
    alt: str | None = None
    position: int = 0


class Link(Contract):
    """A link in the body, or an attachment."""

    text: str
    url: str


def _web_links(links: tuple[Link, ...]) -> tuple[Link, ...]:
    addressed = ((link, web_address(link.url)) for link in links)
    return tuple(link if url == link.url else Link(text=link.text, url=url) for link, url in addressed if url)


Links = Annotated[tuple[Link, ...], AfterValidator(_web_links)]
"""Without those that lead nowhere on the web."""


class Awardee(Contract):
    """One company of an award: its name as printed, a division included, without place, marks and numbers.

    `mark` is what the page's footnote says of the asterisks at the name ("Small business"), else the asterisks.
    """

    name: str
    doing_business_as: str | None = None
    place: str | None = None
    mark: str | None = None
    numbers: tuple[str, ...] = ()


class Award(Contract):
    """One paragraph of a contracts page. None is what its text does not say; nothing is worked out.

    Amounts are whole U.S. dollars, once for all awardees; `cumulative_value` is what options or modifications bring
    the contract to. `kinds` are types of contract in the words of the Federal Acquisition Regulation, `completed_by`
    is ISO 8601 and as precise as the text: a day, a month ("2029-03") or a year. `amends` marks a paragraph about an
    earlier announcement; it may say no more than that.
    """

    branch: str | None = None
    awardees: tuple[Awardee, ...] = ()
    action: AwardAction | None = None
    modification: str | None = None
    modification_kind: ModificationKind | None = None
    amount: int | None = None
    amount_kind: AmountKind | None = None
    cumulative_value: int | None = None
    kinds: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    completed_by: str | None = None
    activity: str | None = None
    amends: Literal["correction", "update"] | None = None
    text: str


class Removed(Contract):
    """One line of the page that is not in the article, and the rule that took it.

    `detail` gives the figures of a rule that counts ("38 of 41 pages"), and is left out where there are none.
    """

    rule: str
    text: str
    detail: str | None = Field(default=None, exclude_if=lambda detail: detail is None)


class Article(Contract):
    """What a page says, without the page.

    `published_at` is a date where the page gives no time, else an aware datetime; `article_key` (site family and
    number, `afpims/defense:644123`) and `canonical_url` are what the page claims of itself, which only an import
    without an address relies on.
    """

    url: Address = None
    canonical_url: Address = None
    article_key: str | None = None
    layout: str
    kind: ArticleKind = "other"
    headline: str
    dek: str | None = None
    byline: tuple[Byline, ...] = ()
    dateline: str | None = None
    published_at: When | None = None
    published_evidence: str | None = None
    updated_at: When | None = None
    lang: str = "en"
    historical: bool = False
    body: tuple[Block, ...] = ()
    images: tuple[Image, ...] = ()
    awards: tuple[Award, ...] = ()
    tags: tuple[str, ...] = ()
    links: Links = ()
    attachments: Links = ()
    removed: tuple[Removed, ...] = ()
    read_from: ReadFrom | None = Field(default=None, exclude_if=lambda origin: origin is None)
    """Where the body was, if the page does not show it; left out where it does."""
    continues_at: Address = Field(default=None, exclude_if=lambda address: address is None)
    """The next page of an article that its site has cut into pages; left out where this is the last or only one."""
    truncated: bool = Field(default=False, exclude_if=lambda truncated: not truncated)
    """Whether the page holds more than an article may (`contracts/bounds.py`); left out where it does not."""

    def digest(self) -> str:
        """SHA-256, in hex, of the whole reading as canonical JSON; a field at its default changes nothing."""
        text = self.model_dump(mode="json", exclude_defaults=True)
        return hashlib.sha256(json.dumps(text, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


class Rejected(Contract):
    """The page is no article: why, and what was found instead."""

    reason: RejectionReason
    detail: str
    layout: str | None = None
    removed: tuple[Removed, ...] = ()


Reading = Article | Rejected
