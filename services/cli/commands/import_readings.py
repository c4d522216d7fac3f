"""What the pages of a file read as, before anybody imports them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.contracts.article import Article
from services.contracts.errors import UserError
from services.parser.extract import read
from services.runtime.archive.capture_store import Capture

COLUMNS = ("address", "what it reads as", "published")


OF_A_SITE = frozenset({"banner", "historical-notice", "slogan", "picture-title", "picture-tools", "credit", "video"})
"""Rules that take lines which only a newsroom writes: others also find theirs in notes, code and settings."""


@dataclass(frozen=True)
class ImportReading:
    """A page: its address, its headline and date when it is an article, else why it is none in `refused`."""

    url: str
    headline: str | None = None
    published: str | None = None
    refused: str | None = None


def readings(captures: Iterable[Capture]) -> list[ImportReading]:
    """What each page reads as; raises what reading the file raises."""
    return [_reading(capture) for capture in captures]


def refuse_no_article(name: str, page: ImportReading) -> None:
    """Raises a `UserError` for a file that would become news for good and is none."""
    if page.refused:
        raise UserError(f"{name} is no article: {page.refused}")


def line(page: ImportReading) -> Sequence[object]:
    """A row of the list."""
    what = f"no article: {page.refused}" if page.refused else page.headline or "an article without a headline"
    return page.url, what, page.published or ""


def _reading(capture: Capture) -> ImportReading:
    reading, lines = read(capture.body, url=capture.url, content_type=capture.content_type)
    if not isinstance(reading, Article):
        return ImportReading(capture.url, refused=reading.detail)
    published = str(reading.published_at) if reading.published_at else None
    plain = (capture.content_type or "").startswith("text/plain")
    of_a_site = any(line.rule in OF_A_SITE for line in lines)
    if plain and not (published or reading.dateline or reading.byline or of_a_site):
        return ImportReading(
            capture.url, refused="It is a text with no date, byline, dateline or other sign of a news page."
        )
    return ImportReading(capture.url, reading.headline, published)
